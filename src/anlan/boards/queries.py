"""The figures of the overview. They count what the whole city has; a list opens only to whom its own page is open.

Each reads a range of an index (received_at, opened_at, dispatched_at, the running clocks) or a table of few rows.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
from django.db.models import CharField, Count, Func, QuerySet

from anlan.boards.scope import DAY, Scope, inside
from anlan.core.models import AreaVersion, ClockRun
from anlan.intake.models import Report
from anlan.intake.models.report import Validity
from anlan.triage.models import Incident
from anlan.voice.queries import Rate, rate

USUAL_DAYS, USUAL_LEAST = 8, 4
ASKED_DAYS = 30
COUNTED = (Validity.VALID, Validity.REPEAT)
OPEN = tuple(state for state in Incident.State.values if state != Incident.State.CLOSED)
SOON = dt.timedelta(hours=1)
Span = tuple[int, int]


class Minute(Func):
    """The minute of a moment in UTC as text, the same on both databases: it sorts as time does."""

    output_field = CharField()
    template = "SUBSTR(%(expressions)s, 1, 16)"

    def as_postgresql(self, compiler, connection, **extra):  # type: ignore[no-untyped-def]
        """Write the minute as SQLite stores it."""
        written = "TO_CHAR(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI')"
        return self.as_sql(compiler, connection, template=written, **extra)


@dataclass(frozen=True)
class Heard:
    """Reports of a day up to a moment, hour by hour, beside the same weekdays before."""

    n: int
    usual: Span | None
    days: int  # how many earlier days are known
    hours: list[int]  # whole hours only
    bands: list[Span] | None


def heard(scope: Scope) -> Heard:
    """Count the valid reports of the day, repeats among them, and what the eight earlier same weekdays had."""
    earlier = [scope.day - n * 7 * DAY for n in range(1, USUAL_DAYS + 1)]
    known = [day for day in earlier if scope.first and day >= scope.first]
    minutes = _minutes(scope, [scope.day, *known])
    today = _hours(scope, scope.day, minutes)
    usual = [_hours(scope, day, minutes) for day in known]
    clock = scope.at.astimezone(scope.zone).time()
    so_far = [sum(hours) if scope.is_whole_day else _until(scope, day, clock, minutes)
              for day, hours in zip(known, usual, strict=True)]  # fmt: skip
    whole = 24 if scope.is_whole_day else clock.hour
    enough = len(known) >= USUAL_LEAST
    bands = [(min(each), max(each)) for each in zip(*usual, strict=True)] if enough else None
    return Heard(sum(today), (min(so_far), max(so_far)) if enough else None, len(known), today[:whole], bands)


Minutes = tuple[list[str], list[int]]  # sorted minutes, and the running sum of their counts


def _minutes(scope: Scope, days: list[dt.date]) -> Minutes:
    """Return the minutes of these days in one question; each day is a range of the index of its own."""
    first, *more = (_of_day(scope, day) for day in days)
    rows = list(first.union(*more, all=True))
    if scope.area is None:
        counts = dict(rows)
    else:
        covered = scope.covers((lon, lat) for _, lon, lat in rows)
        counts = Counter(row[0] for row, yes in zip(rows, covered, strict=True) if yes)
    minutes = sorted(counts)
    return minutes, [0, *accumulate(counts[minute] for minute in minutes)]


def _of_day(scope: Scope, day: dt.date) -> QuerySet[Report, tuple[Any, ...]]:
    end = min(scope.midnight(day + DAY), scope.at)
    found = Report.objects.filter(received_at__gte=scope.midnight(day), received_at__lt=end, validity__in=COUNTED)
    minutes = found.order_by().annotate(minute=Minute("received_at"))
    if scope.area is None:
        return minutes.values_list("minute").annotate(n=Count("pk"))
    return minutes.values_list("minute", "lon", "lat")  # no box: the index of places would be taken instead


def _hours(scope: Scope, day: dt.date, minutes: Minutes) -> list[int]:
    starts = [_before(scope, day, dt.time(hour), minutes) for hour in range(24)]
    edges = [*starts, _before(scope, day + DAY, dt.time(), minutes)]
    return [max(0, after - before) for before, after in pairwise(edges)]


def _until(scope: Scope, day: dt.date, clock: dt.time, minutes: Minutes) -> int:
    return _before(scope, day, clock, minutes) - _before(scope, day, dt.time(), minutes)


def _before(scope: Scope, day: dt.date, clock: dt.time, minutes: Minutes) -> int:
    moment = dt.datetime.combine(day, clock, scope.zone).astimezone(dt.UTC)
    told, sums = minutes
    return sums[bisect_left(told, moment.strftime("%Y-%m-%d %H:%M"))]


@dataclass(frozen=True)
class Place:
    """What is open in one district, and the worst state of its clocks."""

    area: AreaVersion
    n: int
    late: int
    soon: int

    @property
    def state(self) -> str:
        """The mark of the district."""
        return "late" if self.late else "warn" if self.soon else "calm"


@dataclass(frozen=True)
class Open:
    """Open incidents: how many, of which late or due soon, and the same district by district."""

    n: int
    late: int
    soon: int
    places: list[Place]
    unplaced: int


def open_incidents(scope: Scope) -> Open:
    """Count the incidents that are open, and how their clocks stand at `scope.stand`."""
    rows = list(Incident.objects.filter(state__in=OPEN).values_list("number", "lon", "lat"))
    due = _due_first(scope.stand + SOON)
    states = np.array([_state(due.get(f"incident:{number}"), scope.stand) for number, _, _ in rows], dtype=int)
    points = np.array([(lon, lat) for _, lon, lat in rows], dtype=float).reshape(-1, 2)
    here = scope.covers(points)
    places = []
    for district in scope.districts:
        there = states[inside(district, points)]
        places.append(Place(district, len(there), int((there == 2).sum()), int((there == 1).sum())))
    counted = states[here]
    return Open(
        len(counted), int((counted == 2).sum()), int((counted == 1).sum()), places, int(np.isnan(points[:, 0]).sum())
    )


def _due_first(before: dt.datetime) -> dict[str, dt.datetime]:
    """Return for each incident with a clock due before a moment when the first is due; paused clocks wait."""
    runs = ClockRun.objects.running().filter(paused_at__isnull=True, due_at__lt=before)
    runs = runs.filter(subject__startswith="incident:").order_by("-due_at")
    return dict(runs.values_list("subject", "due_at"))


def _state(due_at: dt.datetime | None, at: dt.datetime) -> int:
    return 0 if due_at is None else 2 if due_at < at else 1


@dataclass(frozen=True)
class Diverted:
    """Incidents handed to whom they belong because they were no matter for the police, since the first of January."""

    since: dt.date
    n: int
    incidents: int

    @property
    def percent(self) -> float | None:
        """Their share of all incidents."""
        return 100 * self.n / self.incidents if self.incidents else None


def diverted(scope: Scope) -> Diverted:
    """Count the year's incidents and those diverted, in the whole city."""
    since = scope.day.replace(month=1, day=1)
    opened = Incident.objects.filter(opened_at__gte=scope.midnight(since), opened_at__lt=scope.at)
    return Diverted(
        since, opened.filter(diverted=True).count(), opened.count()
    )  # two: the second never leaves its index


@dataclass(frozen=True)
class HelpedShare:
    """What reporters answered, in percent."""

    rate: Rate
    percent: float | None
    low: float | None
    high: float | None


def helped(scope: Scope) -> HelpedShare:
    """Return the share that was helped among those asked in the thirty days up to the day, in the whole city."""
    found = rate(scope.day - ASKED_DAYS * DAY + DAY, scope.day)
    percent, low, high = (None if one is None else 100 * one for one in (found.share, found.low, found.high))
    return HelpedShare(found, percent, low, high)
