"""Compiled, the fast exact way for windows that end on the last day: 64 replicates side by side.

A list of places is cut into chunks. At the end of a chunk the counts of all lanes are held against the least count
that could reach the lane's own best statistic anywhere in the chunk; only lanes that pass are looked at place by place.
Nothing that could be a maximum is passed over, and the observed data never decide what is looked at.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from anlan.analysis.events import FloatArray, IntArray
from anlan.analysis.scan._ground import Int32Array
from anlan.analysis.scan._plain import Span, UInt8Array, expected, level_of, statistic
from anlan.analysis.scan._random import Urn, draw
from anlan.analysis.scan._vectors import LANES, ROW_BYTES, WINDOWS, lowest, sweep

UInt16Array = npt.NDArray[np.uint16]
FIRST_LEVEL = 40  # a statistic of 4: hardly any maximum is lower, and those are found the plain way
STRIDE = 12
BINS = 2048
WORTH_IT = 2  # levels that the least best of 64 must rise before new thresholds are worth their time


class Chunks(NamedTuple):
    """The lists cut up: for each centre how many chunks, where each ends, its bin, and the mass before it.

    Without strata a bin is a range of mass: `edge[b]` is the least mass of bin b, and one table of thresholds serves
    all centres. Within strata, and where so much is expected that counts in bytes are counted from an `offset`, the
    bin is the number of the chunk, `fine` holds a bin of expectation for each window, and thresholds are written for
    each centre; then `edge` and `offset` are by bin of expectation.
    """

    count: Int32Array
    end: Int32Array
    bin: Int32Array
    before: FloatArray
    fine: UInt16Array
    edge: FloatArray
    offset: Int32Array


@njit(cache=True, nogil=True)
def cut(
    first: int,
    last: int,
    starts: IntArray,
    ends: IntArray,
    near: Int32Array,
    mass: FloatArray,
    span: Span,
    scale: float,
    chunks: Chunks,
) -> None:
    """Cut the lists where the expectation has grown by 0.35 of its deviation, or by 5 %."""
    strata, longest, by_mass = mass.shape[1], span.longest, len(chunks.fine) == 0
    last_day = span.cum.shape[1] - 2
    share = np.empty(strata)
    for s in range(strata):
        share[s] = (span.cum[s, last_day + 1] - span.cum[s, last_day + 1 - longest]) / span.whole[s]
    held = np.empty(strata)
    for i in range(first, last):
        held[:] = 0.0
        q, limit = 0, -1.0
        for k in range(ends[i] - starts[i]):
            row = near[starts[i] + k]
            mu = (held[0] + mass[row, 0]) * share[0]
            for s in range(1, strata):
                mu += (held[s] + mass[row, s]) * share[s]
            if mu > limit and q < chunks.end.shape[1]:
                if q > 0:
                    chunks.end[i, q - 1] = k
                for s in range(strata):
                    chunks.before[i, q, s] = held[s]
                    held[s] += mass[row, s]
                if by_mass:
                    chunks.bin[i, q] = _bin_of(held[0], scale, chunks.edge)
                else:
                    chunks.bin[i, q] = q
                    for w in range(longest):
                        chunks.fine[i, q, w] = _bin_of(expected(held, span, last_day - w, last_day), scale, chunks.edge)
                limit = mu + max(0.35 * np.sqrt(mu), 0.05 * mu)
                q += 1
            else:
                for s in range(strata):
                    held[s] += mass[row, s]
        if q > 0:
            chunks.end[i, q - 1] = ends[i] - starts[i]
        chunks.count[i] = q


@njit(cache=True, nogil=True)
def _bin_of(value: float, scale: float, edge: FloatArray) -> int:
    b = min(len(edge) - 1, int(np.sqrt(value) * scale))
    while edge[b] > value:
        b -= 1
    return b


@njit(cache=True, nogil=True)
def least_counts(
    edge: FloatArray, limits: FloatArray, level: int, span: Span, tile: int, by_mass: bool, least: Int32Array
) -> None:
    """Write the least count that could reach the level, for each bin (and, of mass, for each window of the tile)."""
    last_day = span.cum.shape[1] - 2
    for w in range(WINDOWS if by_mass else 1):
        length = tile * WINDOWS + w + 1
        c = 2
        rate = 1.0
        if by_mass and length <= span.longest:
            rate = (span.cum[0, last_day + 1] - span.cum[0, last_day + 1 - length]) / span.whole[0] * (1.0 - 1e-12)
        for b in range(len(edge)):
            mu = edge[b] * rate
            while c < limits.shape[1] and limits[level, c] < mu:
                c += 1
            least[b * 8 + w] = c if length <= span.longest or not by_mass else 255


@njit(cache=True, nogil=True)
def fill(
    replicates: IntArray,
    urn: Urn,
    tile: int,
    may_overflow: bool,
    known: bool,
    kept: Int32Array,
    bag: Int32Array,
    used: npt.NDArray[np.uint64],
    drawn: Int32Array,
    days: Int32Array,
    rows: UInt8Array,
) -> bool:
    """Draw up to 64 replicates into rows of counts, cumulative over windows; False where a count leaves a byte.

    `kept` has room for the rows drawn (or none); where they are `known` they are not drawn again.
    """
    rows[:] = 0
    for lane in range(len(replicates)):
        here = drawn
        if len(kept):
            here = kept[replicates[lane]]
        count = len(here) if known else draw(urn, replicates[lane], bag, used, here, days)
        own_days = urn.day if len(urn.day) else days
        for i in range(count):
            w = max(urn.days - 1 - own_days[i] - tile * WINDOWS, 0)
            if w < WINDOWS:
                at = here[i] * ROW_BYTES + w * LANES + lane
                rows[at] += np.uint8(1)
                if may_overflow and rows[at] == 0:
                    return False
    for row in range(0, len(rows), ROW_BYTES):
        for at in range(row + LANES, row + ROW_BYTES):
            rows[at] += rows[at - LANES]
    if may_overflow:
        for row in range(0, len(rows), ROW_BYTES):
            for at in range(row + LANES, row + ROW_BYTES):
                if rows[at] < rows[at - LANES]:
                    return False
    return True


@njit(cache=True, nogil=True)
def look_closer(
    i: int,
    q: int,
    starts: IntArray,
    near: Int32Array,
    mass: FloatArray,
    span: Span,
    limits: FloatArray,
    chunks: Chunks,
    tile: int,
    rows: UInt8Array,
    counts: UInt8Array,
    thresholds: UInt8Array,
    marks: npt.NDArray[np.uint64],
    best: FloatArray,
    level: Int32Array,
    sums: FloatArray,
) -> bool:
    """Walk back through a chunk for the lanes that reached a threshold; True where a lane's best has risen.

    Long because it is one compiled loop, in which a call costs more than the work.
    """
    begin = chunks.end[i, q - 1] if q > 0 else 0
    end = chunks.end[i, q]
    last_day = span.cum.shape[1] - 2
    windows = min(WINDOWS, span.longest - tile * WINDOWS)
    bars = chunks.bin[i, q] * 8
    summed = begin + 1
    for s in range(sums.shape[1]):
        sums[0, s] = chunks.before[i, q, s] + mass[near[starts[i] + begin], s]
    risen = False
    known = limits.shape[1]
    lanes = marks[0]
    while lanes:
        lane: int = lowest(lanes)
        lanes &= lanes - np.uint64(1)
        own = level[lane]
        for w in range(windows):
            count = np.int64(counts[w * LANES + lane])
            if count < thresholds[bars + w]:
                continue
            if count == 255 or (marks[1] >> np.uint64(lane)) & np.uint64(1):
                count = 0
                for k in range(end):
                    count += rows[near[starts[i] + k] * ROW_BYTES + w * LANES + lane]
            elif len(chunks.fine):
                count += chunks.offset[chunks.fine[i, q, tile * WINDOWS + w]]
            day = last_day - tile * WINDOWS - w
            least = expected(sums[0], span, day, last_day)
            if count < 2 or (count < known and limits[own, count] < least):
                continue
            for k in range(summed, end):
                for s in range(sums.shape[1]):
                    sums[k - begin, s] = sums[k - begin - 1, s] + mass[near[starts[i] + k], s]
            summed = max(summed, end)
            for k in range(end - 1, begin - 1, -1):
                added = rows[near[starts[i] + k] * ROW_BYTES + w * LANES + lane]
                if added == 0:
                    continue
                mu = expected(sums[k - begin], span, day, last_day)
                if count >= known or mu <= limits[own, count]:
                    value = statistic(float(count), mu, span.cases)
                    if value > best[lane]:
                        best[lane] = value
                        own = max(own, level_of(value))
                        risen = True
                count -= added
                if count < 2 or (count < known and limits[own, count] < least):
                    break
        level[lane] = own
    return risen


@njit(cache=True, nogil=True)
def simulate_lanes(
    replicates: IntArray,
    centres: Int32Array,
    starts: IntArray,
    near: Int32Array,
    mass: FloatArray,
    urn: Urn,
    span: Span,
    limits: FloatArray,
    chunks: Chunks,
    may_overflow: bool,
    known: bool,
    kept: Int32Array,
    stop: UInt8Array,
    maxima: FloatArray,
) -> bool:
    """Raise the maxima of up to 64 replicates by what these centres hold; False where bytes are too small for it.

    Long because it is one compiled loop, in which a call costs more than the work.
    """
    room = max(urn.drawn[-1], urn.sizes.max() if len(urn.sizes) else 0)
    bag = urn.tickets[:0] if known else urn.tickets.copy()
    drawn, days = np.empty(room, np.int32), np.empty(room, np.int32)
    used = np.zeros(len(urn.tickets) // 64 + 1, np.uint64)
    most, by_mass = chunks.end.shape[1], len(chunks.fine) == 0
    store = np.empty(len(mass) * ROW_BYTES + ROW_BYTES + 128, np.uint8)
    shift = -store.ctypes.data % 64
    rows = store[shift : shift + len(mass) * ROW_BYTES]
    counts = store[shift + len(mass) * ROW_BYTES : shift + len(mass) * ROW_BYTES + ROW_BYTES]
    least = np.full(len(chunks.edge) * 8, 255, np.int32)
    thresholds = np.full(max(len(chunks.edge), most) * 8, 255, np.uint8)
    offsets = np.zeros(most * 8, np.uint8)
    marks = np.zeros(2, np.uint64)
    best, level = np.zeros(LANES), np.full(LANES, len(limits) - 1, np.int32)
    for lane in range(len(replicates)):
        best[lane] = maxima[replicates[lane]]
        level[lane] = max(FIRST_LEVEL, level_of(best[lane]))
    longest_list = 1
    for i in centres:
        if chunks.count[i]:
            longest_list = max(longest_list, chunks.end[i, chunks.count[i] - 1])
    sums = np.empty((longest_list, mass.shape[1]))
    for tile in range((span.longest + WINDOWS - 1) // WINDOWS):
        if not fill(replicates, urn, tile, may_overflow, known, kept, bag, used, drawn, days, rows):
            return False
        set_for = -1
        windows = min(WINDOWS, span.longest - tile * WINDOWS)
        risen = True
        for i in centres:
            if stop[0]:
                return True
            if risen:
                lowest_level = level.min()
                if set_for < 0 or lowest_level >= set_for + WORTH_IT:
                    set_for = lowest_level
                    least_counts(chunks.edge, limits, set_for, span, tile, by_mass, least)
                    if by_mass:
                        for at in range(len(least)):
                            thresholds[at] = min(least[at], 255)
                risen = False
            size = chunks.count[i]
            if not by_mass:
                set_own_thresholds(i, size, windows, tile, chunks, least, thresholds, offsets)
            counts[:] = 0
            marks[1] = 0
            q, k = 0, 0
            while True:
                q = sweep(
                    near.ctypes.data + starts[i] * 4,
                    chunks.end.ctypes.data + i * most * 4,
                    chunks.bin.ctypes.data + i * most * 4,
                    thresholds.ctypes.data,
                    offsets.ctypes.data,
                    size,
                    q,
                    k,
                    rows.ctypes.data,
                    counts.ctypes.data,
                    marks.ctypes.data,
                )
                if q >= size:
                    break
                risen |= look_closer(
                    i, q, starts, near, mass, span, limits, chunks, tile, rows, counts, thresholds, marks, best, level,
                    sums,
                )  # fmt: skip
                k = chunks.end[i, q]
                q += 1
    for lane in range(len(replicates)):
        maxima[replicates[lane]] = best[lane]
    return True


@njit(cache=True, nogil=True)
def set_own_thresholds(
    i: int,
    size: int,
    windows: int,
    tile: int,
    chunks: Chunks,
    least: Int32Array,
    thresholds: UInt8Array,
    offsets: UInt8Array,
) -> None:
    """Write the thresholds and offsets of one centre's chunks."""
    for q in range(size):
        for w in range(windows):
            b = chunks.fine[i, q, tile * WINDOWS + w]
            less = chunks.offset[b]
            thresholds[q * 8 + w] = min(max(least[b * 8] - less, 0), 255)
            offsets[q * 8 + w] = less - (chunks.offset[chunks.fine[i, q - 1, tile * WINDOWS + w]] if q else 0)
        for w in range(windows, 8):
            thresholds[q * 8 + w], offsets[q * 8 + w] = 255, 0
