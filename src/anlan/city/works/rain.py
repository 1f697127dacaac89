"""What rain makes of the reference city's works: what holds is struck off, what slips is put back.

Whether a place holds after its works follows `HOLDS`, an assumption of the simulation that no page knows of. What the
estimate makes of it comes out as it does.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

import numpy as np
from django.db.models import Q, QuerySet

from anlan.city.works.tasks import DAY, YEAR
from anlan.city.year.flood import flood_year, place_of, storms_of
from anlan.city.year.month import Month
from anlan.geo import distance_m
from anlan.prevention import actions
from anlan.prevention.models import Problem, Result, Storm, Task
from anlan.prevention.states import ProblemState

SLIPS: Final = 0.06  # share of struck-off problems of other origins where a later look finds the trouble back
HOLDS: Final = 0.6  # share of floods that a mended place does not have any more
INTERIM_HOLDS: Final = 0.2
AT_SITE_M: Final = 100.0


def record_storms(month: Month) -> None:
    """Write down the storms that the gauges saw."""
    for start, end, peak in storms_of(month.year, month.month):
        actions.record_storm(start=start, end=end, peak_mm_h=peak, source="雨量站（模拟）", actor=month.actor,
                             at=end + dt.timedelta(hours=12))  # fmt: skip


def after_the_rain(month: Month) -> None:
    """Strike off what holds, floods once rain has tested them, and put back what slips."""
    at = month.ends - dt.timedelta(hours=4)
    _slipped(month, at)
    rows = [{"problem": problem.number, "reference": _paper(problem, month)} for problem in _to_strike_off(at)]
    actions.strike_off_tested(rows=rows, actor=month.actor, at=at)


def _paper(problem: Problem, month: Month) -> str:
    return f"苏挂督销〔{month.year}〕{int(problem.number[-4:])}号" if problem.supervision_level else ""


def _slipped(month: Month, at: dt.datetime) -> None:
    """Put back what was struck off a month ago or longer and did not last."""
    struck = Problem.objects.filter(
        state=ProblemState.STRUCK_OFF, site=None, reopened=0, struck_off_at__lt=month.begins
    )
    for number in struck.order_by("number").values_list("number", flat=True):
        dice = np.random.default_rng([month.seed, int(number[-4:]), month.month, 37])
        if dice.random() < SLIPS / 3:
            actions.reopen(problem=number, reason="复查发现问题反弹", actor=month.actor, at=at - 9 * DAY)


def _to_strike_off(at: dt.datetime) -> QuerySet[Problem]:
    """Return the accepted problems that no rain has to test, or that a storm has come to since."""
    last = Storm.objects.filter(end__lte=at).order_by("start").last()
    tested = Q(accepted_at__lte=last.start) if last else Q(pk__in=())
    return Problem.objects.filter(Q(rain_test_mm_h=None) | tested, state=ProblemState.ACCEPTED).order_by("number")


class Ground:
    """Which true places hold by now: what works do to them, as the simulation has it."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.since: dict[int, tuple[dt.datetime, float]] = {}

    def look(self) -> None:
        """Read which tasks passed, and when."""
        flood = flood_year(self.seed, YEAR)
        places = np.array([place_of(flood, n) for n in range(len(flood.place_x))])
        passed = Result.objects.filter(passed=True, task__problem__site__isnull=False).select_related("task__problem")
        for result in passed.order_by("verified_at"):
            problem = result.task.problem
            if problem.lon is None or problem.lat is None:
                continue
            apart = distance_m(problem.lon, problem.lat, places[:, 0], places[:, 1])
            near = int(np.argmin(apart))
            if apart[near] > AT_SITE_M:
                continue
            holds = HOLDS if result.task.kind == Task.Kind.PERMANENT else INTERIM_HOLDS
            if near not in self.since or holds > self.since[near][1]:
                self.since[near] = (result.verified_at, holds)

    def fails(self, place: int, at: dt.datetime) -> bool:
        """Whether a place floods in the storm of that day, if the rain would flood it without works."""
        begun = self.since.get(place)
        if begun is None or at < begun[0]:
            return True
        storm = (at - dt.timedelta(hours=2)).date().toordinal()
        return bool(np.random.default_rng([self.seed, place, storm]).random() >= begun[1])
