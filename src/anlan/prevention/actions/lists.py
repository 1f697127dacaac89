"""Numbered task lists, as a supervisor issues them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from anlan.core import ledger
from anlan.core.city.areas import local_day
from anlan.core.ledger.verbs import verb
from anlan.core.people.actors import Actor, NotAllowed
from anlan.core.refusals import Refused
from anlan.core.series import Series
from anlan.core.time.calendar import working_calendar
from anlan.prevention.access import SUPERVISES
from anlan.prevention.actions.steps import organisation
from anlan.prevention.models import ListedTask, Problem, Task, TaskList
from anlan.prevention.moves import organisation_of
from anlan.prevention.rules import require_deadline


@verb("prevention.listing.issue_list")
def issue_list(
    *,
    tasks: Sequence[str],
    kind: str,
    due_on: dt.date,
    issuer: str | None = None,
    actor: Actor,
    at: dt.datetime,
    key: str | None = None,
) -> dict[str, Any]:
    """Issue a numbered list of tasks; each line keeps the deadline that its task had on that day."""
    actor.require(*SUPERVISES)
    today = local_day(at)
    from_id = organisation(issuer, "issuer").pk if issuer and actor.is_system else organisation_of(actor)
    if from_id is None:
        raise Refused("issuer_missing", "issuer")
    if not kind.strip():
        raise Refused("list_kind_missing", "kind")
    require_deadline(due_on, today)
    found = _tasks(tasks, actor)
    issued = TaskList.objects.create(
        number=Series("L", today.year, 3).next(), issuer_id=from_id, kind=kind.strip()[:40], issued_on=today,
        due_on=working_calendar().next_working_day(due_on),
    )  # fmt: skip
    lines = [ListedTask(list=issued, task=task, line=n, due_on=task.due_on) for n, task in enumerate(found, 1)]
    ListedTask.objects.bulk_create(lines, batch_size=500)
    payload = {"kind": issued.kind, "tasks": [task.number for task in found], "due_on": str(issued.due_on)}
    ledger.append("prevention.list_issued", actor=actor, at=at, subject=f"list:{issued.number}", payload=payload)
    return {"list": issued.number, "items": len(lines)}


def _tasks(wanted: Sequence[str], actor: Actor) -> list[Task]:
    visible = Problem.objects.visible_to(actor)
    found = {task.number: task for task in Task.objects.filter(number__in=list(wanted), problem__in=visible)}
    missing = [number for number in wanted if number not in found]
    if missing or not wanted:
        raise NotAllowed(f"{actor.name} may not list {', '.join(missing) or 'nothing'}, or it does not exist")
    return [found[number] for number in dict.fromkeys(wanted)]
