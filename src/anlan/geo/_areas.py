"""Which areas a point lies in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


class AreaIndex:
    """Finds the areas that cover points; areas may overlap. Positions count from 0 in the order given."""

    def __init__(self, geometries: Sequence[Any]) -> None:
        import shapely

        self._shapely = shapely
        self._areas = np.array(list(geometries), dtype=object)
        shapely.prepare(self._areas)  # outlines have thousands of corners: without it each point asks all of them
        self._tree = shapely.STRtree(self._areas)

    def at(self, lon: float, lat: float) -> tuple[int, ...]:
        """Return the positions of the areas that cover one point, ascending; the border belongs to both sides."""
        near = self._tree.query(self._shapely.Point(lon, lat))
        return tuple(
            sorted(int(position) for position in near if self._shapely.intersects_xy(self._areas[position], lon, lat))
        )

    def assign(self, lon: ArrayLike, lat: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return pairs (row of the point, position of an area that covers it), sorted by row, then position."""
        x, y = (np.atleast_1d(np.asarray(axis, dtype=float)) for axis in (lon, lat))
        found = [self._inside(n, x, y) for n in range(len(self._areas))]
        rows = np.concatenate([np.empty(0, np.int64), *found])
        areas = np.repeat(np.arange(len(found)), [len(inside) for inside in found])
        order = np.lexsort((areas, rows))
        return rows[order].astype(np.int64), areas[order].astype(np.int64)

    def _inside(self, area: int, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the rows of the points in one area; only those within its bounds are asked."""
        west, south, east, north = self._areas[area].bounds
        near = np.flatnonzero((x >= west) & (x <= east) & (y >= south) & (y <= north))
        inside: NDArray[np.bool_] = self._shapely.intersects_xy(self._areas[area], x[near], y[near])
        return near[inside]
