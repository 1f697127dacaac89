"""The fast way for columns of ISO times without a zone: a whole chunk at once, equal to `parse_time` cell by cell."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from anlan.tables._times import zone

# No zone changes its offset but on a quarter of an hour.
QUARTER_US = 15 * 60 * 1_000_000
FIRST, LAST = np.datetime64("1901-01-01", "us"), np.datetime64("2200-01-01", "us")


Moments = tuple[NDArray[np.datetime64], NDArray[np.int8]]


def plain_iso(cells: list[Any], tz: str) -> Moments | None:
    """Return a chunk's moments in UTC, or None where a cell is anything but year-month-day and a time without zone.

    Beside each moment stands -1 where clocks were put forward just then, 1 where they were put back, else 0.
    """
    if not all(type(cell) is str and 16 <= len(cell) <= 26 and cell[4] == "-" and cell[-1].isdigit() for cell in cells):
        return None
    if any("+" in cell or cell.count("-") != 2 for cell in cells):
        return None
    try:
        local = np.array(cells, dtype="datetime64[us]")
    except ValueError:
        return None
    if not len(local) or local.min() < FIRST or local.max() > LAST:
        return None
    return (local, np.zeros(len(local), dtype=np.int8)) if tz == "UTC" else _to_utc(local, tz)


def _to_utc(local: NDArray[np.datetime64], tz: str) -> Moments:
    quarters, which = np.unique(local.astype(np.int64) // QUARTER_US, return_inverse=True)
    starts = (quarters * QUARTER_US).astype("datetime64[us]")
    known = zone(tz)
    here = [moment.replace(tzinfo=known) for moment in starts.tolist()]
    offsets = np.array([moment.utcoffset() for moment in here], dtype="timedelta64[us]")
    later = np.array([moment.replace(fold=1).utcoffset() for moment in here], dtype="timedelta64[us]")
    doubts = np.sign((offsets - later).astype(np.int64)).astype(np.int8)
    return local - offsets[which], doubts[which]
