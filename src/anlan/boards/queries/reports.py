"""The reports of a day hour by hour, beside what is usual after the eight weeks before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast
from zlib import crc32

import numpy as np
from django.core.cache import cache
from django.db.models import Case, CharField, Count, F, Func, Value, When
from django.db.models.functions import Substr
from numpy.typing import NDArray

from anlan.analysis import usual_range
from anlan.boards.scope import DAY, Scope, ground
from anlan.intake.models import Report
from anlan.intake.states import COUNTED

USUAL_DAYS, USUAL_LEAST = 56, 28
KEPT_S = 3600  # how long the counts of days that are over are kept
Span = tuple[int, int]
Counts = NDArray[np.int64]


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
    """Reports of a day up to a moment, hour by hour, beside the bands in which 19 of 20 usual days lie."""

    n: int
    usual: Span | None  # up to the same minute
    days: int  # how many days before are known
    least: int  # from how many on the usual is shown
    hours: list[int]  # whole hours only
    bands: list[Span] | None


@dataclass(frozen=True)
class Before:
    """The days before by their hours, the hour that is on by its minutes, and the band of each hour."""

    hours: Counts
    minutes: Counts
    bands: list[Span]


def heard(scope: Scope) -> Heard:
    """Count the valid reports of the day, repeats among them, and say what is usual after the days before."""
    counted, _ = _by_the_hour(scope, [scope.day], scope.at)
    hour, minute = (24, 0) if scope.is_whole_day else _clock(scope)
    days = min(USUAL_DAYS, max(0, (scope.day - scope.first).days)) if scope.first else 0
    usual, bands = None, None
    if days >= USUAL_LEAST:
        before = _before(scope, days)
        (usual,) = _bands(before.hours[:, :hour].sum(axis=1) + before.minutes[:, :minute].sum(axis=1))
        bands = before.bands
    return Heard(int(counted.sum()), usual, days, USUAL_LEAST, counted[0, :hour].tolist(), bands)


def _clock(scope: Scope) -> tuple[int, int]:
    here = scope.at.astimezone(scope.zone)
    return here.hour, here.minute


def _bands(counts: Counts) -> list[Span]:
    usual = usual_range(counts)
    return list(zip(usual.low.tolist(), usual.high.tolist(), strict=True))


def _before(scope: Scope, days: int) -> Before:
    """Return the days before, kept for a while: eight weeks of a large city are a quarter of a million rows."""
    area = f"{scope.area.area.code}.{crc32(scope.area.geometry.encode())}" if scope.area else ""
    hour = "" if scope.is_whole_day else _clock(scope)[0]
    name = f"boards.before:{scope.day}:{scope.zone.key}:{days}:{hour}:{area}"
    return cast(Before, cache.get_or_set(name, lambda: _counted(scope, days), KEPT_S))


def _counted(scope: Scope, days: int) -> Before:
    hours, minutes = _by_the_hour(scope, [scope.day - n * DAY for n in range(days, 0, -1)], scope.midnight(scope.day))
    return Before(hours, minutes, _bands(hours))


def _by_the_hour(scope: Scope, days: list[dt.date], end: dt.datetime) -> tuple[Counts, Counts]:
    """Return the reports of days in a row by local hour; those of the hour that is on by its minutes too."""
    hours, minutes = np.zeros((len(days), 24), np.int64), np.zeros((len(days), 60), np.int64)
    on = _clock(scope)[0]
    for start, reports in _starts(scope, days, end):
        local = dt.datetime.fromisoformat(f"{start[:10]}T{start[11:]:0<2}+00:00").astimezone(scope.zone)
        day = (local.date() - days[0]).days
        hours[day, local.hour] += reports
        if local.hour == on:
            minutes[day, local.minute] += reports
    return hours, minutes


def _starts(scope: Scope, days: list[dt.date], end: dt.datetime) -> Iterable[tuple[str, int]]:
    """Return how many reports came from each start on.

    The days are one range of the index, and the database adds up its hours: a day of thousands of reports comes back as
    24 rows. The hour that is on is told by the minute, and so are all in a zone that is no whole hours off.
    """
    received = Report.objects.filter(
        received_at__gte=scope.midnight(days[0]), received_at__lt=end, validity__in=COUNTED
    ).order_by()
    by_hour, by_minute = (Start("received_at", length=length) for length in (13, 16))
    begins = [dt.datetime.combine(day, dt.time(_clock(scope)[0]), scope.zone) for day in days]
    on = sorted({f"{begin.astimezone(dt.UTC):%H}" for begin in begins})
    in_hours = not any((begin.utcoffset() or DAY).seconds % 3600 for begin in begins)
    written = Case(When(hour__in=on, then=by_minute), default=by_hour) if in_hours else by_minute
    starts = received.annotate(hour=Substr(by_hour, 12, 2)).annotate(start=written)
    if scope.area is None:
        return starts.values_list("start").annotate(found=Count("pk"))
    west, south, east, north = ground(scope.area.geometry).bounds
    # A sum, so that the index of places is not taken instead of the range of moments.
    near = starts.annotate(x=F("lon") + Value(0.0), y=F("lat") + Value(0.0))
    found = list(near.filter(x__range=(west, east), y__range=(south, north)).values_list("start", "lon", "lat"))
    covered = scope.covers((lon, lat) for _, lon, lat in found)
    named, counts = np.unique(np.array([start for start, _, _ in found], str)[covered], return_counts=True)
    return zip(named.tolist(), counts.tolist(), strict=True)
