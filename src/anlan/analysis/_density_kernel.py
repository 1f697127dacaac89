"""Compiled: exact density clusters on a grid whose cells are so small that all points of one cell are neighbours.

Points lie sorted by cell, row by row, so the cells within reach of a point are five runs of consecutive points. Where
the grid has few empty cells every cell is there and `key` is empty; else only cells with points are, and `key` holds
their numbers in the grid, ascending.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, prange

_RINGS = 2  # cells on each side that a radius can reach


@njit(cache=True, parallel=True)
def cells_of(x: Any, y: Any, left: float, low: float, side: float, columns: int, out: Any) -> None:
    """Write the number of each point's cell; a margin of two columns keeps the ends of rows of cells apart."""
    for i in prange(len(x)):
        out[i] = np.int64((y[i] - low) / side) * columns + np.int64((x[i] - left) / side) + _RINGS


@njit(cache=True, parallel=True)
def sorted_by_cell(cell: Any, x: Any, y: Any, cells: int, parts: int, starts: Any, order: Any) -> Any:
    """Sort points by cell (counting sort): fill where each cell starts and whose row each place holds."""
    xs, ys = np.empty_like(x), np.empty_like(y)
    for i in range(len(cell)):
        starts[cell[i] + 1] += 1
    for k in range(cells):
        starts[k + 1] += starts[k]
    free = starts[:-1].copy()
    for part in prange(parts):  # each part moves the points of its own cells
        low, high = cells * part // parts, cells * (part + 1) // parts
        for i in range(len(cell)):
            own = cell[i]
            if low <= own < high:
                at = free[own]
                free[own] = at + 1
                order[at], xs[at], ys[at] = i, x[i], y[i]
    return xs, ys


@njit(cache=True)
def first_from(values: Any, wanted: Any) -> int:
    """Return how many of ascending values are less than the one wanted."""
    low, high = 0, len(values)
    while low < high:
        middle = (low + high) // 2
        if values[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low


@njit(cache=True)
def cell_from(key: Any, cells: int, number: Any) -> int:
    """Return the first cell with at least this number in the grid."""
    if len(key):
        return first_from(key, number)
    return int(min(max(number, 0), cells))


@njit(cache=True)
def run_of(key: Any, starts: Any, columns: int, cell: int, shift: int) -> tuple[int, int]:
    """Return the points in reach of a cell in the row of cells that lies `shift` above it."""
    middle = (np.int64(key[cell]) if len(key) else np.int64(cell)) + shift * columns
    cells = len(starts) - 1
    return starts[cell_from(key, cells, middle - _RINGS)], starts[cell_from(key, cells, middle + _RINGS + 1)]


@njit(cache=True, parallel=True)
def cores(x: Any, y: Any, key: Any, starts: Any, columns: int, reach: float, least: int) -> Any:
    """Mark the points that have at least `least` points, themselves included, within reach."""
    core = np.zeros(len(x), np.bool_)
    for cell in prange(len(starts) - 1):
        first, last = starts[cell], starts[cell + 1]
        if last - first >= least:
            core[first:last] = True
        elif first < last:
            for i in range(first, last):
                count = 0
                for shift in range(-_RINGS, _RINGS + 1):
                    begin, end = run_of(key, starts, columns, cell, shift)
                    for j in range(begin, end):
                        count += (x[i] - x[j]) ** 2 + (y[i] - y[j]) ** 2 <= reach
                    if count >= least:
                        core[i] = True
                        break
    return core


@njit(cache=True)
def root_of(parent: Any, cell: int) -> int:
    """Return the root of a cell, halving the path to it."""
    while parent[cell] != cell:
        parent[cell] = parent[parent[cell]]
        cell = parent[cell]
    return cell


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
    x: Any, y: Any, core: Any, key: Any, starts: Any, columns: int, reach: float, parent: Any,
    cell: int, low: int, high: int,
) -> None:  # fmt: skip
    """Join a cell with those after it, in reach and from `low` to `high`, that hold a core point within reach."""
    cells, number = len(starts) - 1, (np.int64(key[cell]) if len(key) else np.int64(cell))
    for shift in range(_RINGS + 1):
        middle = number + shift * columns
        first = cell_from(key, cells, middle + (1 if shift == 0 else -_RINGS))
        last = cell_from(key, cells, middle + _RINGS + 1)
        for at in range(max(first, low), min(last, high)):
            if parent[at] >= 0:
                mine, other = root_of(parent, cell), root_of(parent, at)
                if mine != other and touch(
                    x, y, core, starts[cell], starts[cell + 1], starts[at], starts[at + 1], reach
                ):
                    parent[max(mine, other)] = min(mine, other)


@njit(cache=True, parallel=True)
def joined(x: Any, y: Any, core: Any, key: Any, starts: Any, columns: int, reach: float, parts: int) -> Any:
    """Return the root of each cell, -1 without a core point: joined within parts of the grid, then across them."""
    cells = len(starts) - 1
    parent = np.full(cells, -1, starts.dtype)
    bound = np.empty(parts + 1, np.int64)
    bound[0], bound[parts] = 0, cells
    for part in range(1, parts):
        bound[part] = min(first_from(starts, len(x) * part // parts), cells)
    for part in prange(parts):
        for cell in range(bound[part], bound[part + 1]):
            for i in range(starts[cell], starts[cell + 1]):
                if core[i]:
                    parent[cell] = cell
                    break
        for cell in range(bound[part], bound[part + 1]):
            if parent[cell] >= 0:
                join_cell(x, y, core, key, starts, columns, reach, parent, cell, bound[part], bound[part + 1])
    for part in range(parts - 1):
        edge = bound[part + 1]
        if edge < cells:
            number = key[edge] if len(key) else edge
            first = cell_from(key, cells, number - _RINGS * columns - _RINGS)
            for cell in range(max(first, bound[part]), edge):
                if parent[cell] >= 0:
                    join_cell(x, y, core, key, starts, columns, reach, parent, cell, edge, cells)
    for cell in range(cells):
        if parent[cell] >= 0:
            parent[cell] = root_of(parent, cell)
    return parent


@njit(cache=True, parallel=True)
def roots(
    x: Any, y: Any, core: Any, key: Any, starts: Any, columns: int, reach: float, parent: Any, order: Any, rank: Any,
    marked: Any,
) -> Any:  # fmt: skip
    """Return, in the caller's order, the root of each point's cell or of its nearest core point's; mark the cores.

    Among core points equally near the one of lowest rank counts; an empty `rank` means the caller's order.
    """
    root = np.full(len(x), -1, starts.dtype)
    for cell in prange(len(starts) - 1):
        for i in range(starts[cell], starts[cell + 1]):
            row = order[i]
            if core[i]:
                root[row], marked[row] = parent[cell], True
                continue
            best, best_rank, nearest = reach, np.int64(-1), np.int64(-1)
            for shift in range(-_RINGS, _RINGS + 1):
                begin, end = run_of(key, starts, columns, cell, shift)
                for j in range(begin, end):
                    if core[j]:
                        apart = (x[i] - x[j]) ** 2 + (y[i] - y[j]) ** 2
                        if apart <= best:
                            own = np.int64(rank[order[j]] if len(rank) else order[j])
                            if apart < best or nearest < 0 or own < best_rank:
                                best, best_rank, nearest = apart, own, np.int64(j)
            if nearest >= 0:
                root[row] = parent[first_from(starts, nearest + 1) - 1]
    return root


@njit(cache=True)
def numbered(root: Any, core: Any, by_rank: Any, cells: int) -> int:
    """Turn roots into labels from 0 in place, by each cluster's first core point; return how many there are."""
    number = np.full(cells, -1, root.dtype)
    count = 0
    for place in range(len(root)):
        row = by_rank[place] if len(by_rank) else place
        if core[row] and number[root[row]] < 0:
            number[root[row]] = count
            count += 1
    for row in range(len(root)):
        if root[row] >= 0:
            root[row] = number[root[row]]
    return count
