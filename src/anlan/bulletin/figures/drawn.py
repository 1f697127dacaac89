"""The rows that a figure rests on, drawn from the database, and the value that they give."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import numpy as np
from django.db.models import QuerySet
from numpy.typing import NDArray

from anlan.voice.rules import wilson

Ids = NDArray[np.int64]
Values = NDArray[np.float64]
Aggregate = Literal["count", "sum", "share", "median", "p90"]
TOTALS: Final = frozenset({"count", "sum"})  # without rows they are zero; of nothing there is no share and no median
ROW: Final = np.dtype([("id", "<i8"), ("value", "<f8")])
AT_ONCE: Final = 20_000  # rows that the database hands over at a time


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


def drawn_from(rows: Iterable[tuple[Any, ...]], *, plain: bool) -> Drawn:
    """Read rows into arrays as they come: a year of a large city has more of them than lists could hold."""
    coming = rows.order_by().iterator(AT_ONCE) if isinstance(rows, QuerySet) else rows
    table = np.fromiter(coming, ROW if not plain else np.dtype([("id", "<i8")]))
    ids = np.ascontiguousarray(table["id"])
    values = np.ones(len(ids)) if plain else np.ascontiguousarray(table["value"])
    if (ids[1:] > ids[:-1]).all():
        return Drawn(ids, values)
    order = np.argsort(ids, kind="stable")
    return Drawn(ids[order], values[order])


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
