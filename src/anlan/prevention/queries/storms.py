"""Storms: each with the mended places that wait for a word after it, and each mended place with what it has stood."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

import numpy as np
from django.db.models import Q, QuerySet, prefetch_related_objects

from anlan.geo import distance_m
from anlan.intake.models import Report
from anlan.intake.states import COUNTED
from anlan.prevention.models import Problem, Storm
from anlan.prevention.queries.places import reach, reports_at
from anlan.prevention.rules import RAIN_TEST_MM_H, RUNS_OFF
from anlan.prevention.states import ProblemState

TOP_MM_H = 100.0  # where the drawn bar ends


@dataclass(frozen=True)
class StormTest:
    """A storm and how many places, mended before it and still to be struck off, it was strong enough to test."""

    storm: Storm
    waiting: int

    @property
    def line(self) -> float:
        """Return where its bar reaches the rain that usually tests works, in per cent."""
        return 100.0 * RAIN_TEST_MM_H / TOP_MM_H

    @property
    def share(self) -> float:
        """Return the length of its bar, in per cent."""
        return min(100.0, 100.0 * self.storm.peak_mm_h / TOP_MM_H)


@dataclass(frozen=True)
class Tested:
    """The storms strong enough since the works were accepted, and whether the place stood each of them."""

    storms: list[tuple[Storm, bool]]

    @property
    def held(self) -> bool:
        """Whether one of them left no failure."""
        return any(stood for _, stood in self.storms)


def storms() -> QuerySet[Storm]:
    """Return the storms, the newest first."""
    return Storm.objects.order_by("-start")


def peaks_of(episodes: Sequence[tuple[dt.datetime, dt.datetime]]) -> list[float | None]:
    """Return the strongest rain behind each episode of reports, None where no storm was measured then."""
    if not episodes:
        return []
    until = max(last for _, last in episodes)
    known = list(Storm.objects.filter(start__lte=until).values_list("start", "end", "peak_mm_h"))
    return [
        max((peak for start, end, peak in known if start <= last and first <= end + RUNS_OFF), default=None)
        for first, last in episodes
    ]


def with_waiting(listed: Sequence[Storm]) -> list[StormTest]:
    """Return storms with the number of places that wait for a word after them."""
    accepted = Problem.objects.filter(state=ProblemState.ACCEPTED, rain_test_mm_h__isnull=False)
    waiting = list(accepted.values_list("accepted_at", "rain_test_mm_h"))
    return [
        StormTest(
            storm, sum(1 for at, mm_h in waiting if at and at <= storm.start and mm_h and mm_h <= storm.peak_mm_h)
        )
        for storm in listed
    ]


def last_stood(problem: Problem, at: dt.datetime) -> Storm | None:
    """Return the last storm that a mended place has stood, if there was one."""
    if problem.looked_back and problem.looked_back[0] == at:
        known: Storm | None = problem.looked_back[1]
        return known
    return next((storm for storm, stood in reversed(tests_of(problem, at)) if stood), None)


def look_back(problems: Sequence[Problem], at: dt.datetime) -> None:
    """Read for many mended places at once which storm each has stood last; `last_stood` then answers from memory."""
    over = list(Storm.objects.filter(end__lte=at - RUNS_OFF))
    strong = {
        problem.pk: [storm for storm in over if storm.start >= problem.accepted_at
                     and storm.peak_mm_h >= problem.rain_test_mm_h]
        for problem in problems if problem.accepted_at and problem.rain_test_mm_h is not None
    }  # fmt: skip
    failed = _failures([problem for problem in problems if strong.get(problem.pk)], over)
    for problem in problems:
        stood = [storm for storm in strong.get(problem.pk, ()) if not _has_failed(storm, failed.get(problem.pk, ()))]
        problem.looked_back = (at, stood[-1] if stood else None)


def _failures(problems: Sequence[Problem], storms: Sequence[Storm]) -> dict[int, list[dt.datetime]]:
    """Return by problem when reports of its kind came from its place, in any of these storms."""
    prefetch_related_objects(problems, "site")
    placed = [problem for problem in problems if problem.site and problem.lon is not None and problem.lat is not None]
    if not placed or not storms:
        return {}
    kinds = {kind for problem in placed if problem.site for kind in problem.site.subject.split("+")}
    reports = Report.objects.filter(_during(storms), validity__in=COUNTED, lon__isnull=False)
    rows = list(reports.filter(category__code__in=kinds).values_list("received_at", "lon", "lat", "category__code"))
    lon, lat = (np.array([row[axis] for row in rows], dtype=float) for axis in (1, 2))
    failed: dict[int, list[dt.datetime]] = {}
    for problem in placed:
        assert problem.site
        assert problem.lon is not None
        assert problem.lat is not None
        near = np.flatnonzero(distance_m(problem.lon, problem.lat, lon, lat) <= reach(problem))
        own = problem.site.subject.split("+")
        failed[problem.pk] = [rows[n][0] for n in near if rows[n][3] in own]
    return failed


def _has_failed(storm: Storm, moments: Iterable[dt.datetime]) -> bool:
    return any(storm.start <= at <= storm.end + RUNS_OFF for at in moments)


def _during(storms: Sequence[Storm]) -> Q:
    return reduce(or_, (Q(received_at__range=(storm.start, storm.end + RUNS_OFF)) for storm in storms))


def tests_of(problem: Problem, at: dt.datetime) -> list[tuple[Storm, bool]]:
    """Return the storms strong enough since the works were accepted, and whether the place held in each."""
    if problem.accepted_at is None or problem.rain_test_mm_h is None:
        return []
    strong = Storm.objects.filter(start__gte=problem.accepted_at, peak_mm_h__gte=problem.rain_test_mm_h)
    over = list(strong.filter(end__lte=at - RUNS_OFF))
    if not over:
        return []
    failed = [report.received_at for report in reports_at(problem, Report.objects.filter(_during(over)))]
    return [(storm, not _has_failed(storm, failed)) for storm in over]
