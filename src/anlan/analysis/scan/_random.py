"""Compiled: random numbers keyed by seed and replicate, and the cases of one replicate drawn with them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from anlan.analysis.events import FloatArray, IntArray
from anlan.analysis.scan._ground import Int32Array

UInt64Array = npt.NDArray[np.uint64]


class Urn(NamedTuple):
    """What a replicate draws its cases from.

    `tickets`: the row of every case, by stratum (permutation); empty for Poisson. `parts`: where each stratum begins.
    `drawn`: where each stratum's draws begin; `day`: the day of each draw (empty where days are drawn too). `ladder`:
    cumulative population of the rows (Poisson), `sizes`: cases that fall into the days in question, by replicate;
    `days`: how many days there are.
    """

    key: np.uint64
    tickets: Int32Array
    parts: IntArray
    drawn: IntArray
    day: Int32Array
    ladder: FloatArray
    sizes: IntArray
    days: int


@njit(cache=True, nogil=True)
def _next(state: UInt64Array) -> np.uint64:
    """Splitmix64 (Steele, Lea and Flood 2014)."""
    state[0] += np.uint64(0x9E3779B97F4A7C15)
    z = state[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@njit(cache=True, nogil=True)
def _below(state: UInt64Array, bound: int) -> int:
    """Return a whole number in [0, bound), each equally likely (Lemire 2019); bound < 2**32."""
    limit = np.uint64(bound)
    low_bits = np.uint64(0xFFFFFFFF)
    product = (_next(state) >> np.uint64(32)) * limit
    if (product & low_bits) < limit:
        least = (np.uint64(1 << 32) - limit) % limit
        while (product & low_bits) < least:
            product = (_next(state) >> np.uint64(32)) * limit
    return np.int64(product >> np.uint64(32))


@njit(cache=True, nogil=True)
def draw(urn: Urn, replicate: int, bag: Int32Array, used: UInt64Array, row: Int32Array, day: Int32Array) -> int:
    """Draw the cases of one replicate that fall into the days in question: their rows and days. Returns how many.

    `bag` is a copy of the tickets and `used` a bit for each, all 0; both are put back at the end.
    """
    state = np.empty(1, np.uint64)
    state[0] = urn.key + np.uint64(replicate + 1) * np.uint64(0xD1342543DE82EF95)
    state[0] = _next(state)
    if len(urn.ladder):
        return _draw_from_people(urn, replicate, state, row, day)
    mixed = False
    for part in range(len(urn.parts) - 1):
        begin, size = urn.parts[part], urn.parts[part + 1] - urn.parts[part]
        first, last = urn.drawn[part], urn.drawn[part + 1]
        if 4 * (last - first) > size:
            _shuffle(state, bag[begin : begin + size], row[first:last])
            mixed = True
        else:
            _pick(state, begin, size, bag, used, row[first:last])
        day[first:last] = urn.day[first:last]
    if mixed:
        bag[:] = urn.tickets
    return urn.drawn[-1]


@njit(cache=True, nogil=True)
def _shuffle(state: UInt64Array, bag: Int32Array, row: Int32Array) -> None:
    """Draw many of the tickets without putting back (Fisher and Yates)."""
    for i in range(len(row)):
        j = i + _below(state, len(bag) - i)
        ticket = bag[j]
        bag[j] = bag[i]
        bag[i] = ticket
        row[i] = ticket


@njit(cache=True, nogil=True)
def _pick(state: UInt64Array, begin: int, size: int, bag: Int32Array, used: UInt64Array, row: Int32Array) -> None:
    """Draw few of the tickets without putting back: one that is taken is drawn anew."""
    unit = np.uint64(1)
    for i in range(len(row)):
        while True:
            j = begin + _below(state, size)
            bit = unit << np.uint64(j & 63)
            if not used[j >> 6] & bit:
                break
        used[j >> 6] |= bit
        row[i] = j
    for i in range(len(row)):
        j = np.int64(row[i])
        used[j >> 6] = np.uint64(0)
        row[i] = bag[j]


@njit(cache=True, nogil=True)
def _draw_from_people(urn: Urn, replicate: int, state: UInt64Array, row: Int32Array, day: Int32Array) -> int:
    people = urn.ladder[-1]
    size = urn.sizes[replicate]
    for i in range(size):
        at = np.float64(_next(state) >> np.uint64(11)) * (people / 9007199254740992.0)
        row[i] = min(np.searchsorted(urn.ladder, at, side="right"), len(urn.ladder) - 1)
        day[i] = urn.day[i] if len(urn.day) else _below(state, urn.days)
    return size
