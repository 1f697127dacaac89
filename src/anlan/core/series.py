"""Series of numbers that people read, gap-free in each period: R-160628-0412, P-2016-0001."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import connection
from django.db.models import QuerySet

from anlan.core.models import SeriesCount

TAKE: Final = "UPDATE core_seriescount SET last = last + %s WHERE letter = %s AND period = %s"
LAST: Final = "SELECT last FROM core_seriescount WHERE letter = %s AND period = %s"
BEGIN: Final = "INSERT INTO core_seriescount (letter, period, last) VALUES (%s, %s, 0) ON CONFLICT DO NOTHING"
HOLD: Final = f"{LAST} FOR UPDATE"


@dataclass(frozen=True)
class Series:
    """The numbers of one letter in one period: a local day, a year, or always; asked inside the write they serve."""

    letter: str
    period: dt.date | int | None = None
    width: int = 4

    def next(self) -> str:
        """Give the next number; no other write gets one of this period until this one has ended."""
        return self.next_many(1)[0]

    def next_many(self, count: int) -> list[str]:
        """Give the next numbers, in their order."""
        return [self.written(number) for number in self.take(count)]

    def take(self, count: int) -> range:
        """Give the next numbers as plain integers."""
        with connection.cursor() as cursor:
            cursor.execute(TAKE, [count, self.letter, self.key])
            if not cursor.rowcount:
                cursor.execute(BEGIN, [self.letter, self.key])
                cursor.execute(TAKE, [count, self.letter, self.key])
            cursor.execute(LAST, [self.letter, self.key])
            last = cursor.fetchone()[0]
        return range(last - count + 1, last + 1)

    def written(self, number: int) -> str:
        """Write a number as people read it."""
        period = f"{self.period:%y%m%d}" if isinstance(self.period, dt.date) else self.key
        return "-".join(filter(None, (self.letter, period, f"{number:0{self.width}d}")))

    @property
    def key(self) -> str:
        """The period as it is stored."""
        return "" if self.period is None else str(self.period)


def lock(several: Iterable[Series]) -> None:
    """Hold several periods until the write ends; whoever wants one of them waits."""
    if connection.vendor == "sqlite":  # where whoever writes holds everything
        return
    with connection.cursor() as cursor:
        for series in _in_order(several):
            cursor.execute(HOLD, [series.letter, series.key])
            if cursor.fetchone() is None:
                cursor.execute(BEGIN, [series.letter, series.key])
                cursor.execute(HOLD, [series.letter, series.key])


def next_of_each(several: Sequence[Series]) -> list[str]:
    """Give each its next number, in a few statements however many periods and numbers there are."""
    counts = Counter(several)
    if len(counts) == 1:
        return several[0].next_many(len(several))
    rows = _held(counts)
    last = {series: rows[series.letter, series.key].last for series in counts}
    for series, count in counts.items():
        rows[series.letter, series.key].last += count
    SeriesCount.objects.bulk_update(rows.values(), ["last"])
    numbers = []
    for series in several:
        last[series] += 1
        numbers.append(series.written(last[series]))
    return numbers


def _held(several: Iterable[Series]) -> dict[tuple[str, str], SeriesCount]:
    """Return the rows under lock. They are begun and locked in one order, so that no two writes wait for each other."""
    wanted = _in_order(several)
    _begin(wanted)
    rows: QuerySet[SeriesCount] = SeriesCount.objects.select_for_update().order_by("letter", "period")
    found = rows.filter(letter__in={series.letter for series in wanted}, period__in={series.key for series in wanted})
    return {(row.letter, row.period): row for row in found}


def _in_order(several: Iterable[Series]) -> list[Series]:
    return sorted(set(several), key=lambda series: (series.letter, series.key))


def _begin(several: Sequence[Series]) -> None:
    """Make the rows that are not there yet."""
    fresh = [SeriesCount(letter=series.letter, period=series.key) for series in several]
    SeriesCount.objects.bulk_create(fresh, ignore_conflicts=True)
