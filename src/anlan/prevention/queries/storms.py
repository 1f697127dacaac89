"""Storms: each with the mended places that wait for a word after it, and each mended place with what it has stood."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from anlan.intake.models import Report
from anlan.prevention.models import Problem, Storm
from anlan.prevention.queries.places import reports_at
from anlan.prevention.rules import RUNS_OFF
from anlan.prevention.states import ProblemState

TOP_MM_H = 100.0  # where the drawn bar ends


@dataclass(frozen=True)
class StormTest:
    """A storm and how many places, mended before it and still to be struck off, it was strong enough to test."""

    storm: Storm
    waiting: int

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
    return next((storm for storm, stood in reversed(tests_of(problem, at)) if stood), None)


def tests_of(problem: Problem, at: dt.datetime) -> list[tuple[Storm, bool]]:
    """Return the storms strong enough since the works were accepted, and whether the place held in each."""
    if problem.accepted_at is None or problem.rain_test_mm_h is None:
        return []
    strong = Storm.objects.filter(start__gte=problem.accepted_at, peak_mm_h__gte=problem.rain_test_mm_h)
    over = list(strong.filter(end__lte=at - RUNS_OFF))
    if not over:
        return []
    during = reduce(or_, (Q(received_at__range=(storm.start, storm.end + RUNS_OFF)) for storm in over))
    failed = [report.received_at for report in reports_at(problem, Report.objects.filter(during))]
    return [(storm, not any(storm.start <= at <= storm.end + RUNS_OFF for at in failed)) for storm in over]
