"""Compiled, the fast exact way for windows that end on any of many days: one replicate, 384 days side by side.

As in `_scan_lanes`, lists are cut into chunks and at the end of each the counts of all windows are held against the
least count that could reach the replicate's own best statistic anywhere in the chunk.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from anlan.analysis.events import FloatArray, IntArray
from anlan.analysis.scan._ground import Int32Array
from anlan.analysis.scan._plain import Span, UInt8Array, level_of, statistic
from anlan.analysis.scan._random import UInt64Array, Urn, draw
from anlan.analysis.scan._vectors import DAY_VECTORS, DAYS, LANES, lowest, mark_windows, sweep_days

WORTH_IT = 3  # levels that the best must rise before new thresholds are worth their time


class Steps(NamedTuple):
    """The lists cut where the mass passes from one bin into the next: `edge[b]` is the least mass of bin b."""

    count: Int32Array
    end: Int32Array
    bin: Int32Array
    before: FloatArray
    edge: FloatArray


@njit(cache=True, nogil=True)
def cut_by_mass(
    first: int, last: int, starts: IntArray, ends: IntArray, near: Int32Array, mass: FloatArray, steps: Steps
) -> None:
    """Cut the lists."""
    for i in range(first, last):
        held, q, b = 0.0, 0, -1
        for k in range(ends[i] - starts[i]):
            before = held
            held += mass[near[starts[i] + k], 0]
            if b >= 0 and held < steps.edge[b + 1]:
                continue
            if q > 0:
                steps.end[i, q - 1] = k
            while b < 0 or held >= steps.edge[b + 1]:
                b += 1
            steps.bin[i, q] = b
            steps.before[i, q] = before
            q += 1
        if q > 0:
            steps.end[i, q - 1] = ends[i] - starts[i]
        steps.count[i] = q


class Bars(NamedTuple):
    """Windows with equally many cases everywhere share their thresholds.

    `cases` : (n,) cases of all places in a window of each kind, ascending; `kind` : (tiles, longest, 384) the kind of
    the window of each length and first day, -1 where no such window is looked at.
    """

    cases: FloatArray
    kind: Int32Array


def busy_days(span: Span, urn: Urn) -> tuple[Int32Array, Span, Urn]:
    """Return the days that have cases, and span and urn on these days alone.

    Permutation leaves an empty day empty, and a window that begins or ends with one is no better than without it.
    """
    days = span.cum.shape[1] - 1
    busy = np.arange(days) if len(urn.ladder) else np.flatnonzero(np.diff(span.cum.sum(axis=0)))
    slot = np.zeros(days, np.int32)
    slot[busy] = np.arange(len(busy))
    cum = np.ascontiguousarray(np.concatenate([span.cum[:, busy], span.cum[:, -1:]], axis=1))
    return busy.astype(np.int32), span._replace(cum=cum), urn._replace(day=slot[urn.day], days=len(busy))


def bars_of(busy: Int32Array, span: Span, days: int) -> Bars:
    """Sort the windows of every tile of 384 busy days by the cases that they hold everywhere.

    `span` is that of the busy days; `days` is how many days there are in all.
    """
    longest, count = span.longest, len(busy)
    stride = DAYS - longest + 1
    tiles = max(1, -(-(count - longest + 1) // stride))
    first = (np.arange(tiles) * stride)[:, None, None] + np.arange(DAYS)[None, None]
    end = first + np.arange(longest)[None, :, None]
    inside = end < count
    first, end = np.minimum(first, count - 1), np.minimum(end, count - 1)
    # a window may go on over empty days, to end where windows may end
    until = np.maximum(busy[end], span.first_end)
    fits = (until - busy[first] < longest) & (until < np.append(busy, days)[end + 1])
    # a window that begins in the overlap with the next tile is left to that tile
    own = (np.arange(DAYS) < stride)[None, None] | (np.arange(tiles) == tiles - 1)[:, None, None]
    alive = inside & fits & own
    unique, kind = np.unique((span.cum[0, end + 1] - span.cum[0, first])[alive], return_inverse=True)
    kinds = np.full(alive.shape, -1, np.int32)
    kinds[alive] = kind.reshape(-1)
    return Bars(unique, kinds)


@njit(cache=True, nogil=True)
def set_thresholds(
    edge: FloatArray, whole: float, limits: FloatArray, level: int, bars: Bars, tile: int, thresholds: UInt8Array
) -> None:
    """Write one less than the least count that could reach the level, by bin, window length and first day."""
    known = limits.shape[1]
    of_kind = np.empty(len(bars.cases) + 1, np.uint8)
    of_kind[-1] = 255
    at = 0
    for b in range(len(edge) - 1):
        c = 2
        for kind in range(len(bars.cases)):
            mu = edge[b] * bars.cases[kind] / whole * (1.0 - 1e-12)
            while c < known and limits[level, c] < mu:
                c += 1
            of_kind[kind] = min(c - 1, 254)
        for w in range(bars.kind.shape[1]):
            for d in range(DAYS):
                thresholds[at] = of_kind[bars.kind[tile, w, d]]
                at += 1


@njit(cache=True, nogil=True)
def look_closer(
    i: int,
    q: int,
    starts: IntArray,
    near: Int32Array,
    mass: FloatArray,
    span: Span,
    limits: FloatArray,
    steps: Steps,
    first_day: int,
    rows: UInt8Array,
    marks: UInt64Array,
    sums: UInt8Array,
    best: float,
    level: int,
    held: FloatArray,
    shape: Int32Array,
) -> tuple[float, int]:
    """Walk back through a chunk for the windows that exceed their threshold; returns best and level.

    `shape` becomes rows, first day, last day and cases of the best; of equals it keeps the smaller circle, then the
    shorter, then the earlier window.

    Long because it is one compiled loop, in which a call costs more than the work.
    """
    begin = steps.end[i, q - 1] if q > 0 else 0
    end = steps.end[i, q]
    known = limits.shape[1]
    held[0] = steps.before[i, q] + mass[near[starts[i] + begin], 0]
    summed = begin + 1
    for mark in range(span.longest * DAY_VECTORS):
        days = marks[mark]
        while days:
            w, d = mark // DAY_VECTORS, mark % DAY_VECTORS * LANES + lowest(days)
            days &= days - np.uint64(1)
            count = np.int64(sums[w * DAYS + d])
            if count == 255:
                count = 0
                for k in range(end):
                    for t in range(d, d + w + 1):
                        count += rows[near[starts[i] + k] * DAYS + t]
            cases = span.cum[0, first_day + d + w + 1] - span.cum[0, first_day + d]
            least = held[0] * cases / span.whole[0]
            if count < 2 or (count < known and limits[level, count] < least):
                continue
            for k in range(summed, end):
                held[k - begin] = held[k - begin - 1] + mass[near[starts[i] + k], 0]
            summed = max(summed, end)
            for k in range(end - 1, begin - 1, -1):
                added = 0
                for t in range(d, d + w + 1):
                    added += rows[near[starts[i] + k] * DAYS + t]
                if added == 0:
                    continue
                mu = held[k - begin] * cases / span.whole[0]
                if count >= known or mu <= limits[level, count]:
                    value = statistic(float(count), mu, span.cases)
                    a = first_day + d
                    own = (k + 1, w, a)
                    if value > best or (value == best and own < (shape[0], shape[2] - shape[1], shape[1])):
                        best = value
                        level = max(level, level_of(value))
                        shape[0], shape[1], shape[2], shape[3] = k + 1, a, a + w, count
                count -= added
                if count < 2 or (count < known and limits[level, count] < least):
                    break
    return best, level


@njit(cache=True, nogil=True)
def simulate_series(
    replicates: IntArray,
    centres: Int32Array,
    starts: IntArray,
    near: Int32Array,
    mass: FloatArray,
    urn: Urn,
    span: Span,
    limits: FloatArray,
    steps: Steps,
    bars: Bars,
    first_level: int,
    stop: UInt8Array,
    maxima: FloatArray,
) -> int:
    """Write the maxima of these replicates; -1 for one that is below every statistic looked for, or too much for bytes.

    Returns how many were done before `stop`.

    Long because it is one compiled loop, in which a call costs more than the work.
    """
    room = max(urn.drawn[-1], urn.sizes.max() if len(urn.sizes) else 0)
    bag = urn.tickets.copy()
    drawn, days = np.empty(room, np.int32), np.empty(room, np.int32)
    used = np.zeros(len(urn.tickets) // 64 + 1, np.uint64)
    bins, size = len(steps.edge) - 1, len(mass) * DAYS
    tail = ((span.longest + 63) // 64 + 1) * 64
    store = np.zeros(size + DAYS + tail + (bins + 1) * span.longest * DAYS + 64, np.uint8)
    shift = -store.ctypes.data % 64
    rows = store[shift : shift + size]
    counts = store[shift + size : shift + size + DAYS + tail]
    behind = shift + size + DAYS + tail
    thresholds = store[behind : behind + bins * span.longest * DAYS]
    sums = store[behind + bins * span.longest * DAYS : behind + (bins + 1) * span.longest * DAYS]
    longest_list = 1
    for i in centres:
        if steps.count[i]:
            longest_list = max(longest_list, steps.end[i, steps.count[i] - 1])
    held, marks = np.empty(longest_list), np.zeros(span.longest * DAY_VECTORS, np.uint64)
    shape = np.zeros(4, np.int32)
    stride = DAYS - span.longest + 1
    poorest, level, set_for, set_at = 1e300, first_level, -1, -1
    for done in range(len(replicates)):
        count = draw(urn, replicates[done], bag, used, drawn, days)
        # the guess costs time where it is wrong, never exactness
        level = first_level if done == 0 else max(first_level, level_of(poorest * 0.85))
        best = 0.0
        while True:
            begun_at = level
            fits = True
            for tile in range(len(bars.kind)):
                first_day = tile * stride
                rows[:] = 0
                for n in range(count):
                    d = days[n] - first_day
                    if 0 <= d < DAYS:
                        at = drawn[n] * DAYS + d
                        rows[at] += np.uint8(1)
                        fits = fits and rows[at] != 0
                if not fits:
                    break
                if set_for != level or set_at != tile:
                    set_thresholds(steps.edge, span.whole[0], limits, level, bars, tile, thresholds)
                    set_for, set_at = level, tile
                for i in centres:
                    if stop[0]:
                        return done
                    counts[:] = 0
                    q, k = 0, 0
                    while True:
                        q = sweep_days(
                            near.ctypes.data + starts[i] * 4,
                            steps.end.ctypes.data + i * steps.end.shape[1] * 4,
                            steps.bin.ctypes.data + i * steps.end.shape[1] * 4,
                            steps.count[i],
                            q,
                            k,
                            rows.ctypes.data,
                            counts.ctypes.data,
                            thresholds.ctypes.data,
                            span.longest,
                        )
                        if q >= steps.count[i]:
                            break
                        mark_windows(
                            counts.ctypes.data,
                            thresholds.ctypes.data + steps.bin[i, q] * span.longest * DAYS,
                            span.longest,
                            marks.ctypes.data,
                            sums.ctypes.data,
                        )
                        best, level = look_closer(
                            i, q, starts, near, mass, span, limits, steps, first_day, rows, marks, sums, best, level,
                            held, shape,
                        )  # fmt: skip
                        k = steps.end[i, q]
                        q += 1
                    if level >= set_for + WORTH_IT:
                        set_thresholds(steps.edge, span.whole[0], limits, level, bars, tile, thresholds)
                        set_for = level
            if not fits or level_of(best) >= begun_at or begun_at == first_level:
                break
            level = first_level
        if fits and level_of(best) >= first_level:
            maxima[replicates[done]] = best
            poorest = min(poorest, best)
        else:
            maxima[replicates[done]] = -1.0
    return len(replicates)


@njit(cache=True, nogil=True)
def observe_series(
    first: int,
    last: int,
    centres: Int32Array,
    starts: IntArray,
    near: Int32Array,
    mass: FloatArray,
    case_rows: Int32Array,
    case_days: Int32Array,
    span: Span,
    limits: FloatArray,
    steps: Steps,
    bars: Bars,
    first_level: int,
    stop: UInt8Array,
    value: FloatArray,
    shape: Int32Array,
) -> bool:
    """Find the best circle and window of some centres in the data; those below `first_level` are not found.

    False where a count leaves a byte.

    Long because it is one compiled loop, in which a call costs more than the work.
    """
    bins, size = len(steps.edge) - 1, len(mass) * DAYS
    tail, page = ((span.longest + 63) // 64 + 1) * 64, bins * span.longest * DAYS
    store = np.zeros(size + DAYS + tail + span.longest * DAYS + 64, np.uint8)
    shift = -store.ctypes.data % 64
    rows = store[shift : shift + size]
    counts = store[shift + size : shift + size + DAYS + tail]
    sums = store[shift + size + DAYS + tail : shift + size + DAYS + tail + span.longest * DAYS]
    marks, held = np.zeros(span.longest * DAY_VECTORS, np.uint64), np.empty(len(mass) + 1)
    # thresholds by level, each written when a centre first needs it
    book = np.empty(len(limits) * page + 64, np.uint8)
    book = book[-book.ctypes.data % 64 :]
    for tile in range(len(bars.kind)):
        first_day = tile * (DAYS - span.longest + 1)
        rows[:] = 0
        for n in range(len(case_rows)):
            d = case_days[n] - first_day
            if 0 <= d < DAYS:
                at = case_rows[n] * DAYS + d
                rows[at] += np.uint8(1)
                if rows[at] == 0:
                    return False
        written = np.zeros(len(limits), np.bool_)
        for i in centres[first:last]:
            if stop[0]:
                return True
            best, level = value[i], max(first_level, level_of(value[i]))
            counts[:] = 0
            q, k = 0, 0
            while True:
                if not written[level]:
                    thresholds = book[level * page : (level + 1) * page]
                    set_thresholds(steps.edge, span.whole[0], limits, level, bars, tile, thresholds)
                    written[level] = True
                q = sweep_days(
                    near.ctypes.data + starts[i] * 4,
                    steps.end.ctypes.data + i * steps.end.shape[1] * 4,
                    steps.bin.ctypes.data + i * steps.end.shape[1] * 4,
                    steps.count[i],
                    q,
                    k,
                    rows.ctypes.data,
                    counts.ctypes.data,
                    book.ctypes.data + level * page,
                    span.longest,
                )
                if q >= steps.count[i]:
                    break
                mark_windows(
                    counts.ctypes.data,
                    book.ctypes.data + level * page + steps.bin[i, q] * span.longest * DAYS,
                    span.longest,
                    marks.ctypes.data,
                    sums.ctypes.data,
                )
                best, level = look_closer(
                    i, q, starts, near, mass, span, limits, steps, first_day, rows, marks, sums, best, level, held,
                    shape[i],
                )  # fmt: skip
                k = steps.end[i, q]
                q += 1
            value[i] = best
    return True
