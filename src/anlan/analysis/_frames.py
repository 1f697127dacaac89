"""Tables in and out: data frames by what they can do, not by whose they are."""

from __future__ import annotations

import dataclasses
import datetime as dt
import importlib
from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np
import numpy.typing as npt

Columns = Mapping[str, Sequence[Any] | npt.NDArray[Any]]
_EPOCH, _DAY = np.datetime64("1970-01-01", "us"), np.timedelta64(1, "D") / np.timedelta64(1, "us")


def numbers(frame: Any, name: str) -> npt.NDArray[np.float64]:
    """Return a column as numbers; an empty cell or one that is no number is named."""
    values = _listed(_series(frame, name))
    try:
        found = np.array(values, dtype=np.float64)  # None becomes no number
    except (TypeError, ValueError):
        found = np.array([_number(value) for value in values])
    return _known(found, name, values, "number")


def days(frame: Any, name: str) -> npt.NDArray[np.float64]:
    """Return a column as days since 1970-01-01 on its own clock: a zone is dropped, not turned into UTC."""
    series = _series(frame, name)
    values = _listed(series)
    kind = getattr(series, "dtype", None)
    if isinstance(kind, np.dtype) and kind.kind == "M":
        moments = np.asarray(series).astype("datetime64[us]")
        found = np.where(np.isnat(moments), np.nan, (moments - _EPOCH).astype(np.int64) / _DAY)
    else:
        found = np.array([_day(value) for value in values], dtype=np.float64)
    return _known(found, name, values, "time in ISO 8601")


def _day(value: Any) -> float:
    if isinstance(value, str):
        try:
            value = dt.datetime.fromisoformat(value.strip())
        except ValueError:
            return np.nan
    if isinstance(value, dt.datetime):  # a pandas time stamp is one too
        value = np.datetime64(value.replace(tzinfo=None).isoformat()[:26] if value == value else "NaT", "us")
    elif isinstance(value, dt.date):
        value = np.datetime64(value, "us")
    if isinstance(value, np.datetime64):
        return np.nan if np.isnat(value) else float((value.astype("datetime64[us]") - _EPOCH).astype(np.int64) / _DAY)
    return _number(value)


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return np.nan


def _known(found: npt.NDArray[np.float64], name: str, values: Sequence[Any], kind: str) -> npt.NDArray[np.float64]:
    bad = np.flatnonzero(~np.isfinite(found))
    if len(bad):
        said = f"row {bad[0]} is {values[bad[0]]!r} ({len(bad)} such rows)"
        raise ValueError(f"column {name!r} must be a {kind} in every row; {said}: mend or drop them first")
    return found


def ids(frame: Any, name: str) -> list[Any]:
    """Return a column of names."""
    return list(_listed(_series(frame, name)))


def _series(frame: Any, name: str) -> Any:
    known = list(frame.column_names if hasattr(frame, "column_names") else getattr(frame, "columns", frame))
    if name not in known:
        raise ValueError(f"there is no column {name!r}; the table has {', '.join(map(str, known))}")
    return frame[name]


def _listed(series: Any) -> Sequence[Any]:
    """Return the values as Python's own where the column can give them; what is missing is None or no number."""
    for way in ("to_pylist", "to_list", "tolist"):  # Arrow; pandas, polars; NumPy
        if hasattr(series, way) and not (way == "tolist" and series.dtype.kind == "M"):  # nanoseconds would be counts
            return cast(Sequence[Any], getattr(series, way)())
    return list(series)


def points_of(frame: Any) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], bool]:
    """Return where the points of a GeoDataFrame lie, and whether in degrees of WGS 84 (else in metres)."""
    if frame.crs is None:
        raise ValueError("the geometries have no CRS; set it with frame.set_crs(...), or name lon= and lat=")
    if not (frame.geometry.geom_type == "Point").all():
        raise ValueError("every geometry must be a point; take frame.representative_point() of areas and lines first")
    degrees = bool(frame.crs.is_geographic)
    if not degrees and any(axis.unit_conversion_factor != 1 for axis in frame.crs.axis_info[:2]):
        raise ValueError(f"the CRS {frame.crs.name} does not count in metres; turn it with frame.to_crs(...)")
    geometry = (frame.to_crs(4326) if degrees else frame).geometry
    return np.asarray(geometry.x, float), np.asarray(geometry.y, float), degrees


def frame_of(columns: Columns, library: str) -> Any:
    """Return columns as a data frame."""
    if library not in {"pandas", "polars"}:
        raise ValueError(f"library is 'pandas' or 'polars', not {library!r}")
    try:
        made = importlib.import_module(library)
    except ImportError:
        raise ImportError(f"to_frame() needs {library}, which is not installed: pip install {library}") from None
    return made.DataFrame(dict(columns))


def columns_of(result: Any, rows_in: str | None) -> Columns:
    """Return the rows of an outcome as columns: its rows' fields; its arrays of one length; else one row of values."""
    if rows_in is not None:
        rows = getattr(result, rows_in)
        kinds = type(rows[0]) if rows else None
        return _columns_of_rows(rows, [field.name for field in dataclasses.fields(kinds)]) if kinds else {}
    arrays = {name: value for name, value in vars(result).items() if isinstance(value, np.ndarray) and value.ndim == 1}
    cells = {name: [value] for name, value in vars(result).items() if _is_cell(value)}
    return arrays if arrays else cells


def _columns_of_rows(rows: Sequence[Any], names: Sequence[str]) -> Columns:
    columns: dict[str, Any] = {}
    for name in names:
        values = [getattr(row, name) for row in rows]
        if name == "centre":
            columns["x"], columns["y"] = (list(ends) for ends in zip(*values, strict=True))
        elif not isinstance(values[0], np.ndarray):
            columns[name] = [list(value) if isinstance(value, tuple) else value for value in values]
    return columns


def _is_cell(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float)


def geojson_of(columns: Columns, events: Any) -> dict[str, Any]:
    """Return rows with x and y as points in degrees."""
    if columns and not {"x", "y"} <= columns.keys():
        raise ValueError("this outcome has no places; see to_frame()")
    lon, lat = degrees_of(columns.get("x", []), columns.get("y", []), events)
    others = [name for name in columns if name not in {"x", "y"}]
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [round(float(lon[row]), 7), round(float(lat[row]), 7)]},
                "properties": {name: _plain(columns[name][row]) for name in others},
            }
            for row in range(len(lon))
        ],
    }


def degrees_of(x: npt.ArrayLike, y: npt.ArrayLike, events: Any) -> tuple[Any, Any]:
    """Return longitude and latitude of places in the coordinates of the events."""
    if events.metric == "sphere":
        return np.asarray(x, float), np.asarray(y, float)
    if events.plane is None:
        raise ValueError("nobody knows where these metres lie; make the events with Events.from_lonlat")
    lon, lat = events.plane.inverse(x, y)
    return lon, lat


def _plain(value: Any) -> Any:
    value = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(value, float) and not np.isfinite(value) else value
