"""How time is counted and what has come of it: targets by their counting rule, and the steps of a rule's ladder."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple, Protocol

DAY_S = 86_400
SOON = 0.8
RUNG = re.compile(r"(?P<step>[a-z_]+):(?:(?P<days>[+-][0-9]{1,4})d|(?P<minutes>[+-][0-9]{1,4})m)")


class Counting(StrEnum):
    """How a target is counted."""

    HOURS = "hours"  # every second, through holidays
    DAYS = "days"  # days from the next one on; where the last is not worked, it ends with the next that is
    WORKING = "working"  # working days from the next one on


class Step(StrEnum):
    """What a ladder may do about a deadline."""

    REMIND = "remind"
    SUPERVISE = "supervise"
    INTERVIEW = "interview"


class Calendar(Protocol):
    """Which days are worked."""

    def next_working_day(self, day: dt.date) -> dt.date:
        """Return the day itself where it is worked, else the next that is."""

    def add_working_days(self, day: dt.date, count: int) -> dt.date:
        """Return the working day that comes so many working days after a day."""


class Rung(NamedTuple):
    """A step of a ladder, and how many days after the due day it comes, or minutes after the moment; - is before."""

    step: Step
    days: int
    minutes: int | None = None


def due(started: dt.datetime, target_s: int, counting: str, calendar: Calendar, zone: dt.tzinfo) -> dt.datetime:
    """Return when a target is up: so many seconds later, or at the end of the last day, in the city's zone.

    The day of the start does not count. A day that is not worked never ends a target in days.
    """
    if counting == Counting.HOURS:  # in UTC: a local hour may come twice, or not at all
        return started.astimezone(dt.UTC) + dt.timedelta(seconds=target_s)
    first, days = started.astimezone(zone).date(), target_s // DAY_S
    if counting == Counting.WORKING:
        return end_of(calendar.add_working_days(first, days), zone)
    return end_of(calendar.next_working_day(first + dt.timedelta(days=days)), zone)


def due_after_pause(
    due_at: dt.datetime, paused_at: dt.datetime, at: dt.datetime, counting: str, calendar: Calendar, zone: dt.tzinfo
) -> dt.datetime:
    """Return when a target is up that stood still: later by as long, or by the local days of its counting that passed.

    A pause within one day moves no target in days. The time of day stays, such as midnight or what a person chose.
    """
    if counting == Counting.HOURS:
        return due_at.astimezone(dt.UTC) + (at.astimezone(dt.UTC) - paused_at.astimezone(dt.UTC))
    first, today = (moment.astimezone(zone).date() for moment in (paused_at, at))
    last, passed = last_day(due_at, zone), [first + dt.timedelta(days=n) for n in range(1, (today - first).days + 1)]
    if counting == Counting.WORKING:
        worked = [day for day in passed if calendar.next_working_day(day) == day]
        later = calendar.add_working_days(last, len(worked)) if worked else last
    else:
        later = calendar.next_working_day(last + dt.timedelta(days=len(passed))) if passed else last
    return due_at.astimezone(zone) + (later - last)


def worked_s(started: dt.datetime, stopped: dt.datetime, calendar: Calendar, zone: dt.tzinfo) -> float:
    """Return how many seconds of working days passed, counted as `due` counts them: the day of the start does not."""
    day, stopped = started.astimezone(zone).date(), stopped.astimezone(zone)
    worked = 0.0
    while (day := calendar.next_working_day(day + dt.timedelta(days=1))) <= stopped.date():
        until = stopped if day == stopped.date() else end_of(day, zone)
        begun = dt.datetime.combine(day, dt.time(), zone)
        worked += (until.astimezone(dt.UTC) - begun.astimezone(dt.UTC)).total_seconds()
    return worked


def end_of(day: dt.date, zone: dt.tzinfo) -> dt.datetime:
    """Return the moment at which a local day ends."""
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), zone)


def last_day(due_at: dt.datetime, zone: dt.tzinfo) -> dt.date:
    """Return the local day on which a time is up; what ends at midnight ends with the day before."""
    return (due_at.astimezone(zone) - dt.timedelta(microseconds=1)).date()


def mark_of(started_at: dt.datetime, due_at: dt.datetime, at: dt.datetime) -> str:
    """Return how a running clock stands: in time, due soon once four fifths of its time are gone, or late."""
    if at >= due_at:
        return "late"
    return "warn" if at - started_at >= SOON * (due_at - started_at) else "calm"


@lru_cache(maxsize=256)
def ladder_of(text: str) -> tuple[Rung, ...]:
    """Read a ladder such as "remind:-3d supervise:+1d interview:+15d", its steps in the order in which they come.

    That of a clock of minutes says minutes: "supervise:+1m".
    """
    found = [RUNG.fullmatch(part) for part in text.split()]
    rungs = [
        Rung(Step(rung["step"]), int(rung["days"] or 0), int(rung["minutes"]) if rung["minutes"] else None)
        for rung in found
        if rung and rung["step"] in set(Step)
    ]
    order = [(rung.days, rung.minutes or 0) for rung in rungs]
    if len(rungs) < len(found) or len({rung.step for rung in rungs}) < len(rungs) or order != sorted(order):
        raise ValueError(f"{text!r} is no ladder: write remind:-3d supervise:+1d interview:+15d, in order, each once")
    return tuple(rungs)


def steps_due(
    ladder: Iterable[Rung], due_at: dt.datetime, at: dt.datetime, zone: dt.tzinfo, taken: Collection[str] = ()
) -> list[Step]:
    """Return the steps whose day, or minute, has come, in their order, but for those taken."""
    passed = (at.astimezone(zone).date() - last_day(due_at, zone)).days

    def has_come(rung: Rung) -> bool:
        return passed >= rung.days if rung.minutes is None else at >= due_at + dt.timedelta(minutes=rung.minutes)

    return [rung.step for rung in ladder if has_come(rung) and rung.step not in taken]


def is_lapsed(due_at: dt.datetime, paused_at: dt.datetime | None, at: dt.datetime) -> bool:
    """Whether the time of what expires is up; a paused clock stands still."""
    return paused_at is None and due_at <= at
