"""How intake's things are written on a page."""

from __future__ import annotations

import datetime as dt
from typing import Protocol
from zoneinfo import ZoneInfo

from django import template
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.utils.translation import pgettext as p

from anlan.core.city.current import city
from anlan.core.time.clock import now as clock_now
from anlan.intake.models import Category, Report

register = template.Library()


def in_chinese() -> bool:
    """Whether the page is written in Chinese."""
    return (get_language() or "").startswith("zh")


def local(at: dt.datetime) -> dt.datetime:
    """Return a moment in the city's own time."""
    here = city()
    return at.astimezone(ZoneInfo(here.zone) if here else dt.UTC)


@register.filter
def public_label(category: Category) -> str:
    """Name a category as citizens read it."""
    if in_chinese():
        return category.public_name or category.name
    return category.public_name_en or category.name_en or category.name


@register.filter
def label(category: Category) -> str:
    """Name a category as staff read it."""
    return category.name if in_chinese() else category.name_en or category.name


@register.filter
def title(report: Report) -> str:
    """Say in one line what a report is about: Waterlogging, 30 cm."""
    depth = "" if report.depth_cm is None else f"{report.depth_cm} cm"
    return joined(label(report.category), depth)


@register.filter
def public_title(report: Report) -> str:
    """Say to its reporter what a report is about: Water on the road, half a wheel deep."""
    return joined(public_label(report.category), depth_words(report.depth_cm))


def joined(*parts: str) -> str:
    """Join parts of a sentence with the language's comma."""
    return p("between parts of a sentence", ", ").join(part for part in parts if part)


@register.simple_tag
def gap() -> str:
    """Part two sentences: Chinese ones stand side by side."""
    return "" if in_chinese() else " "


@register.filter
def when(at: dt.datetime | None) -> str:
    """Write a moment in full: day and time in the city."""
    return date_format(local(at), p("day and time", "l j F Y, H:i")) if at else "—"


@register.filter
def clock(at: dt.datetime | None) -> str:
    """Write the time of day in the city."""
    return f"{local(at):%H:%M}" if at else "—"


@register.filter
def until(due: dt.datetime) -> str:
    """Write a deadline as people say it: 18:00 today, 18:00 on Wednesday 29 June; midnight ends the day before."""
    here, today = local(due), local(clock_now()).date()
    whole_day = here.time() == dt.time()
    day = here.date() - dt.timedelta(days=1) if whole_day else here.date()
    if day == today:
        return _("the end of today") if whole_day else _("%(time)s today") % {"time": clock(due)}
    like = p("day of a deadline", "l j F") if day.year == today.year else p("day and year of a deadline", "l j F Y")
    if whole_day:
        return date_format(day, like)
    return _("%(time)s on %(day)s") % {"time": clock(due), "day": date_format(day, like)}


@register.filter
def is_past(due: dt.datetime) -> bool:
    """Whether a deadline has passed."""
    return clock_now() > due


@register.filter
def short(at: dt.datetime | None) -> str:
    """Write a moment as tables do: 2016-06-28 14:07."""
    return f"{local(at):%Y-%m-%d %H:%M}" if at else "—"


@register.filter
def depth_words(depth_cm: int | None) -> str:
    """Say a depth as a citizen chose it."""
    if depth_cm is None:
        return ""
    if depth_cm == 0:
        return _("the water is gone")
    if depth_cm < 25:
        return _("over the ankle")
    return _("half a wheel deep") if depth_cm < 45 else _("knee-deep or more")


class Named(Protocol):
    """Whatever has its name in both languages: an area, an organisation, a unit."""

    @property
    def name(self) -> str: ...
    @property
    def name_en(self) -> str: ...


@register.filter
def area_label(thing: Named) -> str:
    """Name an area, an organisation or a unit in the page's language."""
    return thing.name if in_chinese() else thing.name_en or thing.name


@register.filter
def degrees(value: float) -> str:
    """Write a coordinate to the tenth of a metre or so, never localised."""
    return f"{value:.5f}"


@register.filter
def metres(value: float) -> str:
    """Write a distance: 34 m, 1.2 km."""
    return f"{value:.0f} m" if value < 1000 else f"{value / 1000:.1f} km"


@register.filter
def minutes_before(at: dt.datetime, now: dt.datetime) -> str:
    """Say how long ago something was, in minutes."""
    minutes = max(0, int((now - at).total_seconds() // 60))
    return ngettext("%(n)d min ago", "%(n)d min ago", minutes) % {"n": minutes}


@register.filter
def thousands(value: int) -> str:
    """Write a count with its thousands apart."""
    return f"{value:,}"
