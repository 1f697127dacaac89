"""Compiled: where each disc is laid."""

from __future__ import annotations

import numpy as np
from numba import njit

from anlan.analysis.events import FloatArray, IntArray


@njit(cache=True)
def lay(
    order: IntArray,
    starts: IntArray,
    near: IntArray,
    centre: FloatArray,
    xy: FloatArray,
    shift: FloatArray,
    radius: float,
) -> FloatArray:
    """Move each centre, in order, by the shift that is worth most; what its disc takes in is gone for the others.

    `near[starts[i]:starts[i + 1]]` are the reports that any disc of centre i may reach.
    """
    laid = centre.copy()
    free = np.ones(len(xy), dtype=np.bool_)
    for i in order:
        rows = near[starts[i] : starts[i + 1]]
        best, best_worth = 0, -1.0
        for k in range(len(shift)):
            x, y = centre[i, 0] + shift[k, 0], centre[i, 1] + shift[k, 1]
            worth = 0.0
            for row in rows:
                if free[row]:
                    apart = ((x - xy[row, 0]) ** 2 + (y - xy[row, 1]) ** 2) / radius**2
                    if apart <= 1.0:
                        worth += 2.0 - apart
            worth = np.round(worth, 9)
            if worth > best_worth:
                best, best_worth = k, worth
        laid[i, 0], laid[i, 1] = centre[i, 0] + shift[best, 0], centre[i, 1] + shift[best, 1]
        for row in rows:
            if (laid[i, 0] - xy[row, 0]) ** 2 + (laid[i, 1] - xy[row, 1]) ** 2 <= radius**2:
                free[row] = False
    return laid
