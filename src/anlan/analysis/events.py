"""Point events: where and when something was reported, checked once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from anlan.geo import LocalProjection

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
    counts : array_like of int, shape (n,), optional
        How many events each row stands for, 0 or more. Default: one each.
    ids : sequence of int or str, shape (n,), optional
        Name of each row, unique. Default: the row numbers from 0.

    Attributes
    ----------
    metric : {"plane", "sphere"}
        "sphere": `x` and `y` are longitude and latitude in degrees, and distances are taken on a sphere.
    plane : LocalProjection or None
        The plane of `from_lonlat(..., metric="projected")`, which turns metres into degrees and back.

    Raises
    ------
    ValueError
        If the lengths differ, a value is not finite, a count is no whole number, or an id comes twice.

    Examples
    --------
    >>> from anlan.analysis import Events
    >>> events = Events([0.0, 3.0], [0.0, 4.0], [16000.5, 16001.0], ids=["a", "b"])
    >>> len(events), events.ids.tolist()
    (2, ['a', 'b'])
    """

    __slots__ = ("counts", "day", "ids", "metric", "plane", "x", "y")

    x: FloatArray
    y: FloatArray
    day: FloatArray
    counts: IntArray | None
    ids: npt.NDArray[Any]
    metric: Literal["plane", "sphere"]
    plane: LocalProjection | None

    def __init__(
        self,
        x: npt.ArrayLike,
        y: npt.ArrayLike,
        day: npt.ArrayLike,
        counts: npt.ArrayLike | None = None,
        ids: Sequence[int] | Sequence[str] | None = None,
    ) -> None:
        columns = {name: _own_column(name, values) for name, values in (("x", x), ("y", y), ("day", day))}
        if len({len(column) for column in columns.values()}) > 1:
            lengths = ", ".join(f"{name} {len(column)}" for name, column in columns.items())
            raise ValueError(f"x, y and day must have one length, not {lengths}")
        for name, column in columns.items():
            object.__setattr__(self, name, column)
        object.__setattr__(self, "counts", _own_counts(counts, len(columns["x"])))
        object.__setattr__(self, "ids", _own_ids(ids, len(columns["x"])))
        object.__setattr__(self, "metric", "plane")
        object.__setattr__(self, "plane", None)

    @classmethod
    def from_lonlat(
        cls,
        lon: npt.ArrayLike,
        lat: npt.ArrayLike,
        day: npt.ArrayLike,
        *,
        counts: npt.ArrayLike | None = None,
        ids: Sequence[int] | Sequence[str] | None = None,
        metric: Literal["projected", "sphere"] = "projected",
    ) -> Events:
        """Make events from WGS 84 degrees.

        Parameters
        ----------
        lon, lat : array_like of float, shape (n,)
            Longitude and latitude in degrees.
        day, counts, ids
            As of `Events`.
        metric : {"projected", "sphere"}
            "projected" puts them on a plane in metres around their middle, good to 1e-4 within 60 km (`plane` tells
            which). "sphere" keeps the degrees, for methods that measure on a sphere.

        Examples
        --------
        >>> from anlan.analysis import Events
        >>> events = Events.from_lonlat([119.97, 119.98], [31.81, 31.81], [0, 1])
        >>> round(float(events.x[1] - events.x[0]))
        947
        """
        degrees = cls(lon, lat, day, counts, ids)
        if metric not in {"projected", "sphere"}:
            raise ValueError(f"metric is 'projected' or 'sphere', not {metric!r}")
        if (np.abs(degrees.x) > 360).any() or (np.abs(degrees.y) > 90).any():
            raise ValueError("lon and lat must be degrees; for metres use Events(x, y, day)")
        if metric == "sphere":
            object.__setattr__(degrees, "metric", "sphere")
            return degrees
        from anlan.geo import LocalProjection

        plane = LocalProjection.around(degrees.x, degrees.y)
        events = cls(*plane.forward(degrees.x, degrees.y), day, counts, ids)
        object.__setattr__(events, "plane", plane)
        return events

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


def _own_counts(counts: npt.ArrayLike | None, length: int) -> IntArray | None:
    if counts is None:
        return None
    given = np.array(counts, dtype=np.float64)
    if given.shape != (length,):
        raise ValueError(f"counts must have one number for each of the {length} events, not shape {given.shape}")
    if not np.isfinite(given).all() or (given < 0).any() or (given != np.floor(given)).any():
        raise ValueError("counts must be whole numbers, 0 or more")
    whole: IntArray = given.astype(np.int64)
    whole.setflags(write=False)
    return whole


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


def events_of(x: Events | npt.ArrayLike, y: npt.ArrayLike | None, day: npt.ArrayLike | None) -> Events:
    """Return the events that a method was given: as events on a plane, or as columns."""
    if isinstance(x, Events):
        if y is not None or day is not None:
            raise ValueError("give either events or x, y and day, not both")
        if x.metric == "sphere":
            raise ValueError("this method counts metres on a plane: make the events with metric='projected'")
        return x
    if y is None or day is None:
        raise ValueError("give events, or x, y and day")
    return Events(x, y, day)
