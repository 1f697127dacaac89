"""Point events: where and when something was reported, checked once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


class Events:
    """Point events in metres and days, validated once and never changed.

    Parameters
    ----------
    x, y : array_like of float, shape (n,)
        Position in metres in any planar system (east and north).
    day : array_like of float, shape (n,)
        Time in days since any origin; the fraction is the time of day.
    ids : sequence of int or str, shape (n,), optional
        Name of each event, unique. Default: the row numbers from 0.

    Raises
    ------
    ValueError
        If the lengths differ, a value is not finite, or an id comes twice.

    Examples
    --------
    >>> from anlan.analysis import Events
    >>> events = Events([0.0, 3.0], [0.0, 4.0], [16000.5, 16001.0], ids=["a", "b"])
    >>> len(events), events.ids.tolist()
    (2, ['a', 'b'])
    """

    __slots__ = ("day", "ids", "x", "y")

    x: FloatArray
    y: FloatArray
    day: FloatArray
    ids: npt.NDArray[Any]

    def __init__(
        self, x: npt.ArrayLike, y: npt.ArrayLike, day: npt.ArrayLike, ids: Sequence[int] | Sequence[str] | None = None
    ) -> None:
        columns = {name: _own_column(name, values) for name, values in (("x", x), ("y", y), ("day", day))}
        if len({len(column) for column in columns.values()}) > 1:
            lengths = ", ".join(f"{name} {len(column)}" for name, column in columns.items())
            raise ValueError(f"x, y and day must have one length, not {lengths}")
        for name, column in columns.items():
            object.__setattr__(self, name, column)
        object.__setattr__(self, "ids", _own_ids(ids, len(columns["x"])))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"Events cannot be changed; make new ones with another {name}")

    def __len__(self) -> int:
        return len(self.x)

    def __repr__(self) -> str:
        return f"Events({len(self)} points)"


def _own_column(name: str, values: npt.ArrayLike) -> FloatArray:
    """Copy one column to float64 that nobody can write to; -0.0 becomes 0.0 so that equal places sort alike."""
    column = np.array(values, dtype=np.float64) + 0.0
    if column.ndim != 1:
        raise ValueError(f"{name} must be one column of numbers, not an array of shape {column.shape}")
    bad = np.flatnonzero(~np.isfinite(column))
    if len(bad):
        raise ValueError(f"{name} must be finite; row {bad[0]} is {column[bad[0]]} ({len(bad)} such rows)")
    column.setflags(write=False)
    return column


def _own_ids(ids: Sequence[int] | Sequence[str] | None, length: int) -> npt.NDArray[Any]:
    named = np.arange(length, dtype=np.int64) if ids is None else np.array(ids)
    if named.shape != (length,):
        raise ValueError(f"ids must have one entry for each of the {length} events, not shape {named.shape}")
    if length and named.dtype.kind not in "iuU":
        raise ValueError("ids must be all whole numbers or all text")
    if ids is not None and length and len(np.unique(named)) < length:
        values, counts = np.unique(named, return_counts=True)
        raise ValueError(f"ids must be unique; {values[counts > 1][0]!s} comes {counts.max()} times")
    named.setflags(write=False)
    return named
