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
        self._tree = shapely.STRtree(list(geometries))

    def at(self, lon: float, lat: float) -> tuple[int, ...]:
        """Return the positions of the areas that cover one point, ascending; the border belongs to both sides."""
        found = self._tree.query(self._shapely.Point(lon, lat), predicate="intersects")
        return tuple(sorted(int(position) for position in found))

    def assign(self, lon: ArrayLike, lat: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return pairs (row of the point, position of an area that covers it), sorted by row, then position."""
        points = self._shapely.points(np.asarray(lon, dtype=float), np.asarray(lat, dtype=float))
        rows, areas = self._tree.query(np.atleast_1d(points), predicate="intersects")
        order = np.lexsort((areas, rows))
        return rows[order].astype(np.int64), areas[order].astype(np.int64)
