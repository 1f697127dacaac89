"""From events and options to what the kernels need: places, masses, days, urn."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from anlan.analysis._given import column, labels, metres, moments, unmasked, whole
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
from anlan.analysis.scan._labels import Crowd, crowd_of
from anlan.analysis.scan._plain import Span
from anlan.analysis.scan._random import Urn
from anlan.analysis.scan._run import parts, run, workers

KINDS = ("permutation", "poisson", "poisson_by_day", "bernoulli")
OVER = ("space_time", "space", "time")
_LONGEST = 200_000
_MOST_PEOPLE = 1e12
_SLACK = 1 + 1e-12  # 0.07 * 100 is a little more than 7


@dataclass(frozen=True)
class Model:
    """A scan that is ready to run.

    `day`, `place_of` : of each row of the input. `base` : the study day that the span's day 0 is, counted from 0;
    `observed` : rows and span days of the cases there, by row; `by_day` : cases of each day of the study period;
    `crowd` : cases and controls together (Bernoulli).
    """

    ground: Ground
    span: Span
    urn: Urn
    place_of: IntArray
    day: IntArray
    origin: int
    observed: tuple[Int32Array, Int32Array]
    by_day: IntArray
    sphere: bool
    prospective: bool
    parameters: Mapping[str, Any]
    crowd: Crowd | None = None


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
    kind: str | None = None,
    over: str = "space_time",
    controls: Events | None = None,
) -> Model:
    """Check everything and lay it out.

    Long because everything is checked and laid out in one order, each step on the last.
    """
    kind = _kind(kind, population, over, controls, strata)
    own_rows, events = len(events), events if controls is None else _together(events, controls)
    day = np.floor(events.day).astype(np.int64)
    period = first, last = _period(day, study_period)
    if over == "space":  # one day, and one window of it
        day, first, last, max_days, prospective = np.zeros_like(day), 0, 0, 1, True
    length = last - first + 1
    _check(length, max_share, max_radius_m, max_days, replications, seed)
    _check_looks(adjust_for_looks, prospective, length)
    # whole numbers of any type, such as 7.0 or one of 32 bits, are one type to what is compiled
    max_days, replications, seed, adjust_for_looks = map(int, (max_days, replications, seed, adjust_for_looks))
    extra = _extra_places(None if over == "time" else places)
    people = np.ones(1) if over == "time" else _people(population, extra, strata)
    points = np.column_stack([events.x, events.y])
    if over == "time":  # one place, and one circle around it
        points, extra, max_share, max_radius_m = np.zeros_like(points), np.zeros((1, 2)), 1.0, None
    counts = np.ones(len(events), dtype=np.int64) if events.counts is None else events.counts
    cases = int(counts[:own_rows].sum())
    if cases == 0:
        raise ValueError("there are no cases to scan: all counts are 0")
    if (many := int(counts.sum())) >= 1 << 31:
        raise ValueError(f"{many:,} cases are too many; scan at most {(1 << 31) - 1:,}")
    if kind == "bernoulli" and many == cases:
        raise ValueError("there are no controls to hold the cases against: all counts are 0")
    stratum, strata_told = _strata(strata, day, len(events))
    xy, place_of = unique_places(np.concatenate([points, extra]))
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
    if people is None or kind == "poisson_by_day":
        cum = np.concatenate([np.zeros((len(by_day), 1)), np.cumsum(by_day, axis=1)], axis=1)
        in_all = np.bincount(stratum, weights=counts, minlength=len(by_day)).astype(np.float64)
    else:
        cum = np.arange(days + 1, dtype=np.float64)[None] * cases
        in_all = np.array([float(ground.mass.sum()) * length])
    if kind == "poisson_by_day":
        in_all = np.array([float(ground.mass.sum())])
    key = np.random.SeedSequence(seed).generate_state(1, np.uint64)[0]
    first_end, crowd = length - looks - base if prospective else 0, None
    if kind == "bernoulli":
        since = day - first - base
        crowd, tickets = crowd_of(row_of[own], since, counts, own_rows, len(ground.mass), days, first_end, max_days)
        urn = _urn(key, tickets, np.zeros(many, np.int64), np.array([[cases]]), 1)
    elif people is None:
        urn = _urn(key, row_of[own[order]], stratum[order], by_day, days)
    else:
        kept = by_day[0] if kind == "poisson_by_day" else None
        urn = _people_urn(key, ground.mass[:, 0], cases, days, length, replications, kept)
    return Model(
        ground=ground,
        span=Span(cum, in_all, first_end, max_days, float(cases)),
        urn=urn,
        place_of=own[:own_rows],
        day=day[:own_rows],
        origin=first + base,
        observed=_observed(row_of[own[order]], day[order] - first - base),
        by_day=np.bincount(day - first, weights=counts, minlength=length).astype(np.int64),
        sphere=events.metric == "sphere",
        prospective=prospective,
        parameters={
            "model": kind,
            "over": over,
            "max_share": float(max_share),
            "max_radius_m": None if max_radius_m is None else float(max_radius_m),
            "max_days": int(max_days),
            "prospective": bool(prospective),
            "study_period": period,
            "strata": strata_told,
            "adjust_for_looks": int(adjust_for_looks),
            "replications": int(replications),
            "seed": int(seed),
            "places": len(xy),
            "cases": cases,
            "controls": None if controls is None else many - cases,
        },
        crowd=crowd,
    )


def _together(events: Events, controls: Events) -> Events:
    """Return cases and, after them, controls."""
    if events.metric != controls.metric or events.plane != controls.plane:
        raise ValueError(
            "cases and controls must lie on one plane, or both on the sphere: "
            "make their events together, and slice them: everybody[is_case], everybody[~is_case]"
        )
    counts = [np.ones(len(rows), np.int64) if rows.counts is None else rows.counts for rows in (events, controls)]
    x, y, day = (np.concatenate([getattr(events, name), getattr(controls, name)]) for name in ("x", "y", "day"))
    together = Events(x, y, day, np.concatenate(counts))
    object.__setattr__(together, "metric", events.metric)
    return together


def _kind(kind: str | None, population: npt.ArrayLike | None, over: str, controls: Events | None, strata: Any) -> str:
    """Return the model that is meant, or say why it cannot be."""
    if over not in OVER:
        raise ValueError(f"over is one of {', '.join(OVER)}, not {over!r}")
    if controls is not None or kind == "bernoulli":
        return _labelled(kind, population, controls, strata)
    kind = kind or ("permutation" if population is None and over != "time" else "poisson")
    if kind not in KINDS:
        raise ValueError(f"model is one of {', '.join(KINDS)}, not {kind!r}")
    if kind == "permutation" and (over != "space_time" or population is not None):
        raise ValueError(
            "the permutation model asks whether place and day go together: it takes no population, and both of them; "
            "over space give population"
        )
    if kind == "poisson_by_day" and over != "space_time":
        raise ValueError("poisson_by_day takes each day's cases as they are; over space or time alone write poisson")
    if kind != "permutation" and over != "time" and population is None:
        raise ValueError(f"the model {kind} needs population, the people at risk at each of places")
    return kind


def _labelled(kind: str | None, population: npt.ArrayLike | None, controls: Events | None, strata: Any) -> str:
    if kind not in (None, "bernoulli"):
        raise ValueError(f"controls are for the bernoulli model, not for {kind}")
    if controls is None:
        raise ValueError("the bernoulli model holds cases against controls: give controls, those who were no cases")
    if population is not None or strata is not None:
        raise ValueError("the bernoulli model takes controls, and neither population nor strata")
    return "bernoulli"


def _period(day: IntArray, asked: tuple[float, float] | None) -> tuple[int, int]:
    if not len(day):
        raise ValueError("there are no events to scan")
    if asked is None:
        return int(day.min()), int(day.max())
    first, last = (math.floor(bound) for bound in _two_days(asked))
    if last < first:
        raise ValueError(f"study_period ends on day {last}, before it begins on day {first}")
    if outside := int(((day < first) | (day > last)).sum()):
        raise ValueError(f"{outside} events lie outside the study period {first} to {last}; widen it or leave them out")
    return first, last


def _two_days(asked: tuple[float, float]) -> FloatArray:
    days = moments("study_period", np.atleast_1d(unmasked("study_period", asked)))
    if len(days) != 2:
        raise ValueError(f"study_period is its first and its last day, not {asked!r}")
    return days


def _check(
    length: int, max_share: float, max_radius_m: float | None, max_days: int, replications: int, seed: int
) -> None:
    if not 0 < max_share <= 1:
        raise ValueError(f"max_share must be more than 0 and at most 1, not {max_share}; 0.5 is usual")
    if max_radius_m is not None:
        metres("max_radius_m", max_radius_m)
    whole("max_days", max_days, 1)
    if length > _LONGEST:
        raise ValueError(f"the study period of {length:,} days is too long; scan at most {_LONGEST:,}")
    if max_days > length:
        raise ValueError(
            f"max_days {max_days} is longer than the study period of {length} days; "
            f"write max_days={max(1, length // 2)} or less, or give study_period"
        )
    whole("replications", replications, 1, "999 is usual")
    whole("seed", seed, 0)


def _check_looks(looks: int, prospective: bool, length: int) -> None:
    whole("adjust_for_looks", looks, 1, "this scan alone")
    if looks > 1 and not prospective:
        raise ValueError("adjust_for_looks is for prospective scans; a retrospective one looks at every day already")
    if looks > length:
        raise ValueError(f"adjust_for_looks {looks} is more than the {length} days of the study period")


def _extra_places(places: npt.ArrayLike | None) -> FloatArray:
    if places is None:
        return np.empty((0, 2))
    given = unmasked("places", places)
    if given.ndim != 2 or given.shape[1] != 2:
        raise ValueError(f"places must have two columns, x and y, not the shape {given.shape}")
    return column("places", given.ravel()).reshape(-1, 2)


def _people(population: npt.ArrayLike | None, places: FloatArray, strata: Any) -> FloatArray | None:
    if population is None:
        return None
    if unmasked("population", population).shape != (len(places),):
        raise ValueError(f"population must have one number for each of the {len(places)} rows of places")
    people = column("population", population, _MOST_PEOPLE)
    if (people < 0).any() or not people.sum() > 0:
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
        kind: npt.NDArray[Any] = day % 7
    else:
        kind = labels("strata", strata, length)
    named = "day_of_week" if isinstance(strata, str) else "given"
    return np.unique(kind, return_inverse=True)[1].reshape(-1).astype(np.int64), named


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


def _people_urn(
    key: np.uint64, people: FloatArray, cases: int, days: int, length: int, replications: int, by_day: IntArray | None
) -> Urn:
    """Return an urn of places by their people; where `by_day` is given each day keeps its number of cases."""
    draw = np.random.Generator(np.random.Philox(key=int(key)))
    kept = np.empty(0, np.int32) if by_day is None else np.repeat(np.arange(days), by_day).astype(np.int32)
    fixed = np.full(replications, len(kept), np.int64)
    return Urn(
        key=key,
        tickets=np.empty(0, np.int32),
        parts=np.zeros(1, np.int64),
        drawn=np.zeros(1, np.int64),
        day=kept,
        ladder=np.cumsum(people),
        sizes=fixed if by_day is not None else draw.binomial(cases, days / length, replications).astype(np.int64),
        days=days,
    )


def _observed(rows: Int32Array, days: IntArray) -> tuple[Int32Array, Int32Array]:
    recent = days >= 0
    return np.ascontiguousarray(rows[recent]), days[recent].astype(np.int32)
