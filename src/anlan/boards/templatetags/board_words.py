"""How the overview writes its numbers."""

from __future__ import annotations

import datetime as dt

from django import template
from django.utils.translation import gettext as _

from anlan.intake.words import in_chinese, local

register = template.Library()
MISSING = "—"
WAN = 10_000


@register.filter
def counted(n: int | None) -> str:
    """Write a count as its readers do: 148,200, or 14.82 万 in Chinese."""
    if n is None:
        return MISSING
    return f"{n / WAN:.2f} 万" if in_chinese() and n >= 10 * WAN else f"{n:,}"


@register.filter
def percent(value: float | None) -> str:
    """Write a share with one decimal; a missing one as a dash."""
    return MISSING if value is None else f"{value:.1f}%"


@register.filter
def span(value: tuple[int, int] | None) -> str:
    """Write from the lowest to the highest."""
    return MISSING if value is None else f"{counted(value[0])}–{counted(value[1])}"


@register.filter
def clock(seconds: float | None) -> str:
    """Write seconds as 4:51, from an hour on as 1:04:51."""
    if seconds is None:
        return MISSING
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


@register.filter
def minute(at: dt.datetime) -> str:
    """Write a moment in the city's own time."""
    return f"{local(at):%Y-%m-%d %H:%M}"


@register.filter
def on_map(name: str) -> str:
    """Write an area's name as a map does, without its kind, which would run into the next name on a phone."""
    return name.removesuffix(" District").removesuffix(" City")


@register.filter
def against(n: int, usual: tuple[int, int]) -> str:
    """Say how a count stands against the usual."""
    if n > usual[1]:
        return _("above the usual")
    return _("below the usual") if n < usual[0] else _("as usual")
