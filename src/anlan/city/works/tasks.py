"""How the reference city mends: works done, verified by somebody else, extended in time, tested by rain, put back.

Delays and refusals are drawn; whether a place holds after its works follows `HOLDS`, an assumption of the simulation
that no page knows of. What the estimate makes of it comes out as it does.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import numpy as np
from django.db.models import Q, QuerySet

from anlan.city.works.matters import POSTS, theme_of, themes
from anlan.city.year.flood import ZONE
from anlan.city.year.months import Month, flood_year, place_of, storms_of
from anlan.core.refusals import Refused
from anlan.geo import distance_m
from anlan.prevention import actions
from anlan.prevention.models import ExtensionRequest, Problem, Result, Storm, Task
from anlan.prevention.states import ProblemState, TaskState

YEAR: Final = 2016
DAY: Final = dt.timedelta(days=1)
SLIPS: Final = 0.06  # share of struck-off problems of other origins where a later look finds the trouble back
HOLDS: Final = 0.6  # share of floods that a mended place does not have any more
INTERIM_HOLDS: Final = 0.2
AT_SITE_M: Final = 100.0


def work(month: Month, until: dt.datetime) -> None:
    """Take every step of a task that has come until then: asked for, extended, works done, verified, done again."""
    while sum([_asked(month, until), _extended(month, until), _finished(month, until), _verified(month, until)]):
        pass


def _asked(month: Month, until: dt.datetime) -> int:
    """Ask for more time where the works will take longer, eight days before the deadline; return how often."""
    slow = [task for task in _tasks(TaskState.OPEN).filter(requests=None)
            if Fate.of(task, month.seed).extended and _noon(task.due_on - 8 * DAY) < until]  # fmt: skip
    for task in slow:
        actions.ask_extension(task=task.number, due_on=task.due_on + 30 * DAY, reason="施工窗口不足", actor=month.actor,
                              at=_noon(task.due_on - 8 * DAY))  # fmt: skip
    return len(slow)


def _extended(month: Month, until: dt.datetime) -> int:
    """Grant what was asked for, three days later; return how many."""
    waiting = [one for one in ExtensionRequest.objects.waiting().select_related("task")
               if _noon(one.task.due_on - 5 * DAY) < until]  # fmt: skip
    for one in waiting:
        actions.extend(task=one.task.number, due_on=one.due_on, reason="施工窗口不足，已报分管领导同意",
                       actor=month.actor, at=_noon(one.task.due_on - 5 * DAY))  # fmt: skip
    return len(waiting)


def _finished(month: Month, until: dt.datetime) -> int:
    """Say of works that they are done, the first time or again nine days after a refusal; return how many."""
    rows = []
    for task in _tasks(TaskState.OPEN, TaskState.REFUSED):
        at, words = _done_at(task, Fate.of(task, month.seed)), theme_of(task.criterion).done
        if at < until:
            words = words if task.state == TaskState.OPEN else "已返工，复测记录见附件"
            rows.append((at, {"task": task.number, "words": words, "at": at}))
    actions.finish_tasks(rows=_in_time(rows), actor=month.actor, at=until)
    return len(rows)


def _done_at(task: Task, fate: Fate) -> dt.datetime:
    looked = task.results.last() if task.state == TaskState.REFUSED else None
    if looked:
        return looked.verified_at + 9 * DAY
    return _noon(fate.done_on)


def _verified(month: Month, until: dt.datetime) -> int:
    """Let somebody else look three days later, who refuses some the first time; return how many."""
    rows = []
    looked = set(Result.objects.values_list("task_id", flat=True))
    for task in _tasks(TaskState.WORKS_DONE):
        refused = Fate.of(task, month.seed).refused and task.pk not in looked
        words = theme_of(task.criterion).refused if refused else ""
        at = task.finished_at + 3 * DAY if task.finished_at else until
        if at < until:
            rows.append((at, {"task": task.number, "passed": not refused, "words": words, "at": at}))
    actions.verify_tasks(rows=_in_time(rows), by="government", actor=month.actor, at=until)
    return len(rows)


def _tasks(*states: str) -> QuerySet[Task]:
    return Task.objects.filter(state__in=states).order_by("number")


def _in_time(rows: list[tuple[dt.datetime, dict[str, Any]]]) -> list[dict[str, Any]]:
    return [row for _, row in sorted(rows, key=lambda one: (one[0], one[1]["task"]))]


def record_storms(month: Month) -> None:
    """Write down the storms that the gauges saw."""
    for start, end, peak in storms_of(month):
        actions.record_storm(start=start, end=end, peak_mm_h=peak, source="雨量站（模拟）", actor=month.actor,
                             at=end + dt.timedelta(hours=12))  # fmt: skip


def plan_again(month: Month) -> None:
    """Plan anew, on the sixth morning of a month, where works failed in the month before."""
    at = month.begins + dt.timedelta(days=5, hours=9, minutes=30)
    failed = Problem.objects.filter(state=ProblemState.REOPENED, lead__isnull=False).select_related("lead")
    tasks = [
        {"problem": one.number, "kind": "permanent", "title": "复发点位再整治" if one.site_id else "反弹问题再整治",
         "due_on": (at + 60 * DAY).date(), **_as_before(one)}
        for one in failed
    ]  # fmt: skip
    if tasks:
        actions.plan_tasks(tasks=tasks, actor=month.actor, at=at)


def after_the_rain(month: Month) -> None:
    """Strike off what holds, floods once rain has tested them, and put back what slips."""
    at = month.ends - dt.timedelta(hours=4)
    _slipped(month, at)
    for one in _to_strike_off(at):
        paper = f"苏挂督销〔{month.year}〕{int(one.number[-4:])}号" if one.supervision_level else ""
        try:
            actions.strike_off(problem=one.number, reference=paper, actor=month.actor, at=at)
        except Refused:
            continue  # no storm has tested it yet


def _slipped(month: Month, at: dt.datetime) -> None:
    """Put back what was struck off a month ago or longer and did not last."""
    struck = Problem.objects.filter(
        state=ProblemState.STRUCK_OFF, site=None, reopened=0, struck_off_at__lt=month.begins
    )
    for number in struck.order_by("number").values_list("number", flat=True):
        dice = np.random.default_rng([month.seed, int(number[-4:]), month.month, 37])
        if dice.random() < SLIPS / 3:
            actions.reopen(problem=number, reason="复查发现问题反弹", actor=month.actor, at=at - 9 * DAY)


def _as_before(problem: Problem) -> dict[str, str]:
    """Return the post and the criterion of the works that did not last."""
    last = problem.tasks.filter(kind=Task.Kind.PERMANENT).order_by("-number").first()
    lead = problem.lead.code if problem.lead else ""
    if last is None:
        return {"responsible": POSTS.get(lead, "科长"), "criterion": themes()["flood"].criterion}
    return {"responsible": last.responsible, "criterion": last.criterion}


def _to_strike_off(at: dt.datetime) -> QuerySet[Problem]:
    """Return the accepted problems that no rain has to test, or that a storm has come to since."""
    last = Storm.objects.filter(end__lte=at).order_by("start").last()
    tested = Q(accepted_at__lte=last.start) if last else Q(pk__in=())
    return Problem.objects.filter(Q(rain_test_mm_h=None) | tested, state=ProblemState.ACCEPTED).order_by("number")


def climb(month: Month) -> None:
    """Let the ladder take its steps, once a week."""
    for n in range(4):
        at = month.begins + dt.timedelta(days=7 * n + 6, hours=8)
        if at < month.ends:
            actions.escalate_overdue(actor=month.actor, at=at)


class Fate:
    """What comes of one task, drawn from its number."""

    def __init__(self, done_on: dt.date, *, extended: bool, refused: bool) -> None:
        self.done_on, self.extended, self.refused = done_on, extended, refused

    @classmethod
    def of(cls, task: Task, seed: int) -> Fate:
        """Return it: most in time, some later by a grant, some late, a few only long after the interview."""
        dice = np.random.default_rng([seed, int(task.number.split("-")[-1]), 31])
        chance, early, late = dice.random(), dice.integers(1, 25), dice.integers(2, 75)
        refused = bool(dice.random() < 0.08)
        if chance < 0.72:
            return cls(task.first_due_on - int(early) * DAY, extended=False, refused=refused)
        if chance < 0.84:
            return cls(task.first_due_on + int(early) * DAY, extended=True, refused=refused)
        if chance < 0.97:
            return cls(task.first_due_on + int(late) * DAY, extended=False, refused=refused)
        return cls(task.first_due_on + int(dice.integers(25, 150)) * DAY, extended=False, refused=False)


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
        for row in passed.order_by("verified_at"):
            problem = row.task.problem
            if problem.lon is None or problem.lat is None:
                continue
            apart = distance_m(problem.lon, problem.lat, places[:, 0], places[:, 1])
            near = int(np.argmin(apart))
            if apart[near] > AT_SITE_M:
                continue
            holds = HOLDS if row.task.kind == Task.Kind.PERMANENT else INTERIM_HOLDS
            if near not in self.since or holds > self.since[near][1]:
                self.since[near] = (row.verified_at, holds)

    def fails(self, place: int, at: dt.datetime) -> bool:
        """Whether a place floods in the storm of that day, if the rain would flood it without works."""
        begun = self.since.get(place)
        if begun is None or at < begun[0]:
            return True
        storm = (at - dt.timedelta(hours=2)).date().toordinal()
        return bool(np.random.default_rng([self.seed, place, storm]).random() >= begun[1])


def _noon(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(12), ZONE)
