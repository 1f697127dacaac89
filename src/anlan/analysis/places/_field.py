"""A smooth map of how thickly reports lie, from points that carry a weight."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter, map_coordinates

from anlan.analysis.events import FloatArray, IntArray

_CELLS_PER_BANDWIDTH = 4
_REACH = 3.0
# 128 MB of float64. Beyond it the map gets coarser instead of filling the memory.
_MOST_CELLS = 1 << 24


class SmoothDensity:
    """A Gaussian-smoothed histogram. Empty strips wider than the kernel are cut out, so a far outlier costs nothing."""

    def __init__(self, x: FloatArray, y: FloatArray, weight: FloatArray, bandwidth_m: float) -> None:
        self._cell = bandwidth_m / _CELLS_PER_BANDWIDTH
        margin = int(np.ceil(_REACH * _CELLS_PER_BANDWIDTH)) + 1
        while True:
            self._columns, self._rows = (_Axis(values, self._cell, margin) for values in (x, y))
            if self._columns.length * self._rows.length <= _MOST_CELLS:
                break
            self._cell *= 2
        shape = (self._columns.length, self._rows.length)
        at = np.ravel_multi_index((self._columns.index(x), self._rows.index(y)), shape)
        counts = np.bincount(at, weights=weight, minlength=shape[0] * shape[1]).reshape(shape)
        smooth = gaussian_filter(counts, bandwidth_m / self._cell, mode="constant", truncate=_REACH)
        self._density = smooth / self._cell**2

    def at(self, x: FloatArray, y: FloatArray) -> FloatArray:
        """Return the density at each point, in weight per square metre; 0 far from every point."""
        where = np.stack([self._columns.position(x), self._rows.position(y)])
        density: FloatArray = map_coordinates(self._density, where, order=1, mode="constant")
        return density


class _Axis:
    """Cells of one axis, numbered through with wide empty strips shortened."""

    def __init__(self, values: FloatArray, cell: float, margin: int) -> None:
        self._cell = cell
        self._used = np.unique(np.floor(values / cell).astype(np.int64))
        steps = np.minimum(np.diff(self._used, prepend=self._used[:1]), 2 * margin)
        self._place = np.cumsum(steps) + margin
        self.length = int(self._place[-1]) + margin + 1

    def index(self, values: FloatArray) -> IntArray:
        """Return the cell of values that the axis was made from."""
        index: IntArray = self._place[np.searchsorted(self._used, np.floor(values / self._cell).astype(np.int64))]
        return index

    def position(self, values: FloatArray) -> FloatArray:
        """Return where any values lie, in cells (whole numbers are the middles of cells)."""
        cells = values / self._cell - 0.5
        near = np.clip(np.searchsorted(self._used, np.floor(cells + 0.5).astype(np.int64)), 0, len(self._used) - 1)
        before = np.maximum(near - 1, 0)
        closer = np.abs(self._used[before] - cells) < np.abs(self._used[near] - cells)
        anchor = np.where(closer, before, near)
        position: FloatArray = self._place[anchor] + (cells - self._used[anchor])
        return position
