"""Point events: where and when something was reported, checked once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from anlan.analysis import _frames as frames
from anlan.analysis._given import column, in_metres, moments, unmasked, whole_numbers
from anlan.analysis._same import same

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
        Time in days since any origin; the fraction is the time of day. Dates and times (`datetime64` of any unit,
        `date`, `datetime`) become days since 1970.
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
        If the lengths differ, a value is masked, not finite or beyond what metres (1e9) and days (1e7) can be, a count
        is no whole number, or an id comes twice.

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
        columns = {"x": column("x", x), "y": column("y", y), "day": moments("day", day)}
        if len({len(values) for values in columns.values()}) > 1:
            lengths = ", ".join(f"{name} {len(values)}" for name, values in columns.items())
            raise ValueError(f"x, y and day must have one length, not {lengths}")
        for name, values in columns.items():
            values.setflags(write=False)
            object.__setattr__(self, name, values)
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

    @classmethod
    def from_frame(
        cls,
        frame: Any,
        *,
        time: str,
        lon: str | None = None,
        lat: str | None = None,
        x: str | None = None,
        y: str | None = None,
        counts: str | None = None,
        ids: str | None = None,
        metric: Literal["projected", "sphere"] = "projected",
    ) -> Events:
        """Make events from the columns of a table: of pandas, polars, GeoPandas, Arrow, or a mapping of columns.

        Long because its parameters are documented here, with an example.

        Parameters
        ----------
        frame : data frame
            A table whose columns are read by name. Of a GeoDataFrame the points are taken where no columns are named.
        time : str
            Column of times: dates, time stamps, ISO 8601 text, or days as numbers. They become days since 1970-01-01
            on the clock that the column shows: a zone is dropped, so that a day is a day there.
        lon, lat : str, optional
            Columns of WGS 84 degrees; `metric` as of `from_lonlat`.
        x, y : str, optional
            Columns of metres, in place of degrees.
        counts, ids : str, optional
            Columns as of `Events`.

        Raises
        ------
        ValueError
            If a column is not there, or a cell is empty or unreadable; its row is named.

        Examples
        --------
        >>> import pandas as pd
        >>> from anlan.analysis import Events
        >>> calls = pd.DataFrame({"X": [119.97, 119.98], "Y": [31.81, 31.81], "at": ["2016-05-08 06:00", "2016-05-09"]})
        >>> Events.from_frame(calls, lon="X", lat="Y", time="at").day.tolist()
        [16929.25, 16930.0]
        """
        more: dict[str, Any] = {
            "counts": None if counts is None else frames.numbers(frame, counts),
            "ids": None if ids is None else frames.ids(frame, ids),
        }
        day = frames.days(frame, time)
        if lon is not None and lat is not None and x is None and y is None:
            return cls.from_lonlat(frames.numbers(frame, lon), frames.numbers(frame, lat), day, metric=metric, **more)
        if x is not None and y is not None and lon is None and lat is None:
            return cls(frames.numbers(frame, x), frames.numbers(frame, y), day, **more)
        if (lon, lat, x, y) != (None,) * 4 or not hasattr(frame, "to_crs"):
            raise ValueError("name the columns of the points: lon= and lat= for degrees, or x= and y= for metres")
        east, north, degrees = frames.points_of(frame)
        return cls.from_lonlat(east, north, day, metric=metric, **more) if degrees else cls(east, north, day, **more)

    def to_frame(self, library: Literal["pandas", "polars"] = "pandas") -> Any:
        """Return the events as a table: id, x and y (metres), lon and lat where they are known, day, counts.

        Examples
        --------
        >>> from anlan.analysis import Events
        >>> list(Events.from_lonlat([119.97], [31.81], [0]).to_frame().columns)
        ['id', 'x', 'y', 'lon', 'lat', 'day']
        """
        columns: dict[str, Any] = {"id": self.ids}
        if self.metric == "plane":
            columns |= {"x": self.x, "y": self.y}
        if self.metric == "sphere" or self.plane is not None:
            columns["lon"], columns["lat"] = frames.degrees_of(self.x, self.y, self)
        columns["day"] = self.day
        return frames.frame_of(columns | ({} if self.counts is None else {"counts": self.counts}), library)

    def to_geojson(self) -> dict[str, Any]:
        """Return the events as a GeoJSON FeatureCollection of points in WGS 84 degrees.

        Examples
        --------
        >>> from anlan.analysis import Events
        >>> Events.from_lonlat([119.97], [31.81], [3], ids=["a"]).to_geojson()["features"][0]["properties"]
        {'id': 'a', 'day': 3.0}
        """
        columns = {"x": self.x, "y": self.y, "id": self.ids, "day": self.day}
        return frames.geojson_of(columns | ({} if self.counts is None else {"counts": self.counts}), self)

    def __getitem__(self, rows: slice | npt.ArrayLike) -> Events:
        """Return some of the events, in the same coordinates: by slice, mask or positions.

        Examples
        --------
        >>> from anlan.analysis import Events
        >>> events = Events([0, 3, 6], [0, 4, 8], [1, 2, 3])
        >>> events[events.day > 1].ids.tolist(), len(events[:2])
        ([1, 2], 2)
        """
        chosen = rows if isinstance(rows, slice) else np.asarray(rows)
        if isinstance(chosen, np.ndarray):
            if chosen.ndim != 1 or (len(chosen) and chosen.dtype.kind not in "biu"):
                raise TypeError("choose events by a slice, a mask or a list of positions; one of them is events[3:4]")
            if chosen.dtype.kind == "b" and len(chosen) != len(self):
                raise IndexError(f"the mask has {len(chosen)} entries for {len(self)} events")
            if not len(chosen):
                chosen = chosen.astype(np.int64)
            elif chosen.dtype.kind != "b" and len(np.unique(chosen % max(len(self), 1))) < len(chosen):
                raise ValueError("a position comes twice; a mask of noughts and ones is made with .astype(bool)")
        counts = None if self.counts is None else self.counts[chosen]
        columns = (self.x[chosen], self.y[chosen], self.day[chosen], counts, self.ids[chosen])
        return _restored(*columns, self.metric, self.plane)

    def __iter__(self) -> Iterator[Events]:
        raise TypeError("events have columns (x, y, day, counts, ids), no items; to_frame() makes rows")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Events):
            return NotImplemented
        return all(same(getattr(self, name), getattr(other, name)) for name in self.__slots__)

    __hash__ = None  # type: ignore[assignment] # holds arrays

    def __reduce__(self) -> tuple[Any, ...]:
        columns = (self.x, self.y, self.day, self.counts, self.ids)
        return _restored, (*columns, self.metric, self.plane)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"Events cannot be changed; make new ones with another {name}")

    def __len__(self) -> int:
        return len(self.x)

    def __repr__(self) -> str:
        return f"Events({len(self)} points)"


def _restored(
    x: FloatArray,
    y: FloatArray,
    day: FloatArray,
    counts: IntArray | None,
    ids: npt.NDArray[Any],
    metric: Literal["plane", "sphere"],
    plane: LocalProjection | None,
) -> Events:
    """Make events of columns that were checked before."""
    events = Events.__new__(Events)
    for name, values in zip(("x", "y", "day", "counts", "ids"), (x, y, day, counts, ids), strict=True):
        if values is not None:
            values.setflags(write=False)
        object.__setattr__(events, name, values)
    object.__setattr__(events, "metric", metric)
    object.__setattr__(events, "plane", plane)
    return events


def _own_counts(counts: npt.ArrayLike | None, length: int) -> IntArray | None:
    if counts is None:
        return None
    whole = whole_numbers("counts", counts, length)
    whole.setflags(write=False)
    return whole


def _own_ids(ids: Sequence[int] | Sequence[str] | None, length: int) -> npt.NDArray[Any]:
    named = np.arange(length, dtype=np.int64) if ids is None else np.array(unmasked("ids", ids))
    if named.dtype.kind == "O" and len({type(name) for name in named.tolist()}) == 1:  # a column of a data frame
        named = np.array(named.tolist())
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
        return on_plane(x)
    if y is None or day is None:
        raise ValueError("give events, or x, y and day")
    return on_plane(Events(x, y, day))


def on_plane(events: Events) -> Events:
    """Return events whose metres can be counted; degrees are refused."""
    if events.metric == "sphere":
        raise ValueError("this method counts metres on a plane: make the events with metric='projected'")
    if events.plane is None:
        in_metres(events.x, events.y)
    return events
