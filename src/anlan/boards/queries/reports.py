"""The reports of a day hour by hour, beside the same weekdays before."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import CharField, Count, F, Func, QuerySet, Value
from numpy.typing import NDArray

from anlan.boards.scope import DAY, Scope, ground
from anlan.intake.models import Report
from anlan.intake.states import COUNTED

USUAL_DAYS, USUAL_LEAST = 8, 4
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
    found = list(first.union(*more, all=True))
    if scope.area is not None:
        covered = scope.covers((lon, lat) for _, _, lon, lat in found)
        found = [(n, start, 1) for (n, start, _, _), yes in zip(found, covered, strict=True) if yes]
    for (n, start), reports in _summed(found).items():
        counts[n, _local_hour(start, scope)] += reports
    return counts[0::2], counts[1::2]


def _halves(scope: Scope, day: dt.date) -> list[tuple[dt.datetime, dt.datetime]]:
    """Return a day up to the clock of the moment shown, and the rest of it; of the day shown there is no rest."""
    begin, end = scope.midnight(day), scope.midnight(day + DAY)
    clock = scope.at.astimezone(scope.zone).time()
    now = end if scope.is_whole_day else dt.datetime.combine(day, clock, scope.zone)
    return [(begin, now), (now, now if day == scope.day else end)]


def _of_stretch(scope: Scope, n: int, begin: dt.datetime, end: dt.datetime) -> QuerySet[Report, tuple[Any, ...]]:
    received = Report.objects.filter(received_at__gte=begin, received_at__lt=end, validity__in=COUNTED).order_by()
    in_hours = not (begin.utcoffset() or DAY).seconds % 3600
    starts = received.annotate(n=Value(n), start=Start("received_at", length=13 if in_hours else 16))
    if scope.area is None:
        return starts.values_list("n", "start").annotate(found=Count("pk"))
    west, south, east, north = ground(scope.area.geometry).bounds
    # A sum, so that the index of places is not taken instead of the range of moments.
    near = starts.annotate(x=F("lon") + Value(0.0), y=F("lat") + Value(0.0))
    return near.filter(x__range=(west, east), y__range=(south, north)).values_list("n", "start", "lon", "lat")


def _summed(stretches: Iterable[tuple[Any, ...]]) -> Counter[tuple[int, str]]:
    counts: Counter[tuple[int, str]] = Counter()
    for n, start, found in stretches:
        counts[n, start] += found
    return counts


def _local_hour(start: str, scope: Scope) -> int:
    return dt.datetime.fromisoformat(f"{start[:10]}T{start[11:]:0<2}+00:00").astimezone(scope.zone).hour
