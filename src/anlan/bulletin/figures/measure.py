"""What a measure is: a declared definition, and the rows that make its figure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import numpy as np
from django.db.models import QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _
from numpy.typing import NDArray

from anlan.bulletin.figures.kinds import KINDS
from anlan.core.city.current import city_zone
from anlan.voice.rules import wilson

Ids = NDArray[np.int64]
Values = NDArray[np.float64]
Aggregate = Literal["count", "sum", "share", "median", "p90"]
TOTALS: Final = frozenset({"count", "sum"})  # without rows they are zero; of nothing there is no share and no median
ROW: Final = np.dtype([("id", "<i8"), ("value", "<f8")])
AT_ONCE: Final = 20_000  # rows that the database hands over at a time


class Absent(TextChoices):
    """Why there is no figure: nobody looked, or there is nothing to take a share of. It is never told as 0."""

    NOT_KEPT = "not_kept", _("no such records were kept in that period")
    NO_CATEGORY = "no_category", _("this city has no such category")
    NO_CHANNEL = "no_channel", _("this channel was not connected in that period")
    NO_STUDY = "no_study", _("no study of that period is adopted")
    NO_STUDY_BEFORE = "no_study_before", _("no study before that period is adopted to compare with")
    NO_SHIFT = "no_shift", _("no shift was recorded in that period")
    NO_ROWS = "no_rows", _("there is no record to take it from")


Rows = Iterable[tuple[Any, ...]] | Absent


@dataclass(frozen=True)
class Period:
    """Whole local days, both included."""

    since: dt.date
    until: dt.date

    @property
    def begins(self) -> dt.datetime:
        """Its first moment in the city's zone."""
        return dt.datetime.combine(self.since, dt.time(), city_zone())

    @property
    def ends(self) -> dt.datetime:
        """The first moment that is no longer in it."""
        return dt.datetime.combine(self.until + dt.timedelta(days=1), dt.time(), city_zone())

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

    ids: Ids = field(default_factory=lambda: np.empty(0, np.int64))
    values: Values = field(default_factory=lambda: np.empty(0))
    absent: str = ""  # why there is no figure, see `Absent`

    @property
    def n(self) -> int:
        """How many rows it rests on."""
        return len(self.ids)


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
    parts: tuple[str, ...] = ()  # measures whose figures sum to this one: who knows all but one knows that one
    within: str = ""  # a measure that has all records of this one: who knows both knows how many more there are

    def draw(self, period: Period) -> Drawn:
        """Return the rows of a period in the order of their ids, or why there is no figure."""
        began = KINDS[self.of].began()
        if began is not None and began >= period.ends:
            return Drawn(absent=Absent.NOT_KEPT)
        told = self.rows(period)
        if isinstance(told, Absent):
            return Drawn(absent=told)
        drawn = _read(told, plain=self.aggregate == "count")
        return drawn if drawn.n or self.aggregate in TOTALS else Drawn(absent=Absent.NO_ROWS)

    def value(self, drawn: Drawn) -> float | None:
        """Return the figure that rows give."""
        return None if drawn.absent else value_of(self.aggregate, drawn.values)


def _read(rows: Iterable[tuple[Any, ...]], *, plain: bool) -> Drawn:
    """Read rows into arrays as they come: a year of a large city has more of them than lists could hold."""
    told = rows.order_by().iterator(AT_ONCE) if isinstance(rows, QuerySet) else rows
    table = np.fromiter(told, ROW if not plain else np.dtype([("id", "<i8")]))
    ids = np.ascontiguousarray(table["id"])
    values = np.ones(len(ids)) if plain else np.ascontiguousarray(table["value"])
    if (ids[1:] > ids[:-1]).all():
        return Drawn(ids, values)
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
    parts: tuple[str, ...] = (),
    within: str = "",
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
            parts,
            within,
        )
        return rows

    return register


def value_of(aggregate: str, values: Values) -> float | None:
    """Return the figure that contributions give; without rows a count is 0, and everything else is missing."""
    if aggregate in TOTALS:
        return float(values.sum())
    if not len(values):
        return None
    if aggregate == "share":
        return float(values.mean() * 100)
    return float(np.quantile(values, 0.5 if aggregate == "median" else 0.9, method="linear"))


def interval_of(aggregate: str, values: Values) -> tuple[float, float] | None:
    """Return Wilson's 95 % interval of a share, in per cent."""
    found = wilson(int(values.sum()), len(values)) if aggregate == "share" else None
    return None if found is None else (100 * found[0], 100 * found[1])


def whole_seconds(lasted: dt.timedelta) -> int:
    """Return a duration to the second: finer than anybody stamps, and what a row set stores in two bytes."""
    return round(lasted.total_seconds())


def _year_back(day: dt.date) -> dt.date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year - 1, day=28)
