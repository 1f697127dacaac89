"""Series of numbers that people read, gap-free in each period: R-160628-0412, P-2016-0001."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Final, NamedTuple

from django.db import connection

from anlan.core.chunks import chunks

BEGIN: Final = "INSERT INTO core_seriescount (letter, period, last) VALUES (%s, %s, 0) ON CONFLICT DO NOTHING"
TAKE: Final = (
    "INSERT INTO core_seriescount (letter, period, last) VALUES {}"
    " ON CONFLICT (letter, period) DO UPDATE SET last = core_seriescount.last + excluded.last"
)
LAST: Final = "SELECT letter, period, last FROM core_seriescount WHERE (letter, period) IN (VALUES {})"
HOLD: Final = "SELECT last FROM core_seriescount WHERE letter = %s AND period = %s FOR UPDATE"


class Series(NamedTuple):
    """The numbers of one letter in one period: a local day, a year, or always; asked inside the write they serve."""

    letter: str
    period: dt.date | int | None = None
    width: int = 4

    def next(self) -> str:
        """Give the next number; no other write gets one of this period until this one has ended."""
        return self.next_many(1)[0]

    def next_many(self, count: int) -> list[str]:
        """Give the next numbers, in their order."""
        return self.written(self.take(count))

    def take(self, count: int) -> range:
        """Give the next numbers as plain integers."""
        return _taken({self: count})[self]

    def written(self, numbers: Iterable[int]) -> list[str]:
        """Write numbers as people read them."""
        period = f"{self.period:%y%m%d}" if isinstance(self.period, dt.date) else self.key
        before = "".join(f"{part}-" for part in (self.letter, period) if part)
        return [f"{before}{number:0{self.width}d}" for number in numbers]

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
    taken = _taken(Counter(several))
    numbers = {series: iter(series.written(of)) for series, of in taken.items()}
    return [next(numbers[series]) for series in several]


def _taken(counts: Mapping[Series, int]) -> dict[Series, range]:
    """Take so many numbers of each; rows are begun and locked in one order, so that no two writes wait for each other.

    A period that has no row yet gets one.
    """
    last: dict[tuple[str, str], int] = {}
    with connection.cursor() as cursor:
        for some in chunks(_in_order(counts)):
            keys = [(series.letter, series.key) for series in some]
            taken = [(*key, counts[series]) for key, series in zip(keys, some, strict=True)]
            cursor.execute(TAKE.format(", ".join(["(%s, %s, %s)"] * len(some))), list(chain.from_iterable(taken)))
            cursor.execute(LAST.format(", ".join(["(%s, %s)"] * len(some))), list(chain.from_iterable(keys)))
            last |= {(letter, period): number for letter, period, number in cursor.fetchall()}
    return {
        series: range(last[series.letter, series.key] - count + 1, last[series.letter, series.key] + 1)
        for series, count in counts.items()
    }


def _in_order(several: Iterable[Series]) -> list[Series]:
    return sorted(set(several), key=lambda series: (series.letter, series.key))
