"""Compiled, the exact way for long windows, strata and many cases: windows are held against thresholds by the group.

A circle's list of places is cut into chunks and the lengths of windows into groups. At the end of a chunk the cases of
a group's longest window are held against the least count that could reach the best statistic so far with what is
expected of its shortest window at the chunk's first place; only a group that passes is looked at, length by length and
place by place. Without strata the thresholds of a range of mass serve all centres; within strata those of a chunk serve
some replicates at once.

A variable that begins as a written number is at first a type of its own to the compiler: passed on through `int` it
does not make it compile what it is passed to a second time.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from anlan.analysis.events import BoolArray, FloatArray, IntArray
from anlan.analysis.scan._ground import Int32Array
from anlan.analysis.scan._lanes import FIRST_LEVEL
from anlan.analysis.scan._plain import Span, UInt8Array, by_row, expected, level_of, statistic
from anlan.analysis.scan._random import Urn, draw

MOST_AT_ONCE = 32
MOST_DRAWN = 1 << 22  # cases that the replicates of one batch hold
_LEVELS = (0, FIRST_LEVEL, 60, 80, 100, 120, 150)  # for which thresholds are kept
_NEVER = 2**31 - 1
_FINE = 64.0  # bins of the root of what is expected
_LESS, _LESS_BY = 1.0 - 1e-9, 1e-9  # differences of sums are a hair off, and thresholds must not be too high


class Spells(NamedTuple):
    """Groups of window lengths, how much of all mass the longest window holds on average, and where chunks begin.

    `edge` : the least mass of each bin of mass; empty within strata, where chunks have thresholds of their own.
    """

    shortest: IntArray
    longest: IntArray
    share: float
    edge: FloatArray


class Bench(NamedTuple):
    """Room to work in, and the cases of a batch: those of replicate r at row p are days[r, heads[r, p] : ...].

    `thresholds` : by level kept, bin, group and first day; `written` : which of them are there.
    """

    heads: Int32Array
    days: Int32Array
    daily: Int32Array
    so_far: Int32Array
    risk: FloatArray
    least: Int32Array
    thresholds: Int32Array
    written: BoolArray
    sums: FloatArray


def spells_of(span: Span, mass: FloatArray, most: float) -> Spells:
    """Group the lengths: within a group the expected cases rise by at most 0.7 of their deviation (or 3 %)."""
    longest = span.longest
    share = max(float((span.cum[:, longest:] - span.cum[:, :-longest]).mean(axis=1).sum() / span.whole.sum()), 1e-300)
    first, last = [], []
    length = 1
    while length <= longest:
        mu = max(most * share * length / longest, 1e-9)
        until = min(longest, int(length * (1 + max(0.03, min(0.25, 0.7 / np.sqrt(mu))))))
        first.append(length)
        last.append(until)
        length = until + 1
    edge = [float(mass.min(initial=1.0))] if len(span.whole) == 1 else []
    while edge and edge[-1] <= most:
        mu = max(edge[-1] * share, 1e-12)
        edge.append((mu + max(0.7 * np.sqrt(mu), 0.05 * mu)) / share)
    return Spells(np.array(first), np.array(last), share, np.array(edge))


@njit(cache=True, nogil=True)
def bench_of(batch: int, room: int, rows: int, span: Span, spells: Spells, longest_list: int, known: int) -> Bench:
    """Make the room."""
    days, strata = span.cum.shape[1] - 1, len(span.whole)
    kept = len(_LEVELS) if len(spells.edge) else 1
    return Bench(
        np.empty((batch, rows + 1), np.int32),
        np.empty((batch, room), np.int32),
        np.zeros((batch, days), np.int32),
        np.zeros(days + span.longest + 1, np.int32),
        np.empty(days + 1, np.float64),
        np.empty(int(np.sqrt(known + 1.0) * _FINE) + 2, np.int32),
        np.empty((kept, max(len(spells.edge), 1), len(spells.longest), days), np.int32),
        np.zeros((kept, max(len(spells.edge), 1)), np.bool_),
        np.empty((longest_list + 1, strata), np.float64),
    )


@njit(cache=True, nogil=True)
def least_counts(level: int, limits: FloatArray, least: Int32Array) -> None:
    """Write the least count that could reach the level, by the root of what is expected."""
    known = limits.shape[1]
    c = 2
    for b in range(len(least)):
        mu = (b / _FINE) * (b / _FINE)
        while c < known and limits[level, c] < mu:
            c += 1
        least[b] = c


@njit(cache=True, nogil=True)
def set_risk(held: FloatArray, span: Span, risk: FloatArray) -> None:
    """Write what is expected until each day where so much mass is."""
    for t in range(len(risk)):
        risk[t] = 0.0
        for s in range(len(held)):
            risk[t] += held[s] * span.cum[s, t] / span.whole[s]


@njit(cache=True, nogil=True)
def set_thresholds(span: Span, spells: Spells, bench: Bench, thresholds: Int32Array) -> None:
    """Write for each group and first day the least count of its longest window that is worth a look."""
    days = span.cum.shape[1] - 1
    for g in range(len(spells.longest)):
        for d in range(days):
            short = max(spells.shortest[g], span.first_end - d + 1)
            if short > min(spells.longest[g], days - d):
                thresholds[g, d] = _NEVER
                continue
            mu = max((bench.risk[d + short] - bench.risk[d]) * _LESS - _LESS_BY, 0.0)
            thresholds[g, d] = bench.least[min(int(np.sqrt(mu) * _FINE), len(bench.least) - 1)]


@njit(cache=True, nogil=True)
def any_reaches(so_far: Int32Array, length: int, thresholds: Int32Array) -> bool:
    """Tell whether a window of this length reaches its threshold, whatever its first day."""
    reached = 0
    for d in range(len(thresholds)):
        reached |= so_far[d + length] - so_far[d] >= thresholds[d]
    return reached != 0


@njit(cache=True, nogil=True)
def look_closer(
    circle: Int32Array,
    begin: int,
    end: int,
    least: Int32Array,
    group: int,
    replicate: int,
    span: Span,
    spells: Spells,
    limits: FloatArray,
    bench: Bench,
    best: float,
    level: int,
    shape: Int32Array,
) -> tuple[float, int]:
    """Walk back through a chunk for the windows of a group that reach their thresholds; returns best and level.

    `shape` becomes rows, first day, last day and cases of the best; of equals it keeps the smaller circle, then the
    shorter, then the earlier window.

    Long because it is one compiled loop, in which a call costs more than the work.
    """
    known, days = limits.shape[1], span.cum.shape[1] - 1
    longest = spells.longest[group]
    heads, at = bench.heads[replicate], bench.days[replicate]
    for d in range(days):
        if bench.so_far[d + longest] - bench.so_far[d] < least[d]:
            continue
        for length in range(max(spells.shortest[group], span.first_end - d + 1), min(longest, days - d) + 1):
            count = bench.so_far[d + length] - bench.so_far[d]
            mu_first = (bench.risk[d + length] - bench.risk[d]) * _LESS - _LESS_BY
            if count < 2 or (count < known and limits[level, count] < mu_first):
                continue
            for k in range(end - 1, begin - 1, -1):
                added = 0
                for case in range(heads[circle[k]], heads[circle[k] + 1]):
                    added += d <= at[case] < d + length
                if added == 0:
                    continue
                mu = expected(bench.sums[k - begin], span, d, d + length - 1)
                if count >= known or mu <= limits[level, count]:
                    value = statistic(float(count), mu, span.cases)
                    own, held = (k + 1, length, d), (shape[0], shape[2] - shape[1] + 1, shape[1])
                    if value > best or (value == best and value > 0 and own < held):
                        best, level = value, max(level, level_of(value))
                        shape[0], shape[1], shape[2], shape[3] = k + 1, d, d + length - 1, count
                count -= added
                if count < 2 or (count < known and limits[level, count] < mu_first):
                    break
    return best, level


@njit(cache=True, nogil=True)
def scan_circles(
    circle: Int32Array,
    mass: FloatArray,
    span: Span,
    spells: Spells,
    limits: FloatArray,
    bench: Bench,
    going: IntArray,
    best: FloatArray,
    level: IntArray,
    set_for: int,
    shape: Int32Array,
) -> int:
    """Raise best and level of the replicates `going` by the circles around one centre.

    Returns for which level `bench.least` is set.

    Long because it is one compiled loop, in which a call costs more than the work.
    """
    strata, days, by_mass = mass.shape[1], span.cum.shape[1] - 1, len(spells.edge) > 0
    end, total, b = 0, 0.0, 0
    for s in range(strata):
        bench.sums[len(bench.sums) - 1, s] = 0.0
    while end < len(circle):
        begin, limit = end, -1.0
        for s in range(strata):
            bench.sums[0, s] = bench.sums[len(bench.sums) - 1, s]
        while end < len(circle):
            weight = 0.0
            for s in range(strata):
                weight += mass[circle[end], s]
            mu = (total + weight) * spells.share
            if by_mass and limit < 0:
                while spells.edge[b + 1] <= total + weight:
                    b += 1
                limit = 0.0
            elif by_mass and total + weight >= spells.edge[b + 1]:
                break
            elif limit < 0:
                limit = mu + max(0.7 * np.sqrt(mu), 0.05 * mu)
            elif not by_mass and mu > limit:
                break
            for s in range(strata):
                before = bench.sums[0, s] if end == begin else bench.sums[end - begin - 1, s]
                bench.sums[end - begin, s] = before + mass[circle[end], s]
            total += weight
            end += 1
        for s in range(strata):
            bench.sums[len(bench.sums) - 1, s] = bench.sums[end - begin - 1, s]
        lowest = level[going[0]]
        for r in going:
            lowest = min(lowest, level[r])
        slot = 0
        if by_mass:
            while slot + 1 < len(_LEVELS) and _LEVELS[slot + 1] <= lowest:
                slot += 1
            lowest = _LEVELS[slot]
        if not bench.written[slot, b]:
            if lowest != set_for:
                set_for = lowest
                least_counts(lowest, limits, bench.least)
            set_risk(spells.edge[b : b + 1] if by_mass else bench.sums[0], span, bench.risk)
            set_thresholds(span, spells, bench, bench.thresholds[slot, b])
            bench.written[slot, b] = by_mass
        known_risk = not by_mass
        for r in going:
            heads, at, daily = bench.heads[r], bench.days[r], bench.daily[r]
            for k in range(begin, end):
                for case in range(heads[circle[k]], heads[circle[k] + 1]):
                    daily[at[case]] += 1
            held = 0
            for d in range(days):
                held += daily[d]
                bench.so_far[d + 1] = held
            for d in range(days + 1, len(bench.so_far)):
                bench.so_far[d] = held
            for g in range(len(spells.longest)):
                least = bench.thresholds[slot, b, g]
                if any_reaches(bench.so_far, spells.longest[g], least):
                    if not known_risk:
                        set_risk(bench.sums[0], span, bench.risk)
                        known_risk = True
                    best[r], level[r] = look_closer(
                        circle, int(begin), end, least, g, r, span, spells, limits, bench, best[r], level[r], shape[r]
                    )
    for r in going:
        bench.daily[r] = 0
    return set_for


@njit(cache=True, nogil=True)
def simulate_spells(
    replicates: IntArray,
    centres: Int32Array,
    starts: IntArray,
    ends: IntArray,
    near: Int32Array,
    mass: FloatArray,
    urn: Urn,
    span: Span,
    spells: Spells,
    limits: FloatArray,
    stop: UInt8Array,
    maxima: FloatArray,
) -> int:
    """Write the maximum of each replicate of a batch; returns how many were done before `stop`."""
    batch, room = len(replicates), max(urn.drawn[-1], urn.sizes.max() if len(urn.sizes) else 0)
    bench = bench_of(batch, room, len(mass), span, spells, (ends - starts).max(), limits.shape[1])
    bag, used = urn.tickets.copy(), np.zeros(len(urn.tickets) // 64 + 1, np.uint64)
    rows, days = np.empty(room, np.int32), np.empty(room, np.int32)
    for r in range(batch):
        count = draw(urn, replicates[r], bag, used, rows, days)
        by_row(count, rows, days, bench.heads[r], bench.days[r])
    best, level = np.zeros(batch), np.full(batch, FIRST_LEVEL, np.int64)
    shape = np.zeros((batch, 4), np.int32)
    going = np.arange(batch)
    while len(going):
        set_for = -1
        for i in centres:
            if stop[0]:
                return 0
            set_for = scan_circles(
                near[starts[i] : ends[i]], mass, span, spells, limits, bench, going, best, level, int(set_for), shape
            )
        low = going[(level[going] == FIRST_LEVEL) & (best[going] < FIRST_LEVEL / 10)]  # looked at from too high up
        level[low] = 0
        going = low
    maxima[replicates] = best
    return batch


@njit(cache=True, nogil=True)
def observe_spells(
    first: int,
    last: int,
    starts: IntArray,
    ends: IntArray,
    near: Int32Array,
    mass: FloatArray,
    case_rows: Int32Array,
    case_days: Int32Array,
    span: Span,
    spells: Spells,
    limits: FloatArray,
    stop: UInt8Array,
    value: FloatArray,
    shape: Int32Array,
) -> None:
    """Find the best circle and window of each centre that has none: shape[i] = (rows, first day, last day, cases)."""
    best, level, going = np.zeros(1), np.zeros(1, np.int64), np.zeros(1, np.int64)
    bench = bench_of(len(best), len(case_days), len(mass), span, spells, (ends - starts).max(), limits.shape[1])
    by_row(len(case_rows), case_rows, case_days, bench.heads[0], bench.days[0])
    set_for = -1
    for i in range(first, last):
        if stop[0]:
            return
        if value[i] > 0:
            continue
        for at_first in (FIRST_LEVEL, 0):
            best[0], level[0] = 0.0, at_first
            set_for = scan_circles(
                near[starts[i] : ends[i]], mass, span, spells, limits, bench, going, best, level, int(set_for),
                shape[i : i + 1],
            )  # fmt: skip
            if best[0] >= at_first / 10:
                break
        value[i] = best[0]
