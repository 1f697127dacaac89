"""Compiled, the plain exact way: circle by circle, window by window; it takes any number of cases, days and strata."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from anlan.analysis.events import FloatArray, IntArray
from anlan.analysis.scan._ground import Int32Array
from anlan.analysis.scan._random import Urn, draw

UInt8Array = npt.NDArray[np.uint8]
TOP_LEVEL = 180  # tenths: statistics of 18 and more share the last level


class Span(NamedTuple):
    """Days in question and what is expected in them.

    A window of days a..b holds sum_s mass_s * (cum[s, b + 1] - cum[s, a]) / whole[s] expected cases. Windows end on
    day `first_end` or later and are at most `longest` days; days count from the first that such a window can hold.
    `cases` is the number of all cases, inside these days or not.
    """

    cum: FloatArray
    whole: FloatArray
    first_end: int
    longest: int
    cases: float


@njit(cache=True, nogil=True)
def statistic(c: float, mu: float, cases: float) -> float:
    """Return the logarithm of the likelihood ratio of c cases where mu were expected; 0 where c <= mu."""
    if c <= mu:
        return 0.0
    inside = c * np.log(c / mu)
    return inside + (cases - c) * np.log((cases - c) / (cases - mu)) if c < cases else inside


@njit(cache=True, nogil=True)
def most_expected(cases: float, counts: int) -> FloatArray:
    """Return, by level L and count c, the greatest mu at which c cases reach a statistic of L / 10 (Newton).

    Never too small: what it rejects cannot reach the level.
    """
    table = np.empty((TOP_LEVEL + 1, counts + 1))
    for c in range(counts + 1):
        table[0, c] = c
        if c < 1 or c > cases:
            table[:, c] = c
            continue
        mu = c * np.exp(-(TOP_LEVEL / 10 / c + 1.0))
        rest, step_before = cases - c, 0.0
        for index in range(TOP_LEVEL, 0, -1):
            level, begun = index / 10, mu
            # from where the last two levels point; whatever the start, a step of Newton's ends at or below the root
            mu = min(mu + step_before, 0.5 * (mu + c))
            for _ in range(60):
                value = c * np.log(c / mu)
                slope = -c / mu
                if rest > 0:
                    value += rest * np.log(rest / (cases - mu))
                    slope += rest / (cases - mu)
                if slope >= 0:
                    break
                step = (level - value) / slope
                mu += step
                if abs(step) <= 3e-6 * mu:
                    break
            mu = min(mu, float(c))
            step_before = mu - begun if index < TOP_LEVEL else 0.0
            table[index, c] = min(mu * (1 + 1e-9) + 1e-10, float(c))
    return table


@njit(cache=True, nogil=True)
def level_of(best: float) -> int:
    """Return the level at or below a statistic."""
    return min(TOP_LEVEL, int(best * 10.0))


@njit(cache=True, nogil=True)
def expected(mass: FloatArray, span: Span, a: int, b: int) -> float:
    """Return the expected cases of days a..b where so much mass is."""
    mu = 0.0
    for s in range(len(mass)):
        mu += mass[s] * (span.cum[s, b + 1] - span.cum[s, a]) / span.whole[s]
    return mu


@njit(cache=True, nogil=True)
def by_row(
    count: int,
    rows: Int32Array,
    days: Int32Array,
    heads: Int32Array,
    sorted_days: Int32Array,
) -> None:
    """Sort drawn cases by row: those of row r are sorted_days[heads[r]:heads[r + 1]]."""
    heads[:] = 0
    for i in range(count):
        heads[rows[i] + 1] += 1
    for r in range(1, len(heads)):
        heads[r] += heads[r - 1]
    for i in range(count - 1, -1, -1):
        r = rows[i] + 1
        heads[r] -= 1
        sorted_days[heads[r]] = days[i]
    # heads[r + 1] is now where row r begins: shift back
    for r in range(len(heads) - 1):
        heads[r] = heads[r + 1]
    heads[-1] = count


@njit(cache=True, nogil=True)
def best_of_circles(
    near: Int32Array,
    mass: FloatArray,
    heads: Int32Array,
    days: Int32Array,
    span: Span,
    limits: FloatArray,
    floor: float,
    daily: Int32Array,
    held: FloatArray,
) -> tuple[float, int, int, int, int]:
    """Return the best circle and window around one centre: statistic (above `floor`), rows, first and last day, cases.

    Of equals the smaller circle, then the shorter, then the earlier window. `daily` (zeros) and `held` are room
    to work in; `daily` is left as zeros.

    Long because it is one compiled loop, in which a call costs more than the work.
    """
    best, best_k, best_a, best_b, best_c = floor, -1, 0, 0, 0
    level = level_of(best)
    last_day, known, single = len(daily) - 1, limits.shape[1], len(held) == 1
    held[:] = 0.0
    reached, so_far = 0, 0.0
    for k in range(len(near)):
        row = near[k]
        if single:
            so_far += mass[row, 0]
        else:
            for s in range(len(held)):
                held[s] += mass[row, s]
        if heads[row] == heads[row + 1]:
            continue
        if single:
            held[0] = so_far
        reached = k + 1
        rate = held[0] / span.whole[0] * (1.0 - 1e-12)
        for i in range(heads[row], heads[row + 1]):
            daily[days[i]] += 1
        before = -1
        for i in range(heads[row], heads[row + 1]):
            day = days[i]
            if day == before:
                continue
            before = day
            tail = 0
            for b in range(day, min(day + span.longest, last_day + 1)):
                if b > day:
                    tail += daily[b]
                if b < span.first_end:
                    continue
                c = tail
                for a in range(day, max(0, b - span.longest + 1) - 1, -1):
                    c += daily[a]
                    if c < 2:
                        continue
                    # a product first, a hair too small: the quotient is for those that may be better
                    if c < known and single and (span.cum[0, b + 1] - span.cum[0, a]) * rate > limits[level, c]:
                        continue
                    mu = expected(held, span, a, b)
                    if c < known and mu > limits[level, c]:
                        continue
                    value = statistic(float(c), mu, span.cases)
                    tied = value == best and best_k == k + 1
                    if value > best or (tied and (b - a, a) < (best_b - best_a, best_a)):
                        best, best_k, best_a, best_b, best_c = value, k + 1, a, b, c
                        level = level_of(best)
    for k in range(reached):
        row = near[k]
        for i in range(heads[row], heads[row + 1]):
            daily[days[i]] = 0
    return best, best_k, best_a, best_b, best_c


@njit(cache=True, nogil=True)
def scan_observed(
    first: int,
    last: int,
    starts: IntArray,
    ends: IntArray,
    near: Int32Array,
    mass: FloatArray,
    heads: Int32Array,
    days: Int32Array,
    span: Span,
    limits: FloatArray,
    stop: UInt8Array,
    value: FloatArray,
    shape: Int32Array,
) -> None:
    """Find the best circle and window of each centre that has none: shape[i] = (rows, first day, last day, cases)."""
    daily = np.zeros(span.cum.shape[1] - 1, np.int32)
    held = np.empty(len(span.whole))
    for i in range(first, last):
        if stop[0]:
            return
        if value[i] > 0:
            continue
        best, k, a, b, c = best_of_circles(near[starts[i] : ends[i]], mass, heads, days, span, limits, 0.0, daily, held)
        value[i] = best
        shape[i, 0], shape[i, 1], shape[i, 2], shape[i, 3] = k, a, b, c


@njit(cache=True, nogil=True)
def simulate_plain(
    replicates: IntArray,
    walk: Int32Array,
    starts: IntArray,
    ends: IntArray,
    near: Int32Array,
    mass: FloatArray,
    urn: Urn,
    span: Span,
    limits: FloatArray,
    stop: UInt8Array,
    maxima: FloatArray,
) -> int:
    """Write the maximum of each replicate; returns how many were done before `stop`."""
    daily = np.zeros(span.cum.shape[1] - 1, np.int32)
    held = np.empty(len(span.whole))
    room = max(urn.drawn[-1], urn.sizes.max() if len(urn.sizes) else 0)
    bag = urn.tickets.copy()
    rows, used = np.empty(room, np.int32), np.zeros(len(urn.tickets) // 64 + 1, np.uint64)
    days, sorted_days = np.empty(room, np.int32), np.empty(room, np.int32)
    heads = np.empty(len(mass) + 1, np.int32)
    for done in range(len(replicates)):
        count = draw(urn, replicates[done], bag, used, rows, days)
        by_row(count, rows, days, heads, sorted_days)
        best = 0.0
        for i in walk:
            if stop[0]:
                return done
            best = best_of_circles(
                near[starts[i] : ends[i]], mass, heads, sorted_days, span, limits, best, daily, held
            )[0]
        maxima[replicates[done]] = best
    return len(replicates)


@njit(cache=True, nogil=True)
def pick_apart(
    order: IntArray,
    shape: Int32Array,
    at: FloatArray,
    place: Int32Array,
    empty: Int32Array,
    starts: IntArray,
    near: Int32Array,
    picked: Int32Array,
) -> int:
    """Take centres in order whose cylinders share no place on one day with a cylinder taken before.

    `empty` are the places without mass, which the lists in `near` leave out.

    Long because it is one compiled loop, in which a call costs more than the work.
    """
    head = np.full(len(at), -1, np.int64)  # by place: the last cylinder taken that holds it, chained by `rest`
    rest, owner = np.empty(1024, np.int64), np.empty(1024, np.int64)
    links, count = 0, 0
    inside = np.empty(len(at), np.int32)
    for i in order:
        size = 0
        circle = near[starts[i] : starts[i] + shape[i, 0]]
        if len(circle) == 0:
            continue
        edge = place[circle[-1]]
        reach = _apart(at, i, edge)
        clash = False
        for row in circle:
            inside[size] = place[row]
            size += 1
            clash = clash or _taken(place[row], shape[i], head, rest, owner, shape)
        if clash:
            continue
        for p in empty:
            d = _apart(at, i, p)
            if d < reach or (d == reach and p <= edge):
                inside[size] = p
                size += 1
                if _taken(p, shape[i], head, rest, owner, shape):
                    clash = True
                    break
        if clash:
            continue
        if links + size > len(rest):
            rest = np.append(rest, np.empty(len(rest) + size, np.int64))
            owner = np.append(owner, np.empty(len(owner) + size, np.int64))
        for p in inside[:size]:
            rest[links], owner[links] = head[p], i
            head[p] = links
            links += 1
        picked[count] = i
        count += 1
    return count


@njit(cache=True, nogil=True)
def _taken(p: int, own: Int32Array, head: IntArray, rest: IntArray, owner: IntArray, shape: Int32Array) -> bool:
    link = head[p]
    while link >= 0:
        if own[1] <= shape[owner[link], 2] and shape[owner[link], 1] <= own[2]:
            return True
        link = rest[link]
    return False


@njit(cache=True, nogil=True)
def _apart(at: FloatArray, i: int, p: int) -> float:
    return np.sqrt((at[p, 0] - at[i, 0]) ** 2 + (at[p, 1] - at[i, 1]) ** 2 + (at[p, 2] - at[i, 2]) ** 2)
