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

from anlan.analysis._scan_ground import Int32Array
from anlan.analysis._scan_plain import Span, UInt8Array, expected, level_of, statistic
from anlan.analysis._scan_random import Urn, draw
from anlan.analysis._scan_vectors import LANES, ROW_BYTES, WINDOWS, sweep
from anlan.analysis.events import FloatArray, IntArray

UInt16Array = npt.NDArray[np.uint16]
FIRST_LEVEL = 40  # a statistic of 4: hardly any maximum is lower, and those are found the plain way
STRIDE = 16
BINS = 4096


class Chunks(NamedTuple):
    """The lists cut up: for each centre how many, where each ends, what is expected at its first place (binned by
    window), and the mass before it. `edge[b]` is the least expectation of bin b, `offset[b]` what counts are less by.
    """

    count: Int32Array
    end: Int32Array
    bin: UInt16Array
    before: FloatArray
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
    """Cut the lists where the expectation has grown by 0.7 of its deviation, or by 8 %."""
    strata, longest = mass.shape[1], span.longest
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
            mu = 0.0
            for s in range(strata):
                mu += (held[s] + mass[row, s]) * share[s]
            if mu > limit and q < chunks.end.shape[1]:
                if q > 0:
                    chunks.end[i, q - 1] = k
                for s in range(strata):
                    chunks.before[i, q, s] = held[s]
                    held[s] += mass[row, s]
                for w in range(longest):
                    at = expected(held, span, last_day - w, last_day)
                    b = min(BINS - 1, int(np.sqrt(at) * scale))
                    while chunks.edge[b] > at:
                        b -= 1
                    chunks.bin[i, q, w] = b
                limit = mu + max(0.7 * np.sqrt(mu), 0.08 * mu)
                q += 1
            else:
                for s in range(strata):
                    held[s] += mass[row, s]
        if q > 0:
            chunks.end[i, q - 1] = ends[i] - starts[i]
        chunks.count[i] = q


@njit(cache=True, nogil=True)
def least_counts(edge: FloatArray, limits: FloatArray, level: int, least: Int32Array) -> None:
    """Write, for each bin of expectations, the least count that could reach the level."""
    c = 2
    for b in range(len(edge)):
        while c < limits.shape[1] and limits[level, c] < edge[b]:
            c += 1
        least[b] = c


@njit(cache=True, nogil=True)
def fill(
    replicates: IntArray,
    urn: Urn,
    longest: int,
    tile: int,
    may_overflow: bool,
    bag: Int32Array,
    swaps: Int32Array,
    drawn: Int32Array,
    days: Int32Array,
    rows: UInt8Array,
) -> bool:
    """Draw up to 64 replicates into rows of counts, cumulative over windows; False where a count leaves a byte."""
    rows[:] = 0
    for lane in range(len(replicates)):
        count = draw(urn, replicates[lane], bag, swaps, drawn, days)
        for i in range(count):
            w = max(urn.days - 1 - days[i] - tile * WINDOWS, 0)
            if w < WINDOWS:
                at = drawn[i] * ROW_BYTES + w * LANES + lane
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
    mu: FloatArray,
    held: FloatArray,
) -> bool:
    """Walk back through a chunk for the lanes that reached a threshold; True where a lane's best has risen."""
    begin = chunks.end[i, q - 1] if q > 0 else 0
    end = chunks.end[i, q]
    last_day = span.cum.shape[1] - 2
    windows = min(WINDOWS, span.longest - tile * WINDOWS)
    for s in range(len(held)):
        held[s] = chunks.before[i, q, s]
    for k in range(begin, end):
        row = near[starts[i] + k]
        for s in range(len(held)):
            held[s] += mass[row, s]
        for w in range(windows):
            mu[(k - begin) * WINDOWS + w] = expected(held, span, last_day - tile * WINDOWS - w, last_day)
    risen = False
    known = limits.shape[1]
    lanes = marks[0]
    for lane in range(LANES):
        if not (lanes >> np.uint64(lane)) & np.uint64(1):
            continue
        own = level[lane]
        for w in range(windows):
            count = np.int64(counts[w * LANES + lane])
            if count < thresholds[q * 8 + w]:
                continue
            if count == 255 or (marks[1] >> np.uint64(lane)) & np.uint64(1):
                count = 0
                for k in range(end):
                    count += rows[near[starts[i] + k] * ROW_BYTES + w * LANES + lane]
            else:
                count += chunks.offset[chunks.bin[i, q, tile * WINDOWS + w]]
            for k in range(end - 1, begin - 1, -1):
                if count < 2 or (count < known and limits[own, count] < mu[w]):
                    break
                added = rows[near[starts[i] + k] * ROW_BYTES + w * LANES + lane]
                if added == 0:
                    continue
                here = mu[(k - begin) * WINDOWS + w]
                if count >= known or here <= limits[own, count]:
                    value = statistic(float(count), here, span.cases)
                    if value > best[lane]:
                        best[lane] = value
                        own = max(own, level_of(value))
                        risen = True
                count -= added
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
    stop: UInt8Array,
    maxima: FloatArray,
) -> bool:
    """Raise the maxima of up to 64 replicates by what these centres hold; False where bytes are too small for it."""
    room = max(urn.drawn[-1], urn.sizes.max() if len(urn.sizes) else 0)
    bag = urn.tickets.copy()
    swaps, drawn, days = np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room, np.int32)
    store = np.empty(len(mass) * ROW_BYTES + ROW_BYTES + 128, np.uint8)
    shift = -store.ctypes.data % 64
    rows = store[shift : shift + len(mass) * ROW_BYTES]
    counts = store[shift + len(mass) * ROW_BYTES : shift + len(mass) * ROW_BYTES + ROW_BYTES]
    most = chunks.end.shape[1]
    thresholds, offsets = np.zeros(most * 8, np.uint8), np.zeros(most * 8, np.uint8)
    marks = np.zeros(2, np.uint64)
    best, level = np.zeros(LANES), np.full(LANES, len(limits) - 1, np.int32)
    for lane in range(len(replicates)):
        best[lane] = maxima[replicates[lane]]
        level[lane] = max(FIRST_LEVEL, level_of(best[lane]))
    least = np.empty(len(chunks.edge), np.int32)
    longest_list = 0
    for i in centres:
        if chunks.count[i]:
            longest_list = max(longest_list, chunks.end[i, chunks.count[i] - 1])
    mu, held = np.empty(longest_list * WINDOWS), np.empty(mass.shape[1])
    for tile in range((span.longest + WINDOWS - 1) // WINDOWS):
        if not fill(replicates, urn, span.longest, tile, may_overflow, bag, swaps, drawn, days, rows):
            return False
        lowest = level.min()
        least_counts(chunks.edge, limits, lowest, least)
        windows = min(WINDOWS, span.longest - tile * WINDOWS)
        for i in centres:
            if stop[0]:
                return True
            size = chunks.count[i]
            for q in range(size):
                for w in range(WINDOWS):
                    if w >= windows:
                        thresholds[q * 8 + w], offsets[q * 8 + w] = 255, 0
                        continue
                    b = chunks.bin[i, q, tile * WINDOWS + w]
                    less = chunks.offset[b]
                    thresholds[q * 8 + w] = min(max(least[b] - less, 0), 255)
                    offsets[q * 8 + w] = less - (chunks.offset[chunks.bin[i, q - 1, tile * WINDOWS + w]] if q else 0)
            counts[:] = 0
            marks[1] = 0
            q, k, risen = 0, 0, False
            while True:
                q = sweep(
                    near.ctypes.data + starts[i] * 4,
                    chunks.end.ctypes.data + i * most * 4,
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
                    mu, held,
                )  # fmt: skip
                k = chunks.end[i, q]
                q += 1
            if risen and level.min() > lowest:
                lowest = level.min()
                least_counts(chunks.edge, limits, lowest, least)
    for lane in range(len(replicates)):
        maxima[replicates[lane]] = best[lane]
    return True
