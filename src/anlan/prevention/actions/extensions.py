"""Later deadlines: asked for in time by whoever does the task, granted or refused by a supervisor of elsewhere."""

from __future__ import annotations

import datetime as dt
from typing import Any

from anlan.core import ledger
from anlan.core.city.areas import local_day
from anlan.core.ledger.verbs import verb
from anlan.core.people.actors import Actor, NotAllowed
from anlan.core.people.roles import Role
from anlan.core.refusals import Refused
from anlan.core.time.calendar import working_calendar
from anlan.prevention.actions.steps import locked_task, require_holder
from anlan.prevention.actions.tasks import refresh_due
from anlan.prevention.models import Extension, ExtensionRequest, Task
from anlan.prevention.moves import organisation_of
from anlan.prevention.queries.tasks import request_of
from anlan.prevention.rules import ANSWER_DAYS, require_deadline
from anlan.prevention.states import TaskState

Answer = ExtensionRequest.Answer


@verb("prevention.extending.ask_extension")
def ask_extension(
    *, task: str, due_on: dt.date, reason: str, seen: str | None = None, actor: Actor, at: dt.datetime,
    key: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Ask for a later deadline before the old one has passed; the clock of the answer runs in working days."""
    actor.require(Role.OFFICER)
    extended = _waiting(task, seen, actor)
    require_holder(actor, extended.organisation)
    if request_of(extended):
        raise Refused("extension_asked_already")
    _require_in_time(extended, at)
    later = _later(extended, due_on, reason, at)
    answer_by = working_calendar().add_working_days(local_day(at), ANSWER_DAYS)
    request = ExtensionRequest.objects.create(
        number=f"{extended.number}-X{extended.requests.count() + 1}", task=extended, due_on=later,
        reason=reason.strip()[:200], by=extended.organisation, at=at, answer_by=answer_by,
    )  # fmt: skip
    payload = {"request": request.number, "to": str(later), "answer_by": str(answer_by)}
    _append("extension_asked", extended, payload, actor, at)
    return {"task": extended.number, "request": request.number, "answer_by": str(answer_by)}


@verb("prevention.extending.extend")
def extend(
    *, task: str, due_on: dt.date, reason: str, seen: str | None = None, actor: Actor, at: dt.datetime,
    key: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Grant a later deadline with a reason, never to one's own organisation: before the old one, or as asked in time.

    `seen` is the deadline that the page showed.
    """
    extended = _answering(task, seen, actor)
    request = request_of(extended)
    if request is None:
        _require_in_time(extended, at)
    later = _later(extended, due_on, reason, at)
    Extension.objects.create(task=extended, before=extended.due_on, after=later, reason=reason.strip()[:200],
                             by_id=organisation_of(actor), at=at)  # fmt: skip
    payload = {"from": str(extended.due_on), "to": str(later)}
    payload |= _answered(request, Answer.GRANTED, reason, actor, at)
    extended.due_on = later
    extended.save(update_fields=["due_on"])
    _append("task_extended", extended, payload, actor, at)
    refresh_due({extended.problem: at})
    return {"task": extended.number, "due_on": str(later)}


@verb("prevention.extending.refuse_extension")
def refuse_extension(
    *, task: str, reason: str, actor: Actor, at: dt.datetime, key: str | None = None
) -> dict[str, Any]:
    """Refuse the later deadline that was asked for, with a reason; the old one stands."""
    kept = _answering(task, None, actor)
    request = request_of(kept)
    if request is None:
        raise Refused("extension_not_asked")
    if not reason.strip():
        raise Refused("refusal_reason_missing", "reason")
    payload = _answered(request, Answer.REFUSED, reason, actor, at)
    _append("extension_refused", kept, payload, actor, at)
    return {"task": kept.number, "request": request.number}


def _answering(number: str, seen: str | None, actor: Actor) -> Task:
    actor.require(Role.SUPERVISOR)
    task = _waiting(number, seen, actor)
    if not actor.is_system and task.organisation_id in actor.organisation_ids:
        raise NotAllowed(f"{actor.name} cannot extend a task of their own organisation")
    return task


def _waiting(number: str, seen: str | None, actor: Actor) -> Task:
    task = locked_task(number, actor)
    if task.state not in {TaskState.OPEN, TaskState.REFUSED}:
        raise Refused("nothing_to_extend", "due_on")
    if seen and seen != str(task.due_on):
        raise Refused("deadline_moved", "due_on", day=task.due_on)
    return task


def _require_in_time(task: Task, at: dt.datetime) -> None:
    if local_day(at) > task.due_on:
        raise Refused("deadline_passed", "due_on")


def _later(task: Task, due_on: dt.date, reason: str, at: dt.datetime) -> dt.date:
    """Return the working day that is asked for or granted, or refuse it."""
    later = working_calendar().next_working_day(due_on)
    if later <= task.due_on:
        raise Refused("deadline_not_later", "due_on", day=task.due_on)
    require_deadline(later, local_day(at))
    if not reason.strip():
        raise Refused("extension_reason_missing", "reason")
    return later


def _answered(
    request: ExtensionRequest | None, answer: str, words: str, actor: Actor, at: dt.datetime
) -> dict[str, str]:
    """Write the answer down where something was asked; return what the entry says of it."""
    if request is None:
        return {}
    request.answer, request.answered_at, request.answered_by_id = answer, at, organisation_of(actor)
    request.words = words.strip()[:200]
    request.save(update_fields=["answer", "answered_at", "answered_by", "words"])
    return {"request": request.number}


def _append(past: str, task: Task, payload: dict[str, str], actor: Actor, at: dt.datetime) -> None:
    ledger.append(f"prevention.{past}", actor=actor, at=at, subject=f"task:{task.number}", payload=payload)
