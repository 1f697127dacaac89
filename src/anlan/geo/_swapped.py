"""Longitude and latitude in each other's column: recognised and said, never repaired."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

MOST = 0.9


def looks_swapped(lon: ArrayLike, lat: ArrayLike, bounds: tuple[float, float, float, float] | None = None) -> bool:
    """Return whether most points would fit only with the two columns exchanged.

    With `bounds` (west, south, east, north) fitting means lying inside; without, being possible degrees at all.
    """
    east, north = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    known = np.isfinite(east) & np.isfinite(north)
    if not known.any():
        return False
    east, north = east[known], north[known]
    west, south, right, top = bounds or (-180.0, -90.0, 180.0, 90.0)
    fits = (east >= west) & (east <= right) & (north >= south) & (north <= top)
    fits_swapped = (north >= west) & (north <= right) & (east >= south) & (east <= top)
    return bool(np.mean(fits_swapped & ~fits) >= MOST)
