"""A line of the list of incidents, drawn in one piece: a page has fifty of them."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anlan.core.models import ClockRun
from anlan.core.time.rules import mark_of
from anlan.core.words import area_label
from anlan.intake.lines import moment_of
from anlan.intake.words import label, short
from anlan.triage.models import Incident

MARKS = {"closed": "done", "disputed": "late", "returned": "late", "reopened": "late",
         "new": "warn", "handed_over": "warn"}  # fmt: skip
NOTHING = mark_safe("")


class Timed(NamedTuple):
    """An incident with the clock that runs out first."""

    incident: Incident
    run: ClockRun | None


def state_tag(incident: Incident) -> SafeString:
    """Draw an incident's state."""
    mark = MARKS.get(incident.state, "calm")
    return format_html('<span class="state tag {}">{}</span>', mark, incident.get_state_display())


def due_mark(run: ClockRun | None, at: dt.datetime) -> SafeString:
    """Draw by when a clock is due, or since when it is late."""
    if run is None:
        return NOTHING
    late = run.due_at < at
    words = (_("late since %(due)s") if late else _("by %(due)s")) % {"due": short(run.due_at)}
    mark = "late" if late else mark_of(run.started_at, run.due_at, at)
    return format_html('<span class="state plain {}">{}</span>', mark, words)


def item(timed: Timed, at: dt.datetime) -> SafeString:
    """Draw what the list says of an incident."""
    incident = timed.incident
    soon = {1: _("at once"), 2: _("soon")}.get(incident.urgency)
    n = incident.reports  # type: ignore[attr-defined]  # by `listed`
    reports = ngettext("%(n)s report", "%(n)s reports", n) % {"n": n}
    return format_html(
        '<b>{}{}</b> {} <small class="whole"><span class="code">{}</span> · {} · <span class="nowrap">{}</span></small>'
        ' <span class="whole">{} {}</span>',
        label(incident.category), f" · {soon}" if soon else "", moment_of(incident.closed_at or incident.opened_at),
        incident.number, area_label(incident.owner), reports, state_tag(incident), due_mark(timed.run, at),
    )  # fmt: skip
