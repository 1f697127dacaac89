"""Compiled, the Bernoulli model: cases and controls stay where and when they are, and who is a case is drawn anew.

Who was looked at is the same in every replicate, so that 64 replicates go through a circle's windows side by side.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from anlan.analysis.events import FloatArray, IntArray
from anlan.analysis.scan._ground import Int32Array
from anlan.analysis.scan._plain import UInt8Array
from anlan.analysis.scan._random import Urn, draw

SIDE_BY_SIDE = 64
_LEVELS = (0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 12.0, 14.0, 17.0, 20.0, 25.0, 30.0, 40.0, 60.0)
_LESS = 1.0 - 1e-9  # thresholds must not be too high


class Crowd(NamedTuple):
    """Cases and controls together, by cells of one row and one day.

    `heads` : (m + 1,) the cells of row r are heads[r] : heads[r + 1], by day; `day`, `size` : (cells,) the day of each
    and how many it holds; `cases` : (cells, 1) how many of them are cases in the data. `in_all` : cases, and cases and
    controls, inside these days or not. Windows are those of `Span`.
    """

    heads: IntArray
    day: IntArray
    size: IntArray
    cases: Int32Array
    in_all: tuple[int, int]
    days: int
    first_end: int
    longest: int


class Bench(NamedTuple):
    """Room to work in. `least` : by level and number of people, the least cases that reach it; `written` : which."""

    people: IntArray
    daily: Int32Array
    tail: Int32Array
    inside: Int32Array
    slot: IntArray
    least: Int32Array
    written: npt.NDArray[np.bool_]


def crowd_of(
    row: Int32Array, day: IntArray, counts: IntArray, cases: int, rows: int, days: int, first_end: int, longest: int
) -> tuple[Crowd, Int32Array]:
    """Sort people into cells, and return them with the cell of each (-1 before the first day), in an order of its own.

    The first `cases` of them are the cases; `day` is negative before the first day in question.
    """
    cell_of = np.where(day >= 0, row * days + day, -1)
    here = np.flatnonzero((day >= 0) & (counts > 0))
    cells, which = np.unique(cell_of[here], return_inverse=True)
    size = np.bincount(which, weights=counts[here], minlength=len(cells)).astype(np.int64)
    own = here < cases
    ill = np.bincount(which[own], weights=counts[here[own]], minlength=len(cells)).astype(np.int32)
    crowd = Crowd(
        heads=np.searchsorted(cells // max(days, 1), np.arange(rows + 1)).astype(np.int64),
        day=cells % max(days, 1),
        size=size,
        cases=ill[:, None],
        in_all=(int(counts[:cases].sum()), int(counts.sum())),
        days=days,
        first_end=first_end,
        longest=longest,
    )
    before = np.full(int(counts.sum() - size.sum()), -1, np.int32)
    return crowd, np.concatenate([before, np.repeat(np.arange(len(cells), dtype=np.int32), size)])


def people_inside(crowd: Crowd, rows: Int32Array, first: int, last: int) -> int:
    """Return how many cases and controls these rows hold from the first to the last day."""
    cells = np.concatenate([np.arange(crowd.heads[row], crowd.heads[row + 1]) for row in rows])
    return int(crowd.size[cells][(crowd.day[cells] >= first) & (crowd.day[cells] <= last)].sum())


@njit(cache=True, nogil=True)
def log_ratio(c: int | np.int64, n: int, cases: int, everyone: int) -> float:
    """Return the logarithm of the likelihood ratio of c cases among n people; 0 where the others have as many."""
    if c * everyone <= n * cases:
        return 0.0
    mu = n * (cases / everyone)
    return (
        _part(c, mu) + _part(n - c, n - mu) + _part(cases - c, cases - mu)
        + _part(everyone - n - cases + c, everyone - n - cases + mu)
    )  # fmt: skip


@njit(cache=True, nogil=True)
def _part(count: int | np.int64, mu: float) -> float:
    return count * np.log(count / mu) if count > 0 else 0.0


@njit(cache=True, nogil=True)
def bench_of(crowd: Crowd, most: int, lanes: int) -> Bench:
    """Make the room; no circle holds more than `most` people."""
    return Bench(
        np.zeros(crowd.days, np.int64),
        np.zeros((crowd.days, lanes), np.int32),
        np.zeros(lanes, np.int32),
        np.zeros(lanes, np.int32),
        np.zeros(lanes, np.int64),
        np.empty((len(_LEVELS), most + 1), np.int32),
        np.zeros(len(_LEVELS), np.bool_),
    )


@njit(cache=True, nogil=True)
def lowest_slot(best: FloatArray, crowd: Crowd, bench: Bench) -> int:
    """Write the level at or below each best, and the thresholds of those levels; returns the lowest."""
    lowest = len(_LEVELS) - 1
    for r in range(len(best)):
        slot = 0
        while slot + 1 < len(_LEVELS) and _LEVELS[slot + 1] <= best[r]:
            slot += 1
        bench.slot[r] = slot
        lowest = min(lowest, slot)
        if not bench.written[slot]:
            c, bar = 2, _LEVELS[slot] * _LESS
            for n in range(bench.least.shape[1]):
                while (
                    c <= min(n, crowd.in_all[0]) and log_ratio(np.int64(c), n, crowd.in_all[0], crowd.in_all[1]) < bar
                ):
                    c += 1
                bench.least[slot, n] = c
            bench.written[slot] = True
    return lowest


@njit(cache=True, nogil=True)
def raise_best(
    circle: Int32Array, crowd: Crowd, cases: Int32Array, bench: Bench, best: FloatArray, shape: Int32Array
) -> None:
    """Raise the best of each replicate by the circles around one centre; `cases` are those of each cell and replicate.

    `shape` becomes rows, first day, last day and cases of the best; of equals the smaller circle, then the shorter,
    then the earlier window.

    Long because it is one compiled loop, in which a call costs more than the work.
    """
    lanes, heads = len(best), crowd.heads
    people, daily, tail, inside = bench.people, bench.daily, bench.tail, bench.inside
    lowest = lowest_slot(best, crowd, bench)
    reached = 0
    for k in range(len(circle)):
        row = circle[k]
        if heads[row] == heads[row + 1]:
            continue
        reached = k + 1
        for cell in range(heads[row], heads[row + 1]):
            people[crowd.day[cell]] += crowd.size[cell]
            for r in range(lanes):
                daily[crowd.day[cell], r] += cases[cell, r]
        raised = False
        # only windows with somebody new can be better than those of the smaller circle
        for cell in range(heads[row], heads[row + 1]):
            day = crowd.day[cell]
            after = 0
            tail[:] = 0
            for b in range(day, min(day + crowd.longest, crowd.days)):
                if b > day:
                    after += people[b]
                    for r in range(lanes):
                        tail[r] += daily[b, r]
                if b < crowd.first_end:
                    continue
                n = after
                for r in range(lanes):
                    inside[r] = tail[r]
                for a in range(day, max(0, b - crowd.longest + 1) - 1, -1):
                    n += people[a]
                    top = np.int32(0)
                    for r in range(lanes):
                        inside[r] += daily[a, r]
                        top = max(top, inside[r])
                    if top < bench.least[lowest, n]:
                        continue
                    for r in range(lanes):
                        if inside[r] < bench.least[bench.slot[r], n]:
                            continue
                        value = log_ratio(np.int64(inside[r]), n, crowd.in_all[0], crowd.in_all[1])
                        tied = value == best[r] and value > 0.0 and shape[r, 0] == k + 1
                        if value > best[r] or (tied and (b - a, a) < (shape[r, 2] - shape[r, 1], shape[r, 1])):
                            best[r], raised = value, True
                            shape[r, 0], shape[r, 1], shape[r, 2], shape[r, 3] = k + 1, a, b, inside[r]
        if raised:
            lowest = lowest_slot(best, crowd, bench)
    for k in range(reached):
        for cell in range(heads[circle[k]], heads[circle[k] + 1]):
            people[crowd.day[cell]] = 0
            for r in range(lanes):
                daily[crowd.day[cell], r] = 0


@njit(cache=True, nogil=True)
def simulate_labels(
    replicates: IntArray,
    centres: Int32Array,
    starts: IntArray,
    ends: IntArray,
    near: Int32Array,
    crowd: Crowd,
    urn: Urn,
    most: int,
    stop: UInt8Array,
    maxima: FloatArray,
) -> int:
    """Write the maximum of each replicate of a batch; returns how many were done before `stop`."""
    lanes = len(replicates)
    bench = bench_of(crowd, most, lanes)
    bag, used = urn.tickets.copy(), np.zeros(len(urn.tickets) // 64 + 1, np.uint64)
    who, day = np.empty(crowd.in_all[0], np.int32), np.empty(crowd.in_all[0], np.int32)
    cases = np.zeros((len(crowd.size), lanes), np.int32)
    for r in range(lanes):
        for i in range(draw(urn, replicates[r], bag, used, who, day)):
            if who[i] >= 0:
                cases[who[i], r] += 1
    best, shape = np.zeros(lanes), np.zeros((lanes, 4), np.int32)
    for i in centres:
        if stop[0]:
            return 0
        raise_best(near[starts[i] : ends[i]], crowd, cases, bench, best, shape)
    maxima[replicates] = best
    return lanes


@njit(cache=True, nogil=True)
def observe_labels(
    first: int,
    last: int,
    starts: IntArray,
    ends: IntArray,
    near: Int32Array,
    crowd: Crowd,
    most: int,
    stop: UInt8Array,
    value: FloatArray,
    shape: Int32Array,
) -> None:
    """Find the best circle and window of each centre in the data: shape[i] = (rows, first day, last day, cases)."""
    bench = bench_of(crowd, most, crowd.cases.shape[1])
    for i in range(first, last):
        if stop[0]:
            return
        circle = near[starts[i] : ends[i]]
        raise_best(circle, crowd, crowd.cases, bench, value[i : i + 1], shape[i : i + 1])
