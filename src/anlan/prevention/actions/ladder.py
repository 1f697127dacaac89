"""The ladder towards an organisation: remind, supervise, interview, one step a day at most, none left out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from anlan.core import ledger
from anlan.core.city.areas import local_day
from anlan.core.city.current import city_read_once, city_zone
from anlan.core.ledger.verbs import verb
from anlan.core.models import City, LedgerEntry
from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.core.series import Series, next_of_each
from anlan.core.time import deadlines
from anlan.core.time.rules import end_of, steps_due
from anlan.prevention import moves
from anlan.prevention.actions.steps import entry
from anlan.prevention.models import Escalation, ExtensionRequest, Problem, Task
from anlan.prevention.moves import clock_of
from anlan.prevention.queries.demands import demand
from anlan.prevention.rules import to_take
from anlan.prevention.states import ProblemState, RequestState, TaskState

LETTERS: dict[str, str] = {
    Escalation.Step.REMIND: "LR",
    Escalation.Step.SUPERVISE: "LS",
    Escalation.Step.INTERVIEW: "LI",
}
Waiting = tuple[Escalation, str]  # a step to be taken, and the clock whose ladder it is on


@verb("prevention.ladder.escalate_overdue")
def escalate_overdue(*, actor: Actor, at: dt.datetime, key: str | None = None) -> dict[str, Any]:
    """Take the step of the ladder that has come for every deadline; again on the same day it does nothing."""
    actor.require(Role.SUPERVISOR)
    list(City.objects.select_for_update(no_key=True).all())
    with city_read_once():
        taken = _steps(at)
        _number([escalation for escalation, _clock in taken if escalation.organisation_id], local_day(at).year)
        entries = [_entry(escalation, clock, actor, at) for escalation, clock in taken]
    Escalation.objects.bulk_create([escalation for escalation, _clock in taken], batch_size=500)
    ledger.append_many(entries)
    return {step: sum(1 for escalation, _clock in taken if escalation.step == step) for step in Escalation.Step.values}


def _number(addressed: Sequence[Escalation], year: int) -> None:
    """Give each step towards an organisation the number of its paper: the next of its kind in this year."""
    given = next_of_each([Series(LETTERS[escalation.step], year, 3) for escalation in addressed])
    for escalation, number in zip(addressed, given, strict=True):
        escalation.number = number


def _steps(at: dt.datetime) -> list[Waiting]:
    """Return the steps that have come, each on the ladder of its deadline's clock, not yet stored."""
    today = local_day(at)
    waiting = [*_tasks(today), *_requests(today), *_problems(today)]
    given = _given([escalation.subject for escalation, _clock in waiting])
    return [
        (escalation, clock)
        for escalation, clock in waiting
        if _climbs(escalation, clock, given.get((escalation.subject, escalation.due_on), {}), today, at)
    ]


def _entry(escalation: Escalation, clock: str, actor: Actor, at: dt.datetime) -> LedgerEntry:
    subject = f"task:{escalation.task.number}" if escalation.task else f"problem:{escalation.subject}"
    payload = {"step": escalation.step, "due_on": str(escalation.due_on), "organisation": escalation.organisation_id}
    if escalation.number:
        payload |= {"number": escalation.number} | demand(escalation, clock)
    return entry("escalated", subject, actor, at, payload)


def _climbs(escalation: Escalation, clock: str, given: dict[str, dt.datetime], today: dt.date, at: dt.datetime) -> bool:
    """Give an escalation its next step, if one has come and none was taken today.

    A reminder comes before all others, late if need be: a deadline may be past already when works are sent back.
    """
    zone, rungs = city_zone(), deadlines.rule_of(clock).rungs()
    come = to_take(steps_due(rungs, end_of(escalation.due_on, zone), at, zone), [rung.step for rung in rungs], given)
    if not come or any(local_day(moment) >= today for moment in given.values()):
        return False
    escalation.step, escalation.at = come[0], at
    return True


def _soon(noun: str, states: Iterable[str], today: dt.date) -> dt.date:
    """Return up to which due day a first step of the ladders of these states can have come."""
    first = [rung.days for state in states for rung in deadlines.rule_of(clock_of(noun, state)).rungs()[:1]]
    return today - dt.timedelta(days=min(first, default=0))


def _given(subjects: list[str]) -> dict[tuple[str, dt.date], dict[str, dt.datetime]]:
    found: dict[tuple[str, dt.date], dict[str, dt.datetime]] = {}
    for start in range(0, len(subjects), 900):
        for taken in Escalation.objects.filter(subject__in=subjects[start : start + 900]):
            found.setdefault((taken.subject, taken.due_on), {})[taken.step] = taken.at
    return found


def _tasks(today: dt.date) -> list[Waiting]:
    """Return the tasks whose deadline nears or has passed; works done wait for the verifier, not for the doer."""
    open_ones = Task.objects.exclude(problem__state=ProblemState.STRUCK_OFF).select_related("problem")
    waiting, checked = moves.TASKS["finish"].source, moves.TASKS["verify"].source
    doing = open_ones.filter(state__in=waiting, due_on__lte=_soon("task", waiting, today))
    done = open_ones.filter(state__in=checked, verify_by__lte=_soon("task", checked, today))
    return [*(_of_task(task, task.due_on, task.organisation_id) for task in doing),
            *(_of_task(task, task.verify_by, None) for task in done if task.verify_by)]  # fmt: skip


def _of_task(task: Task, day: dt.date, doer: int | None) -> Waiting:
    found = Escalation(problem=task.problem, task=task, subject=task.number, due_on=day, organisation_id=doer)
    return found, clock_of("task", task.state)


def _requests(today: dt.date) -> list[Waiting]:
    """Return the extensions that wait for a supervisor's answer."""
    waiting = ExtensionRequest.objects.waiting().filter(answer_by__lte=_soon("extension", [RequestState.ASKED], today))
    return [
        (Escalation(problem_id=request.task.problem_id, task=request.task, subject=request.number,
                    due_on=request.answer_by), clock_of("extension", request.state))
        for request in waiting.select_related("task")
    ]  # fmt: skip


def _problems(today: dt.date) -> list[Waiting]:
    """Return the problems whose next step is due; those in work run by the tasks that wait."""
    states = [state for state in ProblemState if state != ProblemState.STRUCK_OFF]
    late = Problem.objects.open().filter(due_on__lte=_soon("problem", states, today)).select_related("lead")
    busy = Task.objects.exclude(state=TaskState.PASSED)
    return [
        (Escalation(problem=problem, subject=problem.number, due_on=problem.due_on,
                    organisation=problem.lead if _is_leads(problem) else None), clock_of("problem", problem.state))
        for problem in late.exclude(state=ProblemState.IN_WORK, pk__in=busy.values("problem")) if problem.due_on
    ]  # fmt: skip


def _is_leads(problem: Problem) -> bool:
    return problem.lead is not None and moves.turn(problem.state, problem.lead.active) == "lead"
