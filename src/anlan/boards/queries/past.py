"""How problems and tasks stood at a moment that is past: from their moves, entries, results and clocks."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from anlan.boards.scope import Scope
from anlan.core.chunks import chunks
from anlan.core.models import ClockRun, LedgerEntry
from anlan.core.time.clock import stamp
from anlan.core.time.rules import last_day
from anlan.prevention.models import Extension, Move, Problem, Result, Task
from anlan.prevention.moves import TASKS
from anlan.prevention.states import ProblemState, TaskState

PLANNED = "prevention.task_planned"
Done = tuple[dt.datetime, dict[str, str]]  # when works were said to be done, and what the entry says


@dataclass(frozen=True)
class Stood:
    """A problem, by its next step, or a task, by its works: state, deadline, and what else a day is told by."""

    state: str
    due_on: dt.date | None
    finished_at: dt.datetime | None = None
    reopened: int = 0
    verify_by: dt.date | None = None


def problems_at(scope: Scope, tasks: dict[int, Stood]) -> dict[int, Stood]:
    """Return how each problem stood that had been raised by then, with its tasks as they stood."""
    raised = dict(Problem.objects.filter(raised_at__lt=scope.at).order_by().values_list("pk", "number"))
    states, reopened = dict.fromkeys(raised, str(ProblemState.RAISED)), Counter[int]()
    moves = Move.objects.filter(at__lt=scope.at).order_by("pk").values_list("problem_id", "after")
    for pk, after in moves:
        states[pk] = after
        reopened[pk] += after == ProblemState.REOPENED
    own, by_task = _due_by_clock(raised.values(), scope), _due_by_task(tasks)
    due = {pk: own.get(number) or by_task.get(pk) for pk, number in raised.items()}
    off = ProblemState.STRUCK_OFF
    return {pk: Stood(states[pk], None if states[pk] == off else due[pk], None, reopened[pk]) for pk in raised}


def tasks_at(scope: Scope) -> dict[int, Stood]:
    """Return how each task stood that had been planned by then."""
    planned = set(_entries(PLANNED, scope).values_list("subject", flat=True))
    known = Task.objects.order_by().values_list("pk", "number", "first_due_on")
    tasks = {pk: (number, first) for pk, number, first in known if f"task:{number}" in planned}
    due = {pk: first for pk, (_number, first) in tasks.items()}
    extended = Extension.objects.filter(at__lt=scope.at).order_by("pk")
    due |= {pk: after for pk, after in extended.values_list("task_id", "after") if pk in tasks}
    done = {subject: (dt.datetime.fromisoformat(at), json.loads(payload)) for subject, at, payload
            in _entries(TASKS.kind("finish"), scope).values_list("subject", "at", "payload")}  # fmt: skip
    looked = Result.objects.filter(verified_at__lt=scope.at).order_by("pk")
    results = {pk: (at, passed) for pk, at, passed in looked.values_list("task_id", "verified_at", "passed")}
    return {pk: _stood(due[pk], done.get(f"task:{number}"), results.get(pk)) for pk, (number, _first) in tasks.items()}


def _stood(due: dt.date, done: Done | None, result: tuple[dt.datetime, bool] | None) -> Stood:
    if done is None:
        return Stood(TaskState.OPEN, due)
    at, payload = done
    if result is None or result[0] < at:
        return Stood(TaskState.WORKS_DONE, due, at, verify_by=dt.date.fromisoformat(payload["verify_by"]))
    return Stood(TaskState.PASSED if result[1] else TaskState.REFUSED, due, at)


def _entries(kind: str, scope: Scope) -> QuerySet[LedgerEntry]:
    return LedgerEntry.objects.filter(kind=kind, at__lt=stamp(scope.at)).order_by("pk")


def _due_by_clock(numbers: Iterable[str], scope: Scope) -> dict[str, dt.date]:
    """Return by a problem's number when the clock of its own that ran then was up."""
    due: dict[str, dt.date] = {}
    for some in chunks([f"problem:{number}" for number in numbers]):
        ran = ClockRun.objects.ran_at(scope.at).filter(subject__in=some).order_by("started_at")
        found = ran.values_list("subject", "due_at")
        due |= {subject.partition(":")[2]: last_day(until, scope.zone) for subject, until in found}
    return due


def _due_by_task(tasks: dict[int, Stood]) -> dict[int, dt.date]:
    """Return by problem when the first of its tasks was due that had not passed."""
    due = dict[int, dt.date]()
    for pk, problem in Task.objects.order_by().values_list("pk", "problem_id"):
        task = tasks.get(pk)
        if task and task.state != TaskState.PASSED and (day := task.verify_by or task.due_on):
            due[problem] = min(day, due.get(problem, day))
    return due
