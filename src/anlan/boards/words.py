"""The words of the overview: how it writes numbers, and the states of its bars in the order in which they are drawn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.utils.translation import pgettext as p

from anlan.boards.hints import Hint
from anlan.core.city.areas import local_day
from anlan.core.web.matters import Matter
from anlan.core.words import MISSING, in_chinese, local
from anlan.prevention.spans import Part, bar
from anlan.prevention.words import against as against_day

WAN = 10_000
States = Mapping[str, int]
WIDE = 736  # a bar as wide as two cards


def counted(n: int | None) -> str:
    """Write a count as its readers do: 148,200, or 14.82 万 in Chinese."""
    if n is None:
        return MISSING
    return f"{n / WAN:.2f} 万" if in_chinese() and n >= 10 * WAN else f"{n:,}"


def percent(value: float | None) -> str:
    """Write a share with one decimal; a missing one as a dash."""
    return MISSING if value is None else f"{value:.1f}%"


def span(value: tuple[int, int] | None) -> str:
    """Write a band by its two ends."""
    return MISSING if value is None else f"{counted(value[0])}–{counted(value[1])}"


def clock(seconds: float | None) -> str:
    """Write seconds as 4:51, from an hour on as 1:04:51."""
    if seconds is None:
        return MISSING
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def lately(then: dt.datetime, at: dt.datetime) -> str:
    """Write when something was that happened today or yesterday: the hour, and the day if it is another."""
    shown = local(then)
    words = f"{shown:%H:%M}" if shown.date() == local(at).date() else f"{shown:%m-%d %H:%M}"
    return format_html('<time datetime="{}">{}</time>', shown.isoformat(), words)


def on_map(name: str) -> str:
    """Write an area's name as a map does, without its kind, which would run into the next name on a phone."""
    return name.removesuffix(" District").removesuffix(" City")


def against(n: int, usual: tuple[int, int]) -> str:
    """Say how a count stands against the usual."""
    if n > usual[1]:
        return _("above the usual")
    return _("below the usual") if n < usual[0] else _("as usual")


def hint_words(hint: Hint | None) -> str:
    """Say what may be asked about an opening, or that the matter was in hand."""
    if hint is None:
        return MISSING
    if hint.code == "short":
        return _("purpose says little")
    if hint.code == "open":
        return p("opening", "in hand then")
    return ngettext("%(n)d day after its end", "%(n)d days after its end", hint.days) % {"n": hint.days}


def group_words(name: str) -> str:
    """Name a group of what waits."""
    return {"late": p("what waits", "Late"), "today": _("Today"), "week": _("Within a week"),
            "open": _("Without a deadline")}[name]  # fmt: skip


def due_mark(matter: Matter, at: dt.datetime) -> str:
    """Return the mark of what waits."""
    return {"late": "late", "today": "warn", "week": "calm"}.get(matter.group(at), "idle")


def due_words(matter: Matter, at: dt.datetime) -> str:
    """Say how long is left or since when it is late, in the largest unit that fits; a day is due as a whole."""
    if matter.due_at is None:
        return _("no deadline")
    if matter.due_day:
        return against_day(local_day(matter.due_at - dt.timedelta(microseconds=1)), local_day(at))[1]
    late, apart = matter.due_at <= at, abs(matter.due_at - at)
    days, minutes = apart // dt.timedelta(days=1), apart // dt.timedelta(minutes=1)
    if days:
        words = (
            ngettext("%(n)d day late", "%(n)d days late", days)
            if late
            else ngettext("%(n)d day left", "%(n)d days left", days)
        )
        return words % {"n": days}
    if hours := minutes // 60:
        words = (
            ngettext("%(n)d hour late", "%(n)d hours late", hours)
            if late
            else ngettext("%(n)d hour left", "%(n)d hours left", hours)
        )
        return words % {"n": hours}
    if not minutes:
        return _("late now") if late else _("less than a minute left")
    words = (
        ngettext("%(n)d minute late", "%(n)d minutes late", minutes)
        if late
        else ngettext("%(n)d minute left", "%(n)d minutes left", minutes)
    )
    return words % {"n": minutes}


def due_moment(matter: Matter, at: dt.datetime) -> str:
    """Write when it is due: the day where it is due with it, else the minute."""
    if matter.due_at is None:
        return ""
    moment = local(matter.due_at)
    if matter.due_day:
        return f"{moment - dt.timedelta(microseconds=1):%m-%d}"
    return f"{moment:%H:%M}" if moment.date() == local(at).date() else f"{moment:%m-%d %H:%M}"


def problem_bar(states: States) -> list[Part]:
    """Problems, as the inbox marks them."""
    return _bar(states, [("done", _("Struck off"), "struck_off"), ("calm", _("In hand, in time"), "in_hand"),
                         ("idle", _("To sign for"), "to_sign"), ("warn", _("Due soon"), "soon"),
                         ("late", _("Late"), "late")])  # fmt: skip


def list_bar(states: States) -> list[Part]:
    """Task lists, each by the day that it names."""
    return _bar(states, [("done", _("Done on time"), "done"), ("calm", _("Open, in time"), "open"),
                         ("warn", _("Extended"), "extended"), ("late", _("Late"), "late")], length=WIDE)  # fmt: skip


def site_bar(states: States) -> list[Part]:
    """Sites by how far they are mended."""
    return _bar(states, [("done", _("Passed the rain"), "proven"), ("calm", _("Accepted, waiting for rain"), "waiting"),
                         ("warn", _("Interim only"), "interim"),
                         ("late", _("Not mended yet"), "nothing")])  # fmt: skip


def key_area_bar(states: States) -> list[Part]:
    """Key areas that a superior listed."""
    return _bar(states, [("done", p("key area", "Taken off the list"), "struck_off"),
                         ("calm", p("key area", "In hand"), "in_hand"),
                         ("late", _("Failed again afterwards"), "again")])  # fmt: skip


def _bar(states: States, order: list[tuple[str, str, str]], length: int = 400) -> list[Part]:
    return bar([(mark, words, states.get(name, 0)) for mark, words, name in order], length)
