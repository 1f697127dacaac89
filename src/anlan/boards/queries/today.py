"""The figures of the overview. They count what the whole city has; a list opens only to whom its own page is open.

Each reads a range of an index (received_at, opened_at, dispatched_at, the running clocks) or a table of few rows.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from django.core.cache import cache
from django.db.models import CharField, Count, F, Func, QuerySet, Value
from django.db.models.functions import Concat
from numpy.typing import NDArray

from anlan.boards.scope import DAY, Scope, ground, inside
from anlan.core.models import AreaVersion, ClockRun
from anlan.core.time.clock import now
from anlan.intake.models import Report
from anlan.intake.states import COUNTED
from anlan.triage.models import Incident
from anlan.voice.queries import Rate, rate

USUAL_DAYS, USUAL_LEAST = 8, 4
ASKED_DAYS = 30
OPEN = tuple(state for state in Incident.State.values if state != Incident.State.CLOSED)
SOON = dt.timedelta(hours=1)
KEPT_S = 600  # how long the counts of days that are over are kept
Span = tuple[int, int]


class Start(Func):
    """The first characters of a moment in UTC, written the same on both databases: its hour, or its minute."""

    output_field = CharField()
    template = "SUBSTR(%(expressions)s, 1, %(length)s)"

    def as_postgresql(self, compiler, connection, **extra):  # type: ignore[no-untyped-def]
        """Write the moment as SQLite stores it."""
        written = "LEFT(TO_CHAR(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI'), %(length)s)"
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
    before, after = _by_the_hour(scope, [scope.day, *known])
    usual = (before + after)[1:].tolist()
    so_far = before[1:].sum(axis=1).tolist()
    whole = 24 if scope.is_whole_day else scope.at.astimezone(scope.zone).hour
    enough = len(known) >= USUAL_LEAST
    bands = [(min(each), max(each)) for each in zip(*usual, strict=True)] if enough else None
    return Heard(
        int(before[0].sum()), (min(so_far), max(so_far)) if enough else None, len(known), before[0, :whole].tolist(),
        bands,
    )  # fmt: skip


def _by_the_hour(scope: Scope, days: list[dt.date]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the reports of each day by local hour, up to the clock of the moment shown and after it.

    Every stretch is a range of the index of its own, and the database adds up its hours: a day of thousands of reports
    comes back as 24 rows.
    """
    stretches = [stretch for day in days for stretch in _halves(scope, day)]
    counts = np.zeros((len(stretches), 24), np.int64)
    asked = [n for n, (begin, end) in enumerate(stretches) if begin < end or n == 0]
    first, *more = (_of_stretch(scope, n, *stretches[n]) for n in asked)
    rows = list(first.union(*more, all=True))
    if scope.area is not None:
        covered = scope.covers((lon, lat) for _, _, lon, lat in rows)
        rows = [(n, start, 1) for (n, start, _, _), yes in zip(rows, covered, strict=True) if yes]
    for (n, start), found in _summed(rows).items():
        counts[n, _local_hour(start, scope)] += found
    return counts[0::2], counts[1::2]


def _halves(scope: Scope, day: dt.date) -> list[tuple[dt.datetime, dt.datetime]]:
    """Return a day up to the clock of the moment shown, and the rest of it; of the day shown there is no rest."""
    begin, end = scope.midnight(day), scope.midnight(day + DAY)
    clock = scope.at.astimezone(scope.zone).time()
    now = end if scope.is_whole_day else dt.datetime.combine(day, clock, scope.zone)
    return [(begin, now), (now, now if day == scope.day else end)]


def _of_stretch(scope: Scope, n: int, begin: dt.datetime, end: dt.datetime) -> QuerySet[Report, tuple[Any, ...]]:
    found = Report.objects.filter(received_at__gte=begin, received_at__lt=end, validity__in=COUNTED).order_by()
    in_hours = not (begin.utcoffset() or DAY).seconds % 3600
    rows = found.annotate(n=Value(n), start=Start("received_at", length=13 if in_hours else 16))
    if scope.area is None:
        return rows.values_list("n", "start").annotate(found=Count("pk"))
    west, south, east, north = ground(scope.area.geometry).bounds
    # A sum, so that the index of places is not taken instead of the range of moments.
    near = rows.annotate(x=F("lon") + Value(0.0), y=F("lat") + Value(0.0))
    return near.filter(x__range=(west, east), y__range=(south, north)).values_list("n", "start", "lon", "lat")


def _summed(rows: Iterable[tuple[Any, ...]]) -> Counter[tuple[int, str]]:
    counts: Counter[tuple[int, str]] = Counter()
    for n, start, found in rows:
        counts[n, start] += found
    return counts


def _local_hour(start: str, scope: Scope) -> int:
    return dt.datetime.fromisoformat(f"{start[:10]}T{start[11:]:0<2}+00:00").astimezone(scope.zone).hour


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
    waiting = Incident.objects.filter(state__in=OPEN).order_by().values_list(Concat(Value("incident:"), "number"))
    # By subject: a stamp that a unit never gave leaves its clock running for good, and those outnumber these by far.
    runs = ClockRun.objects.running().filter(paused_at__isnull=True, due_at__lt=before)
    runs = runs.filter(subject__in=waiting).order_by("-due_at")
    return dict(runs.values_list("subject", "due_at"))


def _state(due_at: dt.datetime | None, at: dt.datetime) -> int:
    return 0 if due_at is None else 2 if due_at < at else 1


@dataclass(frozen=True)
class Diverted:
    """Incidents handed to whom they belong because they were no matter for the police, since the first of January."""

    since: dt.date
    n: int
    incidents: int
    counted_at: dt.datetime  # when the days that are over were counted

    @property
    def percent(self) -> float | None:
        """Their share of all incidents."""
        return 100 * self.n / self.incidents if self.incidents else None


def diverted(scope: Scope) -> Diverted:
    """Count the year's incidents and those diverted, in the whole city; days that are over are kept for a while."""
    since = scope.day.replace(month=1, day=1)
    over = scope.at if scope.is_whole_day else scope.midnight(scope.day)
    n, incidents, counted_at = _kept(scope.midnight(since), over)
    today, of_today = _diverted(over, scope.at) if over < scope.at else (0, 0)
    return Diverted(since, n + today, incidents + of_today, counted_at)


def _kept(begin: dt.datetime, end: dt.datetime) -> tuple[int, int, dt.datetime]:
    """Return the two counts of a stretch that is over, and when they were counted: a year has a million rows."""
    name = f"boards.diverted:{begin.timestamp():.0f}:{end.timestamp():.0f}"
    found = cache.get_or_set(name, lambda: (*_diverted(begin, end), now()), KEPT_S)
    return cast(tuple[int, int, dt.datetime], found)


def _diverted(begin: dt.datetime, end: dt.datetime) -> tuple[int, int]:
    opened = Incident.objects.filter(opened_at__gte=begin, opened_at__lt=end)
    return opened.filter(diverted=True).count(), opened.count()  # two: the second never leaves its index


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
