"""What callers give, checked once: columns, times, whole numbers, metres; a wrong one is refused in words."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

FARTHEST_M = 1e9  # 25 times around the earth: beyond it grids overflow, and no planar system goes there
_LEAST_M = 1e-6  # cells of less than that overflow as well
_FARTHEST_DAY = 1e7  # 27,000 years: seconds or nanoseconds given as days lie beyond it
_MOST_REPORTS = 100_000_000
_EPOCH = np.datetime64("1970-01-01", "us")
_DAY = np.timedelta64(86_400_000_000, "us")
_CITY_DEGREES = 5.0


def column(name: str, values: npt.ArrayLike, most: float = FARTHEST_M) -> FloatArray:
    """Copy one column of numbers to float64; -0.0 becomes 0.0 so that equal places sort alike."""
    given = unmasked(name, values)
    if given.dtype.kind in "bMmcV":
        raise ValueError(f"{name} must be numbers, not {_kind_of(given)}")
    try:
        numbers = np.array(given, dtype=np.float64) + 0.0
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be numbers, not such as {_first_odd(given)!r}") from None
    return _checked(name, numbers, most)


def moments(name: str, values: npt.ArrayLike) -> FloatArray:
    """Copy one column of times to days: numbers are days; dates and times become days since 1970 (UTC)."""
    given = unmasked(name, values)
    if given.dtype.kind == "O" and given.ndim == 1 and len(given) and isinstance(given[0], dt.date | np.datetime64):
        given = np.array([_utc(name, row, value) for row, value in enumerate(given)], dtype="datetime64[us]")
    if given.dtype.kind == "M":
        if given.dtype == np.dtype("datetime64"):
            raise ValueError(f"{name} must be finite; no row of it has a time")
        numbers = (given - _EPOCH) / _DAY
        numbers[np.isnat(given)] = np.nan
        return _checked(name, np.asarray(numbers, dtype=np.float64) + 0.0, _FARTHEST_DAY)
    if given.dtype.kind == "m":
        return _checked(name, np.where(np.isnat(given), np.nan, given / _DAY) + 0.0, _FARTHEST_DAY)
    return column(name, given, _FARTHEST_DAY)


def moment(name: str, value: Any) -> float:
    """Return one time in days."""
    return float(moments(name, [value])[0])


def whole_numbers(name: str, values: npt.ArrayLike, length: int) -> IntArray:
    """Return how many events each row stands for."""
    given = unmasked(name, values)
    if given.shape != (length,):
        raise ValueError(f"{name} must have one number for each of the {length} events, not shape {given.shape}")
    try:
        numbers = column(name, given.astype(np.int64) if given.dtype.kind == "b" else given)
    except ValueError:
        raise ValueError(f"{name} must be whole numbers, 0 or more") from None
    if (numbers < 0).any() or (numbers != np.floor(numbers)).any():
        raise ValueError(f"{name} must be whole numbers, 0 or more")
    whole: IntArray = numbers.astype(np.int64)
    return whole


def unmasked(name: str, values: npt.ArrayLike) -> npt.NDArray[Any]:
    """Return an array in which every row counts."""
    if np.ma.isMaskedArray(values) and (hidden := int(np.ma.getmaskarray(values).sum())):
        raise ValueError(f"{name} has {hidden} masked rows; leave them out of all columns first")
    try:
        return np.asarray(np.ma.getdata(values) if np.ma.isMaskedArray(values) else values)
    except ValueError:
        raise ValueError(f"{name} must be one column of numbers, not rows of unlike length") from None


def labels(name: str, values: Any, length: int) -> npt.NDArray[Any]:
    """Return one label for each of the events; a row without one is refused, since all such rows would be one kind."""
    given = unmasked(name, values)
    if given.shape != (length,):
        raise ValueError(f"{name} must have one value for each of the {length} events, not shape {given.shape}")
    none = np.array([value is None or value != value for value in given.tolist()], dtype=bool)
    if none.any():
        raise ValueError(f"{name} is missing in {int(none.sum())} rows, first in row {int(none.argmax())}")
    return given if given.dtype.kind in "biufMm" else given.astype(str)


def whole(name: str, value: Any, least: int, why: str = "") -> int:
    """Return a whole number that is at least `least`."""
    number = _number(value)
    if not math.isfinite(number) or number != int(number) or number < least:
        raise ValueError(f"{name} must be {least} or more, a whole number{why and f' ({why})'}, not {value!r}")
    return int(number)


def metres(name: str, value: Any) -> float:
    """Return a length above 0."""
    number = _number(value)
    if not _LEAST_M <= number <= FARTHEST_M:
        raise ValueError(f"{name} must be more than 0 metres (1e-6 to {FARTHEST_M:.0e}), not {value!r}")
    return number


def each_report(counts: IntArray | None, length: int) -> IntArray:
    """Return the row of every report: a row that counts three comes three times, one that counts nothing not at all."""
    if counts is None:
        return np.arange(length, dtype=np.int64)
    if (many := int(counts.sum())) > _MOST_REPORTS:
        raise ValueError(f"counts say {many:,} reports; this method takes at most {_MOST_REPORTS:,}")
    return np.repeat(np.arange(length, dtype=np.int64), counts)


def in_metres(x: FloatArray, y: FloatArray) -> None:
    """Refuse columns that can only be degrees: a few degrees wide, off the origin, with many decimals."""
    if not len(x) or (np.abs(x) > 180).any() or (np.abs(y) > 90).any():
        return
    wide = max(np.ptp(x), np.ptp(y))
    off = ((np.abs(x) > _CITY_DEGREES) | (np.abs(y) > _CITY_DEGREES)).all()
    fine = np.mean((np.abs(x * 100 % 1) > 1e-6) & (np.abs(y * 100 % 1) > 1e-6)) > 0.5
    if 0 < wide <= _CITY_DEGREES and off and fine:
        raise ValueError(
            f"x and y look like degrees ({x[0]:.4f}, {y[0]:.4f}), and this method counts metres on a plane: "
            "make the events with Events.from_lonlat(lon, lat, day)"
        )


def _number(value: Any) -> float:
    if isinstance(value, bool | np.bool_ | str | bytes) or value is None or np.ma.is_masked(value):
        return math.nan
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan


def _checked(name: str, numbers: FloatArray, most: float) -> FloatArray:
    if numbers.ndim != 1:
        raise ValueError(f"{name} must be one column of numbers, not an array of shape {numbers.shape}")
    bad = np.flatnonzero(~np.isfinite(numbers))
    if len(bad):
        raise ValueError(f"{name} must be finite; row {bad[0]} is {numbers[bad[0]]} ({len(bad)} such rows)")
    far = np.flatnonzero(np.abs(numbers) > most)
    if len(far):
        unit = "metres" if most == FARTHEST_M else "days"
        said = f"row {far[0]} is {numbers[far[0]]:g} ({len(far)} rows beyond {most:g})"
        raise ValueError(f"{name} must be {unit}; {said}")
    return numbers


def _utc(name: str, row: int, value: Any) -> Any:
    """Return a moment without its zone, as of UTC."""
    if isinstance(value, dt.datetime):
        if value.tzinfo is not None:
            value = value.astimezone(dt.UTC).replace(tzinfo=None)
        return np.datetime64(value.isoformat() if value == value else "NaT", "us")
    if isinstance(value, dt.date | np.datetime64):
        return np.datetime64(str(value), "us")
    raise ValueError(f"{name} must be times throughout; row {row} is {value!r}")


def _kind_of(given: npt.NDArray[Any]) -> str:
    return {"b": "true and false", "M": "dates", "m": "spans of time", "c": "complex numbers"}.get(
        given.dtype.kind, str(given.dtype)
    )


def _first_odd(given: npt.NDArray[Any]) -> Any:
    for value in given.ravel().tolist():
        try:
            float(value)
        except (TypeError, ValueError):
            return value
    return given.dtype
