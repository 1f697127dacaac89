"""What a measure is: a declared definition, and the rows that make its figure."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from anlan.core.queries import city

Ids = NDArray[np.int64]
Values = NDArray[np.float64]
Aggregate = Literal["count", "share", "median", "p90"]
Rows = Iterable[tuple[Any, ...]]


@dataclass(frozen=True)
class Period:
    """Whole local days, both included."""

    since: dt.date
    until: dt.date

    @property
    def begins(self) -> dt.datetime:
        """Its first moment in the city's zone."""
        return dt.datetime.combine(self.since, dt.time(), _zone())

    @property
    def ends(self) -> dt.datetime:
        """The first moment that is no longer in it."""
        return dt.datetime.combine(self.until + dt.timedelta(days=1), dt.time(), _zone())

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.until - self.since).days + 1

    def year_before(self) -> Period:
        """Return the same days of the year before."""
        return Period(_year_back(self.since), _year_back(self.until))

    def within(self, name: str) -> dict[str, dt.datetime]:
        """Return a filter for a moment that lies in it."""
        return {f"{name}__gte": self.begins, f"{name}__lt": self.ends}


@dataclass(frozen=True)
class Drawn:
    """The rows of a figure: ids, and what each contributes (1 for a count, 0 or 1 for a share, else a value)."""

    ids: Ids
    values: Values

    @property
    def n(self) -> int:
        """How many rows it rests on."""
        return len(self.ids)


NOTHING = Drawn(np.empty(0, np.int64), np.empty(0))


@dataclass(frozen=True)
class Measure:
    """One measure: what is counted, of which rows, and which other measure stands beside it so that it tells no lie."""

    code: str
    of: str  # kind of row, see `kinds`
    aggregate: Aggregate
    name: str
    name_en: str
    unit: str
    unit_en: str
    says: str  # the definition that is printed
    says_en: str
    counter: str  # the measure that would move if this one were gamed
    revision: int
    rows: Callable[[Period], Rows]
    group: str
    placed: bool = False  # printed by district too

    def draw(self, period: Period) -> Drawn:
        """Return the rows of a period in the order of their ids."""
        told = list(self.rows(period))
        if not told:
            return NOTHING
        ids = np.array([row[0] for row in told], np.int64)
        values = np.array([row[1] for row in told], np.float64) if len(told[0]) > 1 else np.ones(len(ids))
        order = np.argsort(ids, kind="stable")
        return Drawn(ids[order], values[order])


MEASURES: dict[str, Measure] = {}


def measure(
    code: str,
    *,
    of: str,
    name: tuple[str, str],
    unit: tuple[str, str],
    says: tuple[str, str],
    counter: str,
    aggregate: Aggregate = "count",
    revision: int = 1,
    placed: bool = False,
) -> Callable[[Callable[[Period], Rows]], Callable[[Period], Rows]]:
    """Register a function that yields a period's rows, (id,) or (id, contribution), as a measure.

    `revision` is raised whenever the same rows would give another figure.
    """

    def register(rows: Callable[[Period], Rows]) -> Callable[[Period], Rows]:
        group = rows.__module__.rsplit(".", 1)[1]
        MEASURES[code] = Measure(
            code,
            of,
            aggregate,
            name[0],
            name[1],
            unit[0],
            unit[1],
            says[0],
            says[1],
            counter,
            revision,
            rows,
            group,
            placed,
        )
        return rows

    return register


def value_of(aggregate: str, values: Values) -> float | None:
    """Return the figure that contributions give; without rows a count is 0, and everything else is missing."""
    if aggregate == "count":
        return float(values.sum())
    if not len(values):
        return None
    if aggregate == "share":
        return float(values.mean() * 100)
    return float(np.quantile(values, 0.5 if aggregate == "median" else 0.9, method="linear"))


def interval_of(aggregate: str, values: Values) -> tuple[float, float] | None:
    """Return Wilson's 95 % interval of a share, in per cent."""
    if aggregate != "share" or not len(values):
        return None
    n, share, z = len(values), float(values.mean()), 1.959964
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return 100 * max(0.0, middle - half), 100 * min(1.0, middle + half)


def _year_back(day: dt.date) -> dt.date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year - 1, day=28)


def _zone() -> ZoneInfo:
    here = city()
    return ZoneInfo(here.zone if here else "UTC")
