"""The observed data searched once, the replications many times."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from anlan.analysis._scan_ground import EARTH_M, Ground, Int32Array
from anlan.analysis._scan_model import Model
from anlan.analysis._scan_plain import by_row, most_expected, pick_apart, scan_observed, simulate_plain
from anlan.analysis._scan_run import Progress, parts, run, workers
from anlan.analysis.events import FloatArray, IntArray

_MOST_COUNTS = 2048


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


def strongest(model: Model, n_jobs: int | None) -> list[Circle]:
    """Return the best circle and window of each centre, strongest first, without those that share a place."""
    ground, span = model.ground, model.span
    rows, days = model.observed
    heads, by_days = np.empty(len(ground.mass) + 1, np.int32), np.empty(len(days), np.int32)
    by_row(len(rows), rows, days, heads, by_days)
    value, shape = np.zeros(len(ground.xy)), np.zeros((len(ground.xy), 4), np.int32)
    # the data's own windows: for repeated looks the last day's alone
    own = span if not model.prospective else span._replace(first_end=span.cum.shape[1] - 2)
    limits = most_expected(span.cases, min(len(rows), _MOST_COUNTS))
    stop = np.zeros(1, np.uint8)

    def task(first: int, last: int) -> int:
        scan_observed(
            *(first, last, ground.starts, ground.ends, ground.near, ground.mass, heads, by_days),
            *(own, limits, stop, value, shape),
        )
        return 0

    threads = workers(n_jobs)
    run([partial(task, *piece) for piece in parts(len(value), threads * 4)], threads, stop)
    order = _by_strength(ground, value, shape)
    empty = np.flatnonzero(np.bincount(ground.place, minlength=len(ground.xy)) == 0).astype(np.int32)
    picked = np.empty(len(order), np.int32)
    count = pick_apart(order, shape, ground.at, ground.place, empty, ground.starts, ground.near, picked)
    return [_circle(int(i), model, float(value[i]), shape[i].tolist()) for i in picked[:count]]


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
    held = np.cumsum(ground.mass[rows], axis=0)[-1]
    mu = float(sum(held[s] * (span.cum[s, b + 1] - span.cum[s, a]) / span.whole[s] for s in range(len(held))))
    places, apart = _members(ground, centre, int(ground.place[rows[-1]]))
    radius = 2 * EARTH_M * float(np.arcsin(min(1.0, apart / (2 * EARTH_M)))) if model.sphere else apart
    return Circle(centre, places, radius, model.origin + a, model.origin + b, c, mu, value)


def _members(ground: Ground, centre: int, edge: int) -> tuple[IntArray, float]:
    """Return all places up to `edge` by distance, and its distance."""
    off = ground.at - ground.at[centre]
    apart: FloatArray = np.sqrt(off[:, 0] ** 2 + off[:, 1] ** 2 + off[:, 2] ** 2)
    number = np.arange(len(apart))
    inside = np.flatnonzero((apart < apart[edge]) | ((apart == apart[edge]) & (number <= edge)))
    return inside[np.lexsort((inside, apart[inside]))], float(apart[edge])


def simulate(model: Model, replications: int, n_jobs: int | None, progress: Progress | None) -> FloatArray:
    """Return the strongest statistic of each replication."""
    maxima = np.zeros(replications)
    stop = np.zeros(1, np.uint8)
    threads = workers(n_jobs)
    run(_plain(model, replications, stop, maxima), threads, stop, _counted(progress, replications))
    return maxima


def _counted(progress: Progress | None, replications: int) -> Callable[[int], None] | None:
    if progress is None:
        return None
    so_far = 0

    def done(more: int) -> None:
        nonlocal so_far
        so_far += more
        progress(so_far, replications)

    return done


def _plain(model: Model, replications: int, stop: np.ndarray, maxima: FloatArray) -> list[Callable[[], int]]:
    ground = model.ground
    limits = most_expected(model.span.cases, min(max(len(model.urn.day), 2), _MOST_COUNTS))

    def task(first: int, last: int) -> int:
        done: int = simulate_plain(
            *(np.arange(first, last), ground.walk, ground.starts, ground.ends, ground.near, ground.mass),
            *(model.urn, model.span, limits, stop, maxima),
        )
        return done

    return [partial(task, *piece) for piece in parts(replications, max(1, replications // 8))]
