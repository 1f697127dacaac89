"""Tags and filters of bulletins."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from anlan.bulletin.figures.measure import Measure
from anlan.bulletin.models import Issue
from anlan.bulletin.print.qr import path
from anlan.bulletin.words import in_english, number
from anlan.core.models import Organisation

register = template.Library()


@register.simple_tag
def square(issue: Issue) -> SafeString:
    """Draw the verification code as a square."""
    drawn, side = path(f"{issue.number} {issue.code}")
    return format_html(
        '<svg viewBox="-1 -1 {} {}" role="img" aria-label="{}"><path d="{}"/></svg>', side + 2, side + 2,
        _("Verification code"), drawn,
    )  # fmt: skip


@register.simple_tag
def value(of: Measure, told: float | None) -> str:
    """Write a value of a measure."""
    return number(of, told)


@register.filter
def organisation(one: Organisation) -> str:
    """Name an organisation in the page's language."""
    return one.name_en if in_english() else one.name


@register.simple_tag
def faults(codes: list[str]) -> str:
    """Name what of a figure its stored rows do not give."""
    told = {"rows": _("the stored rows are changed or gone"), "value": _("value"), "base": _("base"), "n": "n",
            "interval": _("interval"), "districts": _("its districts do not make it up")}  # fmt: skip
    return _(", ").join(told[code] for code in codes)


@register.simple_tag
def became(row: dict[str, Any]) -> str:
    """Say what became of a row, and which entries of the ledger are about it."""
    told = {"entered": pgettext("row of a figure", "entered"), "left": pgettext("row of a figure", "left"),
            "revalued": _("counts otherwise"), "gone": _("is no longer stored"), "": ""}[row["how"]]  # fmt: skip
    entries = ", ".join(row["entries"]) or (_("no entry about it") if told else "")
    return _(", ").join(part for part in (told, entries) if part)
