"""How a step of problems begins: records looked up under lock, organisations by their codes, entries to append."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from anlan.core.ledger import canonical
from anlan.core.models import LedgerEntry, Organisation
from anlan.core.people.actors import Actor, NotAllowed
from anlan.core.refusals import Refused
from anlan.core.time.clock import stamp
from anlan.prevention.models import Problem, Task
from anlan.prevention.moves import closed


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


def entry(past: str, subject: str, actor: Actor, at: dt.datetime, payload: dict[str, Any]) -> LedgerEntry:
    """Return a ledger entry of this stage, to be appended with others."""
    return LedgerEntry(
        kind=f"prevention.{past}", actor=actor.name, at=stamp(at), subject=subject, payload=canonical(payload)
    )


def organisation(code: str | None, field: str) -> Organisation:
    """Return the organisation with this code; a closed one takes no work."""
    found = Organisation.objects.filter(code=code or "").first()
    if found is None:
        raise Refused("organisation_unknown", field, code=code or "")
    require_active(found, field)
    return found


def require_active(organisation: Organisation, field: str | None = None) -> None:
    """Refuse a step with an organisation that takes no work any more."""
    if refused := closed(organisation, field):
        raise refused
