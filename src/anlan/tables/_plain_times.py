"""The fast way for columns of ISO times without a zone: a whole chunk at once, equal to `parse_time` cell by cell."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anlan.tables._times import zone

# No zone changes its offset but on a quarter of an hour.
QUARTER_US = 15 * 60 * 1_000_000
FIRST, LAST = np.datetime64("1901-01-01", "us"), np.datetime64("2200-01-01", "us")


def plain_iso(cells: list[Any], tz: str) -> NDArray[np.datetime64] | None:
    """Return a chunk's moments in UTC, or None where a cell is anything but year-month-day and a time without zone."""
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
    return local if tz == "UTC" else _to_utc(local, tz)


def _to_utc(local: NDArray[np.datetime64], tz: str) -> NDArray[np.datetime64]:
    quarters, which = np.unique(local.astype(np.int64) // QUARTER_US, return_inverse=True)
    starts = (quarters * QUARTER_US).astype("datetime64[us]")
    known = zone(tz)
    offsets = [moment.replace(tzinfo=UTC).replace(tzinfo=known).utcoffset() for moment in starts.tolist()]
    moments: NDArray[np.datetime64] = local - np.array(offsets, dtype="timedelta64[us]")[which]
    return moments
