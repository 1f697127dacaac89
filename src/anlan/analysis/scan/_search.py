"""The observed data searched once, the replications many times."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from anlan.analysis.events import FloatArray, IntArray
from anlan.analysis.scan._ground import EARTH_M, Ground, Int32Array
from anlan.analysis.scan._labels import SIDE_BY_SIDE, Crowd, observe_labels, people_inside, simulate_labels
from anlan.analysis.scan._lanes import BINS, FIRST_LEVEL, STRIDE, Chunks, cut, simulate_lanes
from anlan.analysis.scan._model import Model
from anlan.analysis.scan._plain import UInt8Array, by_row, most_expected, pick_apart, scan_observed, simulate_plain
from anlan.analysis.scan._run import Progress, parts, run, workers
from anlan.analysis.scan._series import Steps, bars_of, busy_days, cut_by_mass, observe_series, simulate_series
from anlan.analysis.scan._spells import MOST_AT_ONCE, MOST_DRAWN, observe_spells, simulate_spells, spells_of
from anlan.analysis.scan._vectors import LANES, WINDOWS, has_vectors

_MOST_COUNTS = 2048
_MOST_COUNTS_LONG = 8192  # of windows that end on any day: what is beyond the table is looked at one by one
MOST_KEPT = 1 << 24  # cases drawn that are kept instead of drawn again: 64 MB


ROOM = 130  # expected cases in all: so many fit into a byte with what chance adds


@dataclass(frozen=True)
class Circle:
    """A circle and window: its centre's place, its places by distance, and what was counted."""

    centre: int
    places: IntArray
    radius_m: float
    first_day: int
    last_day: int
    observed: int
    expected: float
    statistic: float
    controls: int | None


def strongest(model: Model, limits: FloatArray, n_jobs: int | None) -> list[Circle]:
    """Return the best circle and window of each centre, strongest first, without those that share a place."""
    ground, span = model.ground, model.span
    rows, days = model.observed
    heads, by_days = np.empty(len(ground.mass) + 1, np.int32), np.empty(len(days), np.int32)
    by_row(len(rows), rows, days, heads, by_days)
    value, shape = np.zeros(len(ground.xy)), np.zeros((len(ground.xy), 4), np.int32)
    # the data's own windows: for repeated looks the last day's alone
    own = span if not model.prospective else span._replace(first_end=span.cum.shape[1] - 2)
    stop = np.zeros(1, np.uint8)
    threads = workers(n_jobs)
    if model.crowd is None and not model.prospective and has_vectors():
        _observe_side_by_side(model, limits, threads, stop, value, shape)

    crowd = model.crowd and model.crowd._replace(first_end=own.first_end)
    wide, spells = is_wide(model) and not model.prospective, spells_of(own, ground.mass, ground.most)

    def task(first: int, last: int) -> int:
        if crowd is not None:
            most = int(ground.most)
            observe_labels(first, last, ground.starts, ground.ends, ground.near, crowd, most, stop, value, shape)
        elif wide:
            observe_spells(
                *(first, last, ground.starts, ground.ends, ground.near, ground.mass, rows, days, own, spells),
                *(limits, stop, value, shape),
            )
        else:
            scan_observed(
                *(first, last, ground.starts, ground.ends, ground.near, ground.mass, heads, by_days),
                *(own, limits, stop, value, shape),
            )
        return 0

    run([partial(task, *piece) for piece in parts(len(value), threads * 4)], threads, stop)
    order = _by_strength(ground, value, shape)
    picked = np.empty(len(order), np.int32)
    count = pick_apart(order, shape, ground.at, ground.place, ground.empty, ground.starts, ground.near, picked)
    return [_circle(int(i), model, float(value[i]), shape[i].tolist()) for i in picked[:count]]


def is_wide(model: Model) -> bool:
    """Tell whether there are so many windows that they are best looked at by the group."""
    span = model.span
    return span.longest > WINDOWS or span.first_end < span.cum.shape[1] - 2


def _observe_side_by_side(
    model: Model, limits: FloatArray, threads: int, stop: UInt8Array, value: FloatArray, shape: Int32Array
) -> None:
    """Find what is strong enough the fast way; the other centres are left at 0."""
    ground, span = model.ground, model.span
    steps = steps_of(model, threads, stop)
    if steps is None:
        return
    busy, span, _ = busy_days(span, model.urn)
    bars = bars_of(busy, span, model.span.cum.shape[1] - 1)
    rows, days = model.observed
    slots = np.searchsorted(busy, days).astype(np.int32)
    fits: list[bool] = []

    def task(first: int, last: int) -> int:
        fits.append(
            observe_series(
                *(first, last, ground.walk, ground.starts, ground.near, ground.mass, rows, slots, span, limits),
                *(steps, bars, FIRST_LEVEL, stop, value, shape),
            )
        )
        return 0

    run((partial(task, *piece) for piece in parts(len(value), threads)), threads, stop)
    value[(value < FIRST_LEVEL / 10) | (not all(fits))] = 0
    shape[value == 0] = 0
    shape[:, 1:3] = busy[shape[:, 1:3]]


def _by_strength(ground: Ground, value: FloatArray, shape: Int32Array) -> IntArray:
    """Return the centres that have a cluster, strongest first; of equals the smaller circle, then the lesser place."""
    alive = np.flatnonzero(value > 0)
    edge = ground.place[ground.near[ground.starts[alive] + shape[alive, 0] - 1]]
    reach = ((ground.at[alive] - ground.at[edge]) ** 2).sum(axis=1)
    ordered: IntArray = alive[np.lexsort((alive, reach, -value[alive]))]
    return ordered


def _circle(centre: int, model: Model, value: float, shape: list[int]) -> Circle:
    ground, span = model.ground, model.span
    k, a, b, c = shape
    rows = ground.near[ground.starts[centre] : ground.starts[centre] + k]
    controls = None
    if model.crowd is None:
        held = np.cumsum(ground.mass[rows], axis=0)[-1]
        mu = float(sum(held[s] * (span.cum[s, b + 1] - span.cum[s, a]) / span.whole[s] for s in range(len(held))))
    else:
        cases, everyone = model.crowd.in_all
        inside = people_inside(model.crowd, rows, a, b)
        mu, controls = inside * (cases / everyone), inside - c
    places, apart = _members(ground, centre, rows)
    radius = 2 * EARTH_M * float(np.arcsin(min(1.0, apart / (2 * EARTH_M)))) if model.sphere else apart
    return Circle(centre, places, radius, model.origin + a, model.origin + b, c, mu, value, controls)


def _members(ground: Ground, centre: int, rows: Int32Array) -> tuple[IntArray, float]:
    """Return the places of a circle by distance, those without cases too, and the distance of its last row."""
    edge = int(ground.place[rows[-1]])
    held = np.append(ground.place[rows], ground.empty).astype(np.int64)
    off = ground.at[held] - ground.at[centre]
    apart: FloatArray = np.sqrt(off[:, 0] ** 2 + off[:, 1] ** 2 + off[:, 2] ** 2)
    reach = float(apart[len(rows) - 1])
    inside = np.flatnonzero((apart < reach) | ((apart == reach) & (held <= edge)))
    return held[inside[np.lexsort((held[inside], apart[inside]))]], reach


def limits_of(model: Model) -> FloatArray:
    """Return the table of expectations at which a count reaches a level, as far as counts are common."""
    if model.crowd is not None:  # counts of people, and no expectations
        return np.empty((0, 0))
    span = model.span
    widest = span.cum[:, span.longest :] - span.cum[:, : -span.longest]
    table = _MOST_COUNTS if span.first_end == span.cum.shape[1] - 2 else _MOST_COUNTS_LONG
    mu = model.ground.most * float((widest / span.whole[:, None]).max())
    return np.asarray(most_expected(span.cases, min(int(mu + 8 * np.sqrt(mu)) + 40, table)))


def simulate(
    model: Model,
    limits: FloatArray,
    replications: int,
    n_jobs: int | None,
    progress: Progress | None,
    *,
    plainly: bool = False,
) -> FloatArray:
    """Return the strongest statistic of each replication; `plainly` takes the slow path in any case."""
    maxima = np.zeros(replications)
    replicates = np.arange(replications)
    race = Race(model, limits, maxima, workers(n_jobs), np.zeros(1, np.uint8), _counted(progress, replications))
    left = replicates
    if model.crowd is not None:
        left = race.by_labels(replicates, model.crowd)
    elif not plainly and has_vectors():
        left = race.by_lanes(replicates) if race.ends_on_one_day() else race.by_series(replicates)
    if len(left) and is_wide(model) and not plainly:
        race.by_spells(left)
    elif len(left):
        race.plainly(left)
    return maxima


def _counted(progress: Progress | None, replications: int) -> Callable[[int], None]:
    so_far = 0

    def done(more: int) -> None:
        nonlocal so_far
        so_far = min(so_far + more, replications)
        if progress:
            progress(so_far, replications)

    return done


@dataclass(frozen=True)
class Race:
    """The replications of one model on their way."""

    model: Model
    limits: FloatArray
    maxima: FloatArray
    threads: int
    stop: UInt8Array
    done: Callable[[int], None]

    def plainly(self, replicates: IntArray) -> None:
        """Take the path that takes anything."""
        ground, span, urn = self.model.ground, self.model.span, self.model.urn

        def task(first: int, last: int) -> int:
            done: int = simulate_plain(
                *(replicates[first:last], ground.walk, ground.starts, ground.ends, ground.near, ground.mass),
                *(urn, span, self.limits, self.stop, self.maxima),
            )
            return done

        pieces = parts(len(replicates), max(self.threads, len(replicates) // 8))
        run((partial(task, *piece) for piece in pieces), self.threads, self.stop, self.done)

    def ends_on_one_day(self) -> bool:
        """Tell whether all windows end on the last day."""
        return bool(self.model.span.first_end == self.model.span.cum.shape[1] - 2)

    def by_lanes(self, replicates: IntArray) -> IntArray:
        """Take 64 at a time; returns those that are left for the plain path."""
        ground, span, urn = self.model.ground, self.model.span, self.model.urn
        chunks = self._chunks()
        may_overflow = bool(len(urn.ladder)) or float(ground.mass.sum(axis=1).max()) > 255
        walk = ground.walk[ground.ends[ground.walk] > ground.starts[ground.walk]]
        probes = np.ascontiguousarray(walk[::STRIDE])
        rest = np.ascontiguousarray(np.delete(walk, np.s_[::STRIDE]))
        left: list[IntArray] = []
        fixed = len(urn.day) if not len(urn.ladder) and len(replicates) * len(urn.day) <= MOST_KEPT else 0
        kept = np.empty((int(replicates.max()) + 1 if fixed else 0, fixed), np.int32)

        def task(block: IntArray, centres: Int32Array, count: int) -> int:
            fits = simulate_lanes(
                *(block, centres, ground.starts, ground.near, ground.mass, urn, span, self.limits, chunks),
                *(may_overflow, count > 0 and fixed > 0, kept, self.stop, self.maxima),
            )
            if not fits:
                left.append(block)
            return count if bool(fits) else 0

        blocks = np.split(replicates, range(LANES, len(replicates), LANES))
        run((partial(task, block, probes, 0) for block in blocks), self.threads, self.stop, self.done)
        unfit = np.unique(np.concatenate([*left, np.empty(0, np.int64)]))
        left.clear()
        going = np.setdiff1d(replicates, unfit)
        going = going[np.lexsort((going, self.maxima[going]))]
        blocks = np.split(going, range(LANES, len(going), LANES))
        run((partial(task, block, rest, len(block)) for block in blocks), self.threads, self.stop, self.done)
        low = replicates[self.maxima[replicates] < FIRST_LEVEL / 10]
        return np.unique(np.concatenate([unfit, low, *left]))

    def by_series(self, replicates: IntArray) -> IntArray:
        """Take 384 days at a time; returns those that are left for the plain path."""
        ground, span, urn = self.model.ground, self.model.span, self.model.urn
        steps = steps_of(self.model, self.threads, self.stop)
        if steps is None:
            return replicates
        busy, span, urn = busy_days(span, urn)
        bars = bars_of(busy, span, self.model.span.cum.shape[1] - 1)
        walk = ground.walk[ground.ends[ground.walk] > ground.starts[ground.walk]]
        centres = np.ascontiguousarray(np.concatenate([walk[::STRIDE], np.delete(walk, np.s_[::STRIDE])]))

        def task(first: int, last: int) -> int:
            done: int = simulate_series(
                *(replicates[first:last], centres, ground.starts, ground.near, ground.mass, urn, span, self.limits),
                *(steps, bars, FIRST_LEVEL, self.stop, self.maxima),
            )
            return done

        pieces = parts(len(replicates), max(self.threads, len(replicates) // 24))
        run((partial(task, *piece) for piece in pieces), self.threads, self.stop, self.done)
        left = replicates[self.maxima[replicates] < 0]
        self.maxima[left] = 0
        return left

    def by_spells(self, replicates: IntArray) -> IntArray:
        """Take windows by the group, some replicates at a time; it leaves none."""
        ground, span, urn = self.model.ground, self.model.span, self.model.urn
        spells = spells_of(span, ground.mass, ground.most)
        walk = ground.walk[ground.ends[ground.walk] > ground.starts[ground.walk]]
        centres = np.ascontiguousarray(np.concatenate([walk[::STRIDE], np.delete(walk, np.s_[::STRIDE])]))
        room = max(int(urn.drawn[-1]), int(urn.sizes.max(initial=1)))
        batch = max(1, min(MOST_AT_ONCE, MOST_DRAWN // max(room, 1), -(-len(replicates) // self.threads)))

        def task(first: int, last: int) -> int:
            done: int = simulate_spells(
                *(replicates[first:last], centres, ground.starts, ground.ends, ground.near, ground.mass),
                *(urn, span, spells, self.limits, self.stop, self.maxima),
            )
            return done

        pieces = parts(len(replicates), -(-len(replicates) // batch))
        run((partial(task, *piece) for piece in pieces), self.threads, self.stop, self.done)
        return replicates[:0]

    def by_labels(self, replicates: IntArray, crowd: Crowd) -> IntArray:
        """Take 64 at a time of the Bernoulli model; it leaves none."""
        ground, urn = self.model.ground, self.model.urn

        def task(first: int, last: int) -> int:
            done: int = simulate_labels(
                *(replicates[first:last], ground.walk, ground.starts, ground.ends, ground.near),
                *(crowd, urn, int(ground.most), self.stop, self.maxima),
            )
            return done

        pieces = parts(len(replicates), max(self.threads, -(-len(replicates) // SIDE_BY_SIDE)))
        run((partial(task, *piece) for piece in pieces), self.threads, self.stop, self.done)
        return replicates[:0]

    def _chunks(self) -> Chunks:
        ground, span = self.model.ground, self.model.span
        share = float(((span.cum[:, -1] - span.cum[:, -1 - span.longest]) / span.whole).max())
        mu, size = ground.most * share, len(ground.xy)
        most = int(16 * np.sqrt(mu)) + 8
        by_mass = ground.mass.shape[1] == 1 and mu <= ROOM
        scale = (BINS - 1) / max(np.sqrt(ground.most if by_mass else mu), 1e-9)
        edge = (np.arange(BINS) / scale) ** 2
        offset = np.maximum(0, edge - 4 * np.sqrt(edge) - 8) if mu > ROOM else np.zeros(BINS)
        chunks = Chunks(
            count=np.zeros(size, np.int32),
            end=np.empty((size, most), np.int32),
            bin=np.empty((size, most), np.int32),
            before=np.empty((size, most, ground.mass.shape[1])),
            fine=np.empty((0 if by_mass else size, most, span.longest), np.uint16),
            edge=edge,
            offset=offset.astype(np.int32),
        )

        def task(first: int, last: int) -> int:
            cut(first, last, ground.starts, ground.ends, ground.near, ground.mass, span, float(scale), chunks)
            return 0

        run((partial(task, *piece) for piece in parts(size, self.threads * 4)), self.threads, self.stop)
        return chunks


def steps_of(model: Model, threads: int, stop: UInt8Array) -> Steps | None:
    """Cut the lists by mass; None where a byte is too small for what is expected, or within strata."""
    ground, span = model.ground, model.span
    days = span.cum.shape[1] - 1
    if ground.mass.shape[1] > 1 or span.longest > 64:
        return None
    widest = span.cum[0, span.longest :] - span.cum[0, : days + 1 - span.longest]
    total = ground.most
    if total * widest.max() / span.whole[0] > 1.5 * ROOM:
        return None
    edge, rate = [float(ground.mass[:, 0].min())], max(float(widest.mean() / span.whole[0]), 1e-12)
    while edge[-1] <= total:
        mu = edge[-1] * rate
        edge.append((mu + max(min(1.3 * np.sqrt(mu), 0.4 * mu), 0.2 * mu)) / rate)
    size = len(ground.xy)
    steps = Steps(
        count=np.zeros(size, np.int32),
        end=np.empty((size, len(edge)), np.int32),
        bin=np.empty((size, len(edge)), np.int32),
        before=np.empty((size, len(edge))),
        edge=np.array([*edge, np.inf]),
    )

    def task(first: int, last: int) -> int:
        cut_by_mass(first, last, ground.starts, ground.ends, ground.near, ground.mass, steps)
        return 0

    run((partial(task, *piece) for piece in parts(size, threads * 4)), threads, stop)
    return steps
