"""Compiled: counting close pairs by how far apart they are in time, for many permutations of the times at once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, prange


@njit(cache=True)
def band_of(apart: Any, bands: Any) -> int:
    """Return the first band that reaches this far, or their number where none does."""
    for k in range(len(bands)):
        if apart <= bands[k]:
            return k
    return len(bands)


@njit(cache=True, parallel=True)
def counted(first: Any, second: Any, near: Any, kinds: int, day: Any, order: Any, bands: Any) -> Any:
    """Return for each permutation (a row of `order`) the pairs by distance band and day band."""
    counts = np.zeros((len(order), kinds, len(bands)), np.float64)
    for r in prange(len(order)):
        moved = np.empty(len(day), day.dtype)
        for i in range(len(day)):
            moved[i] = day[order[r, i]]
        here = np.zeros((kinds, len(bands) + 1), np.int64)
        for pair in range(len(first)):
            here[near[pair], band_of(abs(moved[first[pair]] - moved[second[pair]]), bands)] += 1
        for kind in range(kinds):
            for k in range(len(bands)):
                counts[r, kind, k] = here[kind, k]
    return counts


@njit(cache=True)
def below(a: float, b: float, c: float, d: float, most: float) -> float:
    """Return the chance that u - v is at most `most`, for u anywhere in a..b and v anywhere in c..d.

    The difference has the density of a trapezium, whose parts are added up: differences of squares lose the digits of
    spans that are short beside `most`.
    """
    short, long = min(b - a, d - c), max(b - a, d - c)
    reach = most - (a - d)  # from the least difference on
    if reach >= short + long:
        return 1.0
    if reach <= 0:
        return 0.0
    if reach < short:
        return reach * (reach / short) / (2 * long)
    if reach <= long:
        return (reach - short / 2) / long
    rest = short + long - reach
    return 1.0 - rest * (rest / short) / (2 * long)


@njit(cache=True)
def within(a: float, b: float, c: float, d: float, most: float) -> float:
    """Return the chance that two times, each anywhere in its span, lie at most so far apart."""
    back = 1.0 - below(c, d, a, b, most)  # u - v < -most
    return max(below(a, b, c, d, most) - back, 0.0)


@njit(cache=True, parallel=True)
def weighed(first: Any, second: Any, near: Any, kinds: int, start: Any, end: Any, order: Any, bands: Any) -> Any:
    """The same with spans of time: each pair counts in each day band with its chance of being there."""
    counts = np.zeros((len(order), kinds, len(bands)), np.float64)
    for r in prange(len(order)):
        for pair in range(len(first)):
            i, j = order[r, first[pair]], order[r, second[pair]]
            before = 0.0
            for k in range(len(bands)):
                chance = within(start[i], end[i], start[j], end[j], bands[k])
                counts[r, near[pair], k] += max(chance - before, 0.0)
                before = max(chance, before)
    return counts
