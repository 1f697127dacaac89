"""How the reference city mends: more time asked for and granted, works done, verified by somebody else, done again.

Delays and refusals are drawn for each task from its number.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Any, Final

import numpy as np
from django.db.models import Q, QuerySet

from anlan.city.town.ground import ZONE
from anlan.city.works.matters import POSTS, theme_of, themes
from anlan.city.year.month import Month
from anlan.prevention import actions
from anlan.prevention.models import ExtensionRequest, Problem, Result, Task
from anlan.prevention.states import ProblemState, TaskState

YEAR: Final = 2016
DAY: Final = dt.timedelta(days=1)
EARLIEST: Final = 24  # days before the deadline on which works are done at the earliest


def work(month: Month, until: dt.datetime) -> None:
    """Take every step of a task that has come until then: asked for, extended, works done, verified, done again."""
    while sum([_asked(month, until), _extended(month, until), _finished(month, until), _verified(month, until)]):
        pass


def _asked(month: Month, until: dt.datetime) -> int:
    """Ask for more time where the works will take longer, eight days before the deadline; return how often."""
    near = _tasks(TaskState.OPEN).filter(requests=None, due_on__lte=until + 9 * DAY)
    slow = [task for task in near
            if Fate.of(task, month.seed).extended and noon(task.due_on - 8 * DAY) < until]  # fmt: skip
    for task in slow:
        actions.ask_extension(task=task.number, due_on=task.due_on + 30 * DAY, reason="施工窗口不足", actor=month.actor,
                              at=noon(task.due_on - 8 * DAY))  # fmt: skip
    return len(slow)


def _extended(month: Month, until: dt.datetime) -> int:
    """Grant what was asked for, three days later; return how many."""
    waiting = [request for request in ExtensionRequest.objects.waiting().select_related("task")
               if noon(request.task.due_on - 5 * DAY) < until]  # fmt: skip
    for request in waiting:
        actions.extend(task=request.task.number, due_on=request.due_on, reason="施工窗口不足，已报分管领导同意",
                       actor=month.actor, at=noon(request.task.due_on - 5 * DAY))  # fmt: skip
    return len(waiting)


def _finished(month: Month, until: dt.datetime) -> int:
    """Say of works that they are done, the first time or again nine days after a refusal; return how many."""
    rows = []
    by_now = Q(state=TaskState.REFUSED) | Q(first_due_on__lte=until + (EARLIEST + 1) * DAY)
    for task in _tasks(TaskState.OPEN, TaskState.REFUSED).filter(by_now):
        at, words = _done_at(task, Fate.of(task, month.seed)), theme_of(task.criterion).done
        if at < until:
            words = words if task.state == TaskState.OPEN else "已返工，复测记录见附件"
            rows.append((at, {"task": task.number, "words": words, "at": at}))
    actions.finish_tasks(rows=_in_time(rows), actor=month.actor, at=until)
    return len(rows)


def _done_at(task: Task, fate: Fate) -> dt.datetime:
    refused = task.results.last() if task.state == TaskState.REFUSED else None
    return refused.verified_at + 9 * DAY if refused else noon(fate.done_on)


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


def _in_time(steps: list[tuple[dt.datetime, dict[str, Any]]]) -> list[dict[str, Any]]:
    return [step for _, step in sorted(steps, key=lambda step: (step[0], step[1]["task"]))]


def plan_again(month: Month) -> None:
    """Plan anew, on the sixth morning of a month, where works failed in the month before."""
    at = month.begins + dt.timedelta(days=5, hours=9, minutes=30)
    failed = Problem.objects.filter(state=ProblemState.REOPENED, lead__isnull=False).select_related("lead")
    tasks = [
        {"problem": problem.number, "kind": "permanent", "due_on": (at + 60 * DAY).date(), **_as_before(problem),
         "title": "复发点位再整治" if problem.site_id else "反弹问题再整治"}
        for problem in failed
    ]  # fmt: skip
    if tasks:
        actions.plan_tasks(tasks=tasks, actor=month.actor, at=at)


def _as_before(problem: Problem) -> dict[str, str]:
    """Return the post and the criterion of the works that did not last."""
    last = problem.tasks.filter(kind=Task.Kind.PERMANENT).order_by("-number").first()
    lead = problem.lead.code if problem.lead else ""
    if last is None:
        return {"responsible": POSTS.get(lead, "科长"), "criterion": themes()["flood"].criterion}
    return {"responsible": last.responsible, "criterion": last.criterion}


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
        return _fate(seed, task.number, task.first_due_on)


@lru_cache(maxsize=4096)  # asked for each time that the works are looked at
def _fate(seed: int, number: str, due: dt.date) -> Fate:
    dice = np.random.default_rng([seed, int(number.split("-")[-1]), 31])
    chance, early, late = dice.random(), dice.integers(1, EARLIEST + 1), dice.integers(2, 75)
    refused = bool(dice.random() < 0.08)
    if chance < 0.72:
        return Fate(due - int(early) * DAY, extended=False, refused=refused)
    if chance < 0.84:
        return Fate(due + int(early) * DAY, extended=True, refused=refused)
    if chance < 0.97:
        return Fate(due + int(late) * DAY, extended=False, refused=refused)
    return Fate(due + int(dice.integers(25, 150)) * DAY, extended=False, refused=False)


def noon(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(12), ZONE)
