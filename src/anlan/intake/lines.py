"""What a line of reports says, drawn in one piece: a page has fifty of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import pgettext

from anlan.core.web.addresses import href
from anlan.intake.models import Report
from anlan.intake.states import Validity
from anlan.intake.words import short, title, when

MARKS = {Validity.VALID: "calm", Validity.REPEAT: "idle"}


def moment_of(at: dt.datetime) -> SafeString:
    """Draw a moment as lists write it; a pointer on it tells it in full."""
    moment = at.astimezone(dt.UTC).isoformat()
    return format_html('<time datetime="{}" title="{}">{}</time>', moment, when(at), short(at))


def validity_tag(report: Report) -> SafeString:
    """Draw whether a report counts."""
    erasure = getattr(report, "erasure", None)
    withdrawn = erasure is not None and erasure.reason == "withdrawn"
    words = pgettext("state of a report", "Withdrawn") if withdrawn else report.get_validity_display()
    mark = "done" if withdrawn else MARKS.get(Validity(report.validity), "done")
    return format_html('<span class="state plain {}">{}</span>', mark, words)


def items(reports: Sequence[Report], chosen: Report | None, query: str) -> SafeString:
    """Draw a list of reports, each a link to its page that keeps what the list asks for."""
    query = f"?{query}" if query else ""
    return format_html_join(
        "\n",
        '<li><a href="{}{}"{}><b>{}</b> {} <small><span class="code">{}</span> · {}</small> {}</a></li>',
        (
            (href("intake:report_page", report.number), query,
             SafeString(' aria-current="true"') if chosen and report.pk == chosen.pk else "", title(report),
             moment_of(report.received_at), report.number, report.get_channel_display(), validity_tag(report))
            for report in reports
        ),
    )  # fmt: skip
