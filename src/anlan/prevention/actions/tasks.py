"""Tasks of a problem: planned by its lead, and done by whoever does the works."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Min

from anlan.core import ledger
from anlan.core.city.areas import local_day
from anlan.core.city.current import city_read_once, city_zone
from anlan.core.ledger.updates import update
from anlan.core.ledger.verbs import verb
from anlan.core.people.actors import Actor
from anlan.core.refusals import Refused
from anlan.core.series import Series
from anlan.core.time import deadlines
from anlan.core.time.calendar import working_calendar
from anlan.core.time.deadlines import Timed
from anlan.core.time.rules import end_of
from anlan.prevention import rules
from anlan.prevention.actions.steps import entry, locked, locked_task, organisation
from anlan.prevention.models import ExtensionRequest, Problem, Task
from anlan.prevention.moves import EXTENSIONS, PROBLEMS, TASKS, clock_of, timed
from anlan.prevention.states import ProblemState

NEEDED = ("kind", "title", "responsible", "due_on", "criterion")


@PROBLEMS.door("plan_tasks", lambda number, asked: {"tasks": [{**asked, "problem": number}]})
@verb("prevention.working.plan_tasks")
def plan_tasks(
    *, tasks: Sequence[dict[str, Any]], seen: str | None = None, actor: Actor, at: dt.datetime, key: str | None = None
) -> dict[str, Any]:
    """Plan tasks of one problem or of many: rows of `problem kind title responsible due_on criterion`.

    `responsible` is a post; `organisation` may name a supporting one, else the lead does it. A deadline on a day
    that is not worked moves to the next working day.
    """
    today = local_day(at)
    given = Series("T", today.year).next_many(len(tasks))
    problems = locked([str(wanted.get("problem", "")) for wanted in tasks], actor)
    PROBLEMS.require("plan_tasks", problems, seen=seen, actor=actor, at=at)
    planned = _planned(given, tasks, problems, today)
    Task.objects.bulk_create(planned, batch_size=500)
    ledger.append_many([
        entry("task_planned", f"task:{task.number}", actor, at,
              {"problem": task.problem.number, "kind": task.kind, "due_on": str(task.due_on)}) for task in planned
    ])  # fmt: skip
    zone = city_zone()
    deadlines.begin([
        Timed(f"task:{task.number}", at, clock_of("task", task.state), task.organisation_id, end_of(task.due_on, zone))
        for task in planned
    ])  # fmt: skip
    PROBLEMS.take("plan_tasks", problems, {"due": earliest_due(problems)}, actor=actor, at=at)
    return {"tasks": given}


def _planned(
    given: Sequence[str], tasks: Sequence[dict[str, Any]], problems: Sequence[Problem], today: dt.date
) -> list[Task]:
    """Return the tasks that are asked for under their numbers, not yet stored, or refuse them all."""
    calendar, doers = working_calendar(), _doers(tasks, problems)
    known = {problem.number: problem for problem in problems}
    planned = []
    for number, wanted in zip(given, tasks, strict=True):
        _require_whole(wanted, today)
        problem, due_on = known[str(wanted["problem"])], calendar.next_working_day(wanted["due_on"])
        planned.append(Task(
            number=number, problem=problem, kind=wanted["kind"], title=wanted["title"].strip()[:120],
            responsible=wanted["responsible"].strip()[:80],
            organisation_id=doers[problem.pk, wanted.get("organisation") or None],
            due_on=due_on, first_due_on=due_on, criterion=wanted["criterion"].strip()[:200], round=problem.reopened,
        ))  # fmt: skip
    return planned


def _require_whole(wanted: dict[str, Any], today: dt.date) -> None:
    for name in NEEDED:
        if not str(wanted.get(name) or "").strip():
            raise Refused("task_incomplete", name)
    if wanted["kind"] not in set(Task.Kind.values):
        raise Refused("unknown_task_kind", "kind")
    rules.require_deadline(wanted["due_on"], today)


def _doers(tasks: Sequence[dict[str, Any]], problems: Sequence[Problem]) -> dict[tuple[int, str | None], int]:
    """Return who does what is asked for: the lead, or a supporting organisation by its code."""
    doers: dict[tuple[int, str | None], int] = {}
    codes = {wanted["organisation"]: organisation(wanted["organisation"], "organisation")
             for wanted in tasks if wanted.get("organisation")}  # fmt: skip
    helping = set(Problem.supporting.through._default_manager.filter(
        problem_id__in=[problem.pk for problem in problems]).values_list("problem_id", "organisation_id"))  # fmt: skip
    for problem in problems:
        assert problem.lead_id is not None
        doers[problem.pk, None] = problem.lead_id
        for code, helper in codes.items():
            if helper.pk == problem.lead_id or (problem.pk, helper.pk) in helping:
                doers[problem.pk, code] = helper.pk
    ids = {problem.number: problem.pk for problem in problems}
    if any((ids[str(wanted["problem"])], wanted.get("organisation") or None) not in doers for wanted in tasks):
        raise Refused("not_its_doer", "organisation")
    return doers


@TASKS.door("finish", lambda number, asked: {"task": number, **asked})
@verb("prevention.working.finish_task")
def finish_task(
    *, task: str, seen: str | None = None, actor: Actor, at: dt.datetime, key: str | None = None
) -> dict[str, Any]:
    """Say that works are done: the doer's word, which a verifier who is somebody else will look at."""
    finished = locked_task(task, actor)
    TASKS.take("finish", [finished], {"by": actor.name}, seen=seen, actor=actor, at=at)
    withdraw_requests({finished: at}, actor)
    refresh_due({finished.problem: at})
    return {"task": finished.number, "verify_by": str(finished.verify_by)}


def withdraw_requests(moments: Mapping[Task, dt.datetime], actor: Actor) -> None:
    """Take back what was asked for tasks that are done, each at its moment: nothing is left to extend."""
    waiting = ExtensionRequest.objects.waiting().filter(task__in=moments).select_related("task")
    steps = [EXTENSIONS.decide("withdraw", request, actor=actor, at=moments[request.task]) for request in waiting]
    EXTENSIONS.store(steps, actor)


def refresh_due(moments: Mapping[Problem, dt.datetime]) -> None:
    """Let problems in work be due when their next task, or the verifying of one, is; without any to be planned.

    A problem that waits for its lead keeps the clock of that step.
    """
    working = [problem for problem in moments if problem.state == ProblemState.IN_WORK]
    earliest, clock = earliest_due(working), clock_of("problem", ProblemState.IN_WORK)
    with city_read_once():
        for problem in working:
            problem.due_on = earliest.get(problem.pk) or deadlines.due_on(clock, moments[problem])
    update(Problem, working, ["due_on"])
    deadlines.begin(
        [timed(problem, None if problem.pk in earliest else clock, moments[problem]) for problem in working]
    )


def earliest_due(problems: Sequence[Problem]) -> dict[int, dt.date]:
    """Return the day by which something is due first in each problem that has a task to be done or verified."""
    tasks = Task.objects.filter(problem__in=problems).order_by()
    doing = tasks.filter(state__in=TASKS["finish"].source).values_list("problem")
    verifying = tasks.filter(state__in=TASKS["verify"].source, verify_by__isnull=False).values_list("problem")
    earliest: dict[int, dt.date] = {}
    for pk, day in [*doing.annotate(day=Min("due_on")), *verifying.annotate(day=Min("verify_by"))]:
        earliest[pk] = min(day, earliest.get(pk, day))
    return earliest
