"""From events and options to what the kernels need: places, masses, days, urn."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from anlan.analysis.events import Events, FloatArray, IntArray
from anlan.analysis.scan._ground import (
    Cells,
    Ground,
    Int32Array,
    along_curve,
    list_near,
    on_sphere,
    sort_cases,
    unique_places,
)
from anlan.analysis.scan._plain import Span
from anlan.analysis.scan._random import Urn
from anlan.analysis.scan._run import parts, run, workers

_SLACK = 1 + 1e-12  # 0.07 * 100 is a little more than 7


@dataclass(frozen=True)
class Model:
    """A scan that is ready to run.

    `day`, `place_of` : of each row of the input. `base` : the study day that the span's day 0 is, counted from 0;
    `observed` : rows and span days of the cases there, by row.
    """

    ground: Ground
    span: Span
    urn: Urn
    place_of: IntArray
    day: IntArray
    origin: int
    observed: tuple[Int32Array, Int32Array]
    sphere: bool
    prospective: bool
    parameters: Mapping[str, Any]


def model_of(
    events: Events,
    *,
    population: npt.ArrayLike | None,
    places: npt.ArrayLike | None,
    study_period: tuple[float, float] | None,
    max_share: float,
    max_radius_m: float | None,
    max_days: int,
    prospective: bool,
    replications: int,
    seed: int,
    strata: Any,
    adjust_for_looks: int,
    n_jobs: int | None = None,
) -> Model:
    """Check everything and lay it out.

    Long because everything is checked and laid out in one order, each step on the last.
    """
    day = np.floor(events.day).astype(np.int64)
    first, last = _period(day, study_period)
    length = last - first + 1
    _check(length, max_share, max_radius_m, max_days, replications, seed)
    _check_looks(adjust_for_looks, prospective, length)
    extra = _extra_places(places)
    people = _people(population, extra, strata)
    counts = np.ones(len(events), dtype=np.int64) if events.counts is None else events.counts
    cases = int(counts.sum())
    if cases >= 1 << 31:
        raise ValueError(f"{cases:,} cases are too many; scan at most {(1 << 31) - 1:,}")
    stratum, strata_told = _strata(strata, day, len(events))
    xy, place_of = unique_places(np.concatenate([np.column_stack([events.x, events.y]), extra]))
    own = place_of[: len(events)]
    mass = _mass(own, counts, stratum, len(xy), people, place_of[len(events) :])
    ground = _ground(xy, mass, events.metric == "sphere", max_share, max_radius_m, workers(n_jobs))
    looks = length if not prospective else adjust_for_looks
    base = max(0, length - looks - max_days + 1)
    days = length - base
    row_of = np.full(len(xy), -1, dtype=np.int32)
    row_of[ground.place] = np.arange(len(ground.place), dtype=np.int32)
    # every case by stratum, then by place: the order of the input is forgotten here
    order = sort_cases(stratum, own, np.array(counts), ground.mass.shape[1], len(xy))
    cell = stratum[order] * length + day[order] - first
    by_day = np.bincount(cell, minlength=ground.mass.shape[1] * length).reshape(-1, length)[:, base:]
    if people is None:
        cum = np.concatenate([np.zeros((len(by_day), 1)), np.cumsum(by_day, axis=1)], axis=1)
        whole = np.bincount(stratum, weights=counts, minlength=len(by_day)).astype(np.float64)
    else:
        cum = np.arange(days + 1, dtype=np.float64)[None] * cases
        whole = np.array([float(ground.mass.sum()) * length])
    key = np.random.SeedSequence(seed).generate_state(1, np.uint64)[0]
    return Model(
        ground=ground,
        span=Span(cum, whole, length - looks - base if prospective else 0, max_days, float(cases)),
        urn=_urn(key, row_of[own[order]], stratum[order], by_day, days)
        if people is None
        else _people_urn(key, ground.mass[:, 0], cases, days, length, replications),
        place_of=own,
        day=day,
        origin=first + base,
        observed=_observed(row_of[own[order]], day[order] - first - base),
        sphere=events.metric == "sphere",
        prospective=prospective,
        parameters={
            "max_share": float(max_share),
            "max_radius_m": None if max_radius_m is None else float(max_radius_m),
            "max_days": int(max_days),
            "prospective": bool(prospective),
            "study_period": (first, last),
            "strata": strata_told,
            "adjust_for_looks": int(adjust_for_looks),
            "replications": int(replications),
            "seed": int(seed),
            "places": len(xy),
            "cases": cases,
        },
    )


def _period(day: IntArray, asked: tuple[float, float] | None) -> tuple[int, int]:
    if not len(day):
        raise ValueError("there are no events to scan")
    if asked is None:
        return int(day.min()), int(day.max())
    first, last = (math.floor(bound) for bound in asked)
    if outside := int(((day < first) | (day > last)).sum()):
        raise ValueError(f"{outside} events lie outside the study period {first} to {last}; widen it or leave them out")
    return first, last


def _check(
    length: int, max_share: float, max_radius_m: float | None, max_days: int, replications: int, seed: int
) -> None:
    if not 0 < max_share <= 1:
        raise ValueError(f"max_share must be more than 0 and at most 1, not {max_share}; 0.5 is usual")
    if max_radius_m is not None and not 0 < max_radius_m < math.inf:
        raise ValueError(f"max_radius_m must be more than 0 metres, not {max_radius_m}; None sets no limit")
    if max_days != int(max_days) or max_days < 1:
        raise ValueError(f"max_days must be a whole number of days from 1, not {max_days}")
    if max_days > length:
        raise ValueError(
            f"max_days {max_days} is longer than the study period of {length} days; "
            f"write max_days={max(1, length // 2)} or less, or give study_period"
        )
    if replications != int(replications) or replications < 1:
        raise ValueError(f"replications must be a whole number from 1, not {replications}; 999 is usual")
    if seed != int(seed) or seed < 0:
        raise ValueError(f"seed must be a whole number from 0, not {seed}")


def _check_looks(looks: int, prospective: bool, length: int) -> None:
    if looks != int(looks) or looks < 1:
        raise ValueError(f"adjust_for_looks must be a whole number from 1 (this scan alone), not {looks}")
    if looks > 1 and not prospective:
        raise ValueError("adjust_for_looks is for prospective scans; a retrospective one looks at every day already")
    if looks > length:
        raise ValueError(f"adjust_for_looks {looks} is more than the {length} days of the study period")


def _extra_places(places: npt.ArrayLike | None) -> FloatArray:
    if places is None:
        return np.empty((0, 2))
    extra = np.array(places, dtype=np.float64) + 0.0
    if extra.ndim != 2 or extra.shape[1] != 2:
        raise ValueError(f"places must have two columns, x and y, not the shape {extra.shape}")
    if not np.isfinite(extra).all():
        raise ValueError("places must be finite")
    return extra


def _people(population: npt.ArrayLike | None, places: FloatArray, strata: Any) -> FloatArray | None:
    if population is None:
        return None
    people = np.array(population, dtype=np.float64)
    if people.shape != (len(places),):
        raise ValueError(f"population must have one number for each of the {len(places)} rows of places")
    if not np.isfinite(people).all() or (people < 0).any() or not people.sum() > 0:
        raise ValueError("population must be finite, 0 or more, and not 0 everywhere")
    if strata is not None:
        raise ValueError("strata are for the permutation model; leave out strata or population")
    return people


def _strata(strata: Any, day: IntArray, length: int) -> tuple[IntArray, str | None]:
    if strata is None:
        return np.zeros(length, dtype=np.int64), None
    if isinstance(strata, str):
        if strata != "day_of_week":
            raise ValueError(f"strata is 'day_of_week' or one value for each event, not {strata!r}")
        labels: npt.NDArray[Any] = day % 7
    else:
        labels = np.asarray(strata)
    if labels.shape != (length,):
        raise ValueError(f"strata must have one value for each of the {length} events, not shape {labels.shape}")
    named = "day_of_week" if isinstance(strata, str) else "given"
    return np.unique(labels, return_inverse=True)[1].reshape(-1).astype(np.int64), named


def _mass(
    own: IntArray, counts: IntArray, stratum: IntArray, places: int, people: FloatArray | None, settled: IntArray
) -> FloatArray:
    if people is None:
        width = int(stratum.max(initial=0)) + 1
        flat = np.bincount(own * width + stratum, weights=counts, minlength=places * width)
        return np.asarray(flat, dtype=np.float64).reshape(places, width)
    # summed in an order of its own, so that the order of rows cannot show in the last bit
    order = np.lexsort((people, settled))
    mass = np.asarray(np.bincount(settled[order], weights=people[order], minlength=places), dtype=np.float64)
    if homeless := int(counts[mass[own] == 0].sum()):
        raise ValueError(f"{homeless} cases lie where there is no population; give their places, or leave them out")
    return mass[:, None]


def _ground(
    xy: FloatArray, mass: FloatArray, sphere: bool, max_share: float, max_radius_m: float | None, threads: int
) -> Ground:
    at = on_sphere(xy) if sphere else np.column_stack([xy, np.zeros(len(xy))])
    walk = along_curve(xy)
    settled = mass.sum(axis=1) > 0
    place = np.ascontiguousarray(walk[settled[walk]])
    rows = np.ascontiguousarray(mass[place])
    total = rows.sum(axis=1)
    reach = math.inf if max_radius_m is None else float(max_radius_m)
    cells = Cells.of(at, place, reach)
    room = np.concatenate([[0], np.cumsum(cells.most)])
    near = np.empty(room[-1], np.int32)
    starts, ends = room[:-1].copy(), room[1:].copy()
    limit = max_share * float(total.sum()) * _SLACK
    stop, taken = np.zeros(1, np.uint8), np.zeros(len(xy))

    def task(first: int, last: int) -> int:
        list_near(
            *(walk[first:last], at, place, total, cells.low, cells.shape, cells.width, cells.starts, cells.row),
            *(reach, limit, starts, ends, near, stop, taken),
        )
        return 0

    pieces = parts(len(xy), threads * 4 if len(xy) > 400 else 1)
    run([lambda piece=piece: task(*piece) for piece in pieces], threads, stop)  # type: ignore[misc]
    empty = np.flatnonzero(~settled).astype(np.int32)
    return Ground(xy, at, place, empty, walk, rows, starts, ends, near, float(taken.max()))


def _urn(key: np.uint64, tickets: Int32Array, stratum: IntArray, by_day: IntArray, days: int) -> Urn:
    widths = by_day.sum(axis=1)
    bounds = np.searchsorted(stratum, np.arange(len(by_day) + 1))
    return Urn(
        key=key,
        tickets=np.ascontiguousarray(tickets),
        parts=bounds.astype(np.int64),
        drawn=np.concatenate([[0], np.cumsum(widths)]).astype(np.int64),
        day=np.concatenate([np.repeat(np.arange(days), row) for row in by_day]).astype(np.int32),
        ladder=np.empty(0),
        sizes=np.empty(0, np.int64),
        days=days,
    )


def _people_urn(key: np.uint64, people: FloatArray, cases: int, days: int, length: int, replications: int) -> Urn:
    draw = np.random.Generator(np.random.Philox(key=int(key)))
    return Urn(
        key=key,
        tickets=np.empty(0, np.int32),
        parts=np.zeros(1, np.int64),
        drawn=np.zeros(1, np.int64),
        day=np.empty(0, np.int32),
        ladder=np.cumsum(people),
        sizes=draw.binomial(cases, days / length, replications).astype(np.int64),
        days=days,
    )


def _observed(rows: Int32Array, days: IntArray) -> tuple[Int32Array, Int32Array]:
    recent = days >= 0
    return np.ascontiguousarray(rows[recent]), days[recent].astype(np.int32)
