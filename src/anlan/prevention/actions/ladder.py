"""The ladder towards an organisation: remind, supervise, interview, one step a day at most, by the due date."""

from __future__ import annotations

import datetime as dt
from typing import Any

from anlan.core import ledger
from anlan.core.city.areas import local_day
from anlan.core.ledger.verbs import verb
from anlan.core.models import City, LedgerEntry
from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.prevention import moves, rules
from anlan.prevention.actions.steps import entry
from anlan.prevention.models import Escalation, ExtensionRequest, Problem, Task
from anlan.prevention.rules import REMIND_BEFORE
from anlan.prevention.states import ProblemState, TaskState


@verb("prevention.ladder.escalate_overdue")
def escalate_overdue(*, actor: Actor, at: dt.datetime, key: str | None = None) -> dict[str, Any]:
    """Take the step of the ladder that has come for every deadline; again on the same day it does nothing."""
    actor.require(Role.SUPERVISOR)
    list(City.objects.select_for_update(no_key=True).all())
    today = local_day(at)
    waiting = [*_tasks(today), *_requests(today), *_problems(today)]
    given = _given([escalation.subject for escalation in waiting])
    taken = [
        escalation
        for escalation in waiting
        if _climbs(escalation, given.get((escalation.subject, escalation.due_on), {}), today, at)
    ]
    Escalation.objects.bulk_create(taken, batch_size=500)
    ledger.append_many([_entry(escalation, actor, at) for escalation in taken])
    return {step: sum(1 for escalation in taken if escalation.step == step) for step in Escalation.Step.values}


def _entry(escalation: Escalation, actor: Actor, at: dt.datetime) -> LedgerEntry:
    subject = f"task:{escalation.task.number}" if escalation.task else f"problem:{escalation.subject}"
    payload = {"step": escalation.step, "due_on": str(escalation.due_on), "organisation": escalation.organisation_id}
    return entry("escalated", subject, actor, at, payload)


def _climbs(escalation: Escalation, given: dict[str, dt.datetime], today: dt.date, at: dt.datetime) -> bool:
    """Give an escalation its next step, if one has come and none was taken today."""
    come = [step for step in rules.steps_due(escalation.due_on, today) if step not in given]
    if today > escalation.due_on and "remind" in come:
        come.remove("remind")  # it is late to say that a deadline nears
    if not come or any(local_day(moment) >= today for moment in given.values()):
        return False
    escalation.step, escalation.at = come[0], at
    return True


def _given(subjects: list[str]) -> dict[tuple[str, dt.date], dict[str, dt.datetime]]:
    found: dict[tuple[str, dt.date], dict[str, dt.datetime]] = {}
    for start in range(0, len(subjects), 900):
        for taken in Escalation.objects.filter(subject__in=subjects[start : start + 900]):
            found.setdefault((taken.subject, taken.due_on), {})[taken.step] = taken.at
    return found


def _tasks(today: dt.date) -> list[Escalation]:
    """Return the tasks whose deadline nears or has passed; works done wait for the verifier, not for the doer."""
    soon = today + REMIND_BEFORE
    open_ones = Task.objects.exclude(problem__state=ProblemState.STRUCK_OFF)
    doing = open_ones.filter(state__in=[TaskState.OPEN, TaskState.REFUSED], due_on__lte=soon)
    done = open_ones.filter(state=TaskState.WORKS_DONE, verify_by__lte=soon)
    return [
        *(Escalation(problem_id=task.problem_id, task=task, subject=task.number, due_on=task.due_on,
                     organisation_id=task.organisation_id) for task in doing),
        *(Escalation(problem_id=task.problem_id, task=task, subject=task.number, due_on=task.verify_by)
          for task in done if task.verify_by),
    ]  # fmt: skip


def _requests(today: dt.date) -> list[Escalation]:
    """Return the extensions that wait for a supervisor's answer."""
    waiting = ExtensionRequest.objects.waiting().filter(answer_by__lte=today + REMIND_BEFORE).select_related("task")
    return [
        Escalation(problem_id=request.task.problem_id, task=request.task, subject=request.number,
                   due_on=request.answer_by)
        for request in waiting
    ]  # fmt: skip


def _problems(today: dt.date) -> list[Escalation]:
    """Return the problems whose next step is due; those in work run by the tasks that wait."""
    late = Problem.objects.open().filter(due_on__lte=today + REMIND_BEFORE).select_related("lead")
    busy = Task.objects.exclude(state=TaskState.PASSED)
    return [
        Escalation(problem=problem, subject=problem.number, due_on=problem.due_on,
                   organisation=problem.lead if _is_leads(problem) else None)
        for problem in late.exclude(state=ProblemState.IN_WORK, pk__in=busy.values("problem")) if problem.due_on
    ]  # fmt: skip


def _is_leads(problem: Problem) -> bool:
    return problem.lead is not None and moves.turn(problem.state, problem.lead.active) == "lead"
