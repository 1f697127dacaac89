"""Whether a report lies at a problem's place."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import QuerySet

from anlan.core.chunks import chunks
from anlan.geo import distance_m
from anlan.intake.models import Category, Report
from anlan.intake.states import COUNTED
from anlan.prevention.models import Problem
from anlan.prevention.states import MENDED

AROUND_M = 50.0  # how far beside the place a report may be put and still be of it


def reports_at(problem: Problem, among: QuerySet[Report]) -> list[Report]:
    """Return the reports among these that are no misdial, lie at the problem's place and are of its kind."""
    if problem.site is None or problem.lon is None or problem.lat is None:
        return []
    lon, lat = degrees(problem.lat, reach(problem))
    near = among.filter(
        validity__in=COUNTED,
        category__code__in=problem.site.subject.split("+"),
        lon__range=(problem.lon - lon, problem.lon + lon),
        lat__range=(problem.lat - lat, problem.lat + lat),
    )
    return [report for report in near if is_at(problem, report.lon, report.lat)]


def wet() -> set[str]:
    """Return the categories of what rain does."""
    return set(Category.objects.filter(group="flooding").values_list("code", flat=True))


def problems_at(lon: float, lat: float, category: str, **only: Any) -> list[Problem]:
    """Return the problems whose place a report of this category lies at, the nearest first."""
    wide, high = degrees(lat, 1100.0)
    near = Problem.objects.filter(
        site__subject__contains=category,
        lon__range=(lon - wide, lon + wide),
        lat__range=(lat - high, lat + high),
        **only,
    ).select_related("site", "lead")
    found = [
        problem
        for problem in near
        if problem.site and category in problem.site.subject.split("+") and is_at(problem, lon, lat)
    ]
    return sorted(found, key=lambda problem: apart_m(problem, lon, lat))


@dataclass(frozen=True)
class Heard:
    """Where, when and of what a report is."""

    number: str
    received_at: dt.datetime
    lon: float
    lat: float
    category: str


def heard_at_places(numbers: Sequence[str]) -> list[Heard]:
    """Return those of these reports that have a place."""
    rows: Any = Report.objects.filter(lon__isnull=False).values_list(
        "number", "received_at", "lon", "lat", "category__code"
    )
    return [Heard(*row) for some in chunks(numbers) for row in rows.filter(number__in=some)]


def are_mended() -> bool:
    """Whether any place is mended, so that a report from it would say that it fails."""
    return Problem.objects.filter(state__in=MENDED, site__isnull=False, lon__isnull=False).exists()


def near_mended(points: Sequence[tuple[float, float, str]]) -> list[list[Problem]]:
    """Return for each point and category the mended problems of that kind that lie there, the nearest first."""
    mended = Problem.objects.filter(state__in=MENDED, site__isnull=False, lon__isnull=False)
    found: list[list[tuple[float, Problem]]] = [[] for _ in points]
    lon, lat = (np.array([point[axis] for point in points], dtype=float) for axis in (0, 1))
    of_kind: dict[str, np.ndarray[Any, Any]] = {}
    for problem in mended.select_related("site", "lead"):
        if problem.site is None or problem.lon is None or problem.lat is None:
            continue
        for kind in problem.site.subject.split("+"):
            if kind not in of_kind:
                of_kind[kind] = np.array([n for n, point in enumerate(points) if point[2] == kind], dtype=int)
            among = of_kind[kind]
            apart = distance_m(problem.lon, problem.lat, lon[among], lat[among])
            for k in np.flatnonzero(apart <= reach(problem)):
                found[among[k]].append((float(apart[k]), problem))
    return [[problem for _, problem in sorted(near, key=lambda pair: pair[0])] for near in found]


def is_at(problem: Problem, lon: float | None, lat: float | None) -> bool:
    """Whether a point lies at the problem's place."""
    return lon is not None and lat is not None and apart_m(problem, lon, lat) <= reach(problem)


def apart_m(problem: Problem, lon: float, lat: float) -> float:
    """Return how far a point lies from the middle of a problem's place; one without a place is nowhere near."""
    if problem.lon is None or problem.lat is None:
        return math.inf
    return float(distance_m(problem.lon, problem.lat, lon, lat))


def reach(problem: Problem) -> float:
    """Return how far around its centre a place reaches, in metres."""
    return (problem.radius_m or 0.0) + AROUND_M


def degrees(lat: float, metres: float) -> tuple[float, float]:
    """Return a distance in degrees of longitude and latitude, a little too wide."""
    high = metres / 110_000
    return high / max(0.1, math.cos(math.radians(lat))), high
