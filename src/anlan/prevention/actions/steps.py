"""How a step of problems is taken: looked up under lock, checked in the table, kept in the history and the ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import QuerySet

from anlan.core import ledger
from anlan.core.city.areas import local_day
from anlan.core.ledger import canonical
from anlan.core.models import LedgerEntry, Organisation
from anlan.core.people.actors import Actor, NotAllowed
from anlan.core.refusals import Refused
from anlan.core.time.calendar import WorkingCalendar, working_calendar
from anlan.core.time.clock import stamp
from anlan.prevention import rules
from anlan.prevention.models import Move, Problem, Task
from anlan.prevention.queries.problems import last_move
from anlan.prevention.rules import PROBLEM_MOVES, STEP_DAYS, TASK_MOVES
from anlan.prevention.states import ProblemState, TaskState
from anlan.prevention.words import named

PAST = {
    "raise": "problem_raised",
    "instruct": "problem_assigned",
    "sign_for": "problem_signed_for",
    "resume": "problem_signed_for",
    "return": "problem_returned",
    "dispute": "problem_disputed",
    "arbitrate": "problem_arbitrated",
    "plan": "problem_planned",
    "accept": "problem_accepted",
    "strike_off": "problem_struck_off",
    "reopen": "problem_reopened",
}
HISTORY_VERBS = {"resume": "sign_for"}  # how the history names a step that leads elsewhere
CHANGES: dict[str, tuple[str, ...]] = {  # what a step changes besides state and deadline
    "instruct": ("lead", "instruction_ref", "instruction_on", "supervision_level", "arbitrated"),
    "return": ("returns",),
    "dispute": ("returns",),
    "arbitrate": ("lead", "arbitrated"),
    "accept": ("accepted_at",),
    "strike_off": ("struck_off_at",),
    "reopen": ("reopened", "accepted_at", "struck_off_at"),
}


def locked(numbers: Iterable[str], actor: Actor) -> list[Problem]:
    """Return the problems under lock, in the order of their numbers; refuse one that the actor may not see."""
    wanted = sorted(set(numbers))
    pks = Problem.objects.visible_to(actor).filter(number__in=wanted).values_list("pk", flat=True)
    found = list(_under_lock().filter(pk__in=list(pks)))
    missing = set(wanted) - {problem.number for problem in found}
    if missing or not wanted:
        raise NotAllowed(f"{actor.name} may not act on {', '.join(sorted(missing)) or 'nothing'}, or it does not exist")
    return found


def _under_lock() -> QuerySet[Problem]:
    """Return problems under a lock that lets others write rows that refer to them, as the ladder does."""
    held = Problem.objects.select_for_update(of=("self",), no_key=True)
    return held.select_related("lead").order_by("pk")


def require_seen(problems: Sequence[Problem], seen: str | None) -> None:
    """Refuse a step decided on a page that no longer holds: of two who press at once none overwrites the other."""
    for problem in problems if seen else []:
        if last_move(problem) != seen:
            state = ProblemState(problem.state).label
            raise Refused("step_taken_meanwhile", number=problem.number, state=state)


def locked_task(number: str, actor: Actor) -> Task:
    """Return a task with its problem, both under lock, the problem first."""
    return locked_tasks([number], actor)[number]


def locked_tasks(numbers: Iterable[str], actor: Actor) -> dict[str, Task]:
    """Return tasks by their numbers, all under lock, their problems first; refuse one that the actor may not see."""
    wanted = set(numbers)
    held = Task.objects.filter(number__in=wanted).values_list("problem_id", flat=True)
    seen = list(Problem.objects.visible_to(actor).filter(pk__in=set(held)).values_list("pk", flat=True))
    problems = {problem.pk: problem for problem in _under_lock().filter(pk__in=seen)}
    tasks = Task.objects.select_for_update(of=("self",), no_key=True).select_related("organisation").order_by("pk")
    found = {task.number: task for task in tasks.filter(number__in=wanted, problem__in=seen)}
    if missing := wanted - found.keys():
        raise NotAllowed(f"{actor.name} may not act on {', '.join(sorted(missing))}, or it does not exist")
    for task in found.values():
        task.problem = problems[task.problem_id]
    return found


def state_after(record: Problem | Task, verb: str) -> str:
    """Return the state after a step with a problem or a task, or refuse it, saying where the record stands."""
    if isinstance(record, Problem):
        label = ProblemState(record.state).label
        return rules.after(PROBLEM_MOVES, record.state, verb, number=record.number, label=label)
    return rules.after(TASK_MOVES, record.state, verb, number=record.number, label=TaskState(record.state).label)


def take(
    problems: Sequence[Problem],
    verb: str,
    *,
    actor: Actor,
    at: dt.datetime,
    words: str = "",
    payload: dict[str, Any] | None = None,
    due: dict[int, dt.date] | None = None,
) -> None:
    """Take one step with problems: state, deadline, history and one ledger entry each."""
    if len(words) > 200:
        raise Refused("words_too_long", "words")
    calendar, today, ours = working_calendar(), local_day(at), organisation_of(actor)
    moves, entries = [], []
    for problem in problems:
        before = problem.state
        problem.state = state_after(problem, verb)
        problem.due_on = (due or {}).get(problem.pk) or step_due(problem.state, today, calendar)
        moves.append(Move(problem=problem, verb=HISTORY_VERBS.get(verb, verb), before=before, after=problem.state,
                          at=at, organisation_id=ours, words=words))  # fmt: skip
        stood = {"from": before, "to": problem.state, "due_on": str(problem.due_on)}
        entries.append(entry(PAST[verb], f"problem:{problem.number}", actor, at, stood | (payload or {})))
    Problem.objects.bulk_update(problems, ["state", "due_on", *CHANGES.get(verb, ())], batch_size=200)
    Move.objects.bulk_create(moves, batch_size=500)
    ledger.append_many(entries)


def entry(past: str, subject: str, actor: Actor, at: dt.datetime, payload: dict[str, Any]) -> LedgerEntry:
    """Return a ledger entry of this stage, to be appended with others."""
    return LedgerEntry(
        kind=f"prevention.{past}", actor=actor.name, at=stamp(at), subject=subject, payload=canonical(payload)
    )


def step_due(state: str, today: dt.date, calendar: WorkingCalendar) -> dt.date | None:
    """Return until when the next step is due: so many working days from today."""
    return None if state == ProblemState.STRUCK_OFF else calendar.add_working_days(today, STEP_DAYS[state])


def organisation(code: str | None, field: str) -> Organisation:
    """Return the organisation with this code; a closed one takes no work."""
    found = Organisation.objects.filter(code=code or "").first()
    if found is None:
        raise Refused("organisation_unknown", field, code=code or "")
    require_active(found, field)
    return found


def require_active(organisation: Organisation, field: str | None = None) -> None:
    """Refuse a step with an organisation that takes no work any more."""
    if not organisation.active:
        raise Refused("organisation_closed", field, name=named(organisation))


def organisation_of(actor: Actor) -> int | None:
    """Return the actor's only organisation, or none."""
    return next(iter(actor.organisation_ids)) if len(actor.organisation_ids) == 1 else None


def require_own(actor: Actor, organisation_id: int | None) -> None:
    """Refuse an officer who is not of this organisation; Anlan itself acts for all."""
    if not actor.is_system and organisation_id not in actor.organisation_ids:
        raise NotAllowed(f"{actor.name} does not belong to the organisation that this is assigned to")


def require_holder(actor: Actor, holder: Organisation | None) -> None:
    """Refuse whoever is not of the organisation that holds the work, and everybody where that is closed."""
    require_own(actor, holder.pk if holder else None)
    if holder:
        require_active(holder)
