"""Compiled: exact density clusters on a grid whose cells are so small that all points of one cell are neighbours.

Points lie sorted by cell, row by row, so the cells within reach of a point are five runs of consecutive points.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, prange

_RINGS = 2  # cells on each side that a radius can reach


@njit(cache=True)
def places_of(cell: Any, cells: int) -> tuple[Any, Any]:
    """Sort points by cell (counting sort): where each cell starts, and the points in order."""
    starts = np.zeros(cells + 1, np.int64)
    for one in cell:
        starts[one + 1] += 1
    for k in range(cells):
        starts[k + 1] += starts[k]
    order = np.empty(len(cell), np.int64)
    free = starts[:-1].copy()
    for row in range(len(cell)):
        order[free[cell[row]]] = row
        free[cell[row]] += 1
    return starts, order


@njit(cache=True)
def row_before(key: Any, wanted: int) -> int:
    """Return how many cell keys are less than the one wanted."""
    low, high = 0, len(key)
    while low < high:
        middle = (low + high) // 2
        if key[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low


@njit(cache=True)
def run_of(key: Any, starts: Any, columns: int, cell: int, shift: int) -> tuple[int, int]:
    """Return the points in reach of a cell in the row of cells that lies `shift` above it."""
    middle = key[cell] + shift * columns
    if len(key) == key[-1] + 1:  # every cell of the grid is there
        first, last = max(middle - _RINGS, 0), min(middle + _RINGS + 1, len(key))
        return (starts[first], starts[last]) if first < last else (0, 0)
    return starts[row_before(key, middle - _RINGS)], starts[row_before(key, middle + _RINGS + 1)]


@njit(cache=True, parallel=True)
def cores(x: Any, y: Any, key: Any, starts: Any, columns: int, reach: float, least: int) -> Any:
    """Mark the points that have at least `least` points, themselves included, within reach."""
    core = np.zeros(len(x), np.bool_)
    for cell in prange(len(key)):
        first, last = starts[cell], starts[cell + 1]
        if last - first >= least:
            core[first:last] = True
            continue
        if first == last:
            continue
        runs = np.empty((5, 2), np.int64)
        for shift in range(-_RINGS, _RINGS + 1):
            runs[shift + 2, 0], runs[shift + 2, 1] = run_of(key, starts, columns, cell, shift)
        for i in range(first, last):
            count = 0
            for run in range(5):
                for j in range(runs[run, 0], runs[run, 1]):
                    count += (x[i] - x[j]) ** 2 + (y[i] - y[j]) ** 2 <= reach
                if count >= least:
                    core[i] = True
                    break
    return core


@njit(cache=True)
def root_of(parent: Any, one: int) -> int:
    """Return the root of a cell, halving the path to it."""
    while parent[one] != one:
        parent[one] = parent[parent[one]]
        one = parent[one]
    return one


@njit(cache=True)
def touch(x: Any, y: Any, core: Any, a: int, a_end: int, b: int, b_end: int, reach: float) -> bool:
    """Return whether any core point of one run lies within reach of any of another."""
    for i in range(a, a_end):
        if core[i]:
            for j in range(b, b_end):
                if core[j] and (x[i] - x[j]) ** 2 + (y[i] - y[j]) ** 2 <= reach:
                    return True
    return False


@njit(cache=True)
def join_cell(
    x: Any, y: Any, core: Any, key: Any, starts: Any, live: Any, columns: int, reach: float, parent: Any,
    cell: int, low: int, high: int,
) -> None:  # fmt: skip
    """Join a cell with those after it, in reach and from `low` to `high`, that hold a core point within reach."""
    dense = len(key) == key[-1] + 1
    for shift in range(_RINGS + 1):
        left = 1 if shift == 0 else -_RINGS
        middle = key[cell] + shift * columns
        at = max(middle + left, 0) if dense else row_before(key, middle + left)
        while at < len(key) and key[at] <= middle + _RINGS:
            if low <= at < high and live[at]:
                one, other = root_of(parent, cell), root_of(parent, at)
                if one != other and touch(
                    x, y, core, starts[cell], starts[cell + 1], starts[at], starts[at + 1], reach
                ):
                    parent[max(one, other)] = min(one, other)
            at += 1


@njit(cache=True, parallel=True)
def joined(x: Any, y: Any, core: Any, key: Any, starts: Any, columns: int, reach: float, parts: int) -> Any:
    """Return the root of each cell: cells are joined within parts of the grid side by side, then across the parts."""
    cells = len(key)
    parent = np.arange(cells)
    live = np.zeros(cells, np.bool_)
    bound = np.empty(parts + 1, np.int64)
    bound[0], bound[parts] = 0, cells
    for part in range(1, parts):
        bound[part] = min(row_before(starts, len(x) * part // parts), cells)
    for part in prange(parts):
        for cell in range(bound[part], bound[part + 1]):
            for i in range(starts[cell], starts[cell + 1]):
                if core[i]:
                    live[cell] = True
                    break
    for part in prange(parts):
        for cell in range(bound[part], bound[part + 1]):
            if live[cell]:
                join_cell(x, y, core, key, starts, live, columns, reach, parent, cell, bound[part], bound[part + 1])
    for part in range(parts - 1):
        edge = bound[part + 1]
        first = row_before(key, key[min(edge, cells - 1)] - _RINGS * columns - _RINGS)
        for cell in range(max(first, bound[part]), edge):
            if live[cell]:
                join_cell(x, y, core, key, starts, live, columns, reach, parent, cell, edge, cells)
    for cell in range(cells):
        parent[cell] = root_of(parent, cell) if live[cell] else -1
    return parent


@njit(cache=True, parallel=True)
def roots(x: Any, y: Any, core: Any, key: Any, starts: Any, columns: int, reach: float, parent: Any, rank: Any) -> Any:
    """Return the root of each point: of its cell for a core point, of its nearest core point for others, else -1."""
    root = np.full(len(x), -1, np.int64)
    for cell in prange(len(key)):
        for i in range(starts[cell], starts[cell + 1]):
            if core[i]:
                root[i] = parent[cell]
                continue
            best, best_rank = reach, -1
            for shift in range(-_RINGS, _RINGS + 1):
                first, last = run_of(key, starts, columns, cell, shift)
                for j in range(first, last):
                    if core[j]:
                        apart = (x[i] - x[j]) ** 2 + (y[i] - y[j]) ** 2
                        if apart < best or (apart == best and (best_rank < 0 or rank[j] < best_rank)):
                            best, best_rank = apart, rank[j]
                            root[i] = j
            if root[i] >= 0:
                root[i] = -2 - root[i]  # settled below: whose cell it is needs a search
    return root


@njit(cache=True)
def numbered(root: Any, order: Any, rank_order: Any, cells: int) -> Any:
    """Number clusters by their first core point in the order of ids, and return labels in the caller's order."""
    number = np.full(cells, -1, np.int64)
    place_of = np.empty(len(order), np.int64)
    for place in range(len(order)):
        place_of[order[place]] = place
    count = 0
    for row in rank_order:
        own = root[place_of[row]]
        if own >= 0 and number[own] < 0:
            number[own] = count
            count += 1
    label = np.full(len(order), -1, np.int64)
    for row in range(len(order)):
        own = root[place_of[row]]
        if own <= -2:
            own = root[-2 - own]
        if own >= 0:
            label[row] = number[own]
    return label
