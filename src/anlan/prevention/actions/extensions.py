"""Later deadlines: asked for in time by whoever does the task, granted or refused by a supervisor of elsewhere."""

from __future__ import annotations

import datetime as dt
from typing import Any

from anlan.core import ledger
from anlan.core.city.areas import local_day
from anlan.core.city.current import city_zone
from anlan.core.ledger.verbs import verb
from anlan.core.people.actors import Actor
from anlan.core.refusals import Refused
from anlan.core.time import deadlines
from anlan.core.time.calendar import working_calendar
from anlan.core.time.deadlines import Timed
from anlan.core.time.rules import end_of
from anlan.prevention.actions.steps import locked_task
from anlan.prevention.actions.tasks import refresh_due
from anlan.prevention.models import Extension, ExtensionRequest, Task
from anlan.prevention.moves import ASK, EXTEND, EXTENSIONS, REFUSE, clock_of, organisation_of
from anlan.prevention.queries.tasks import request_of
from anlan.prevention.rules import require_deadline
from anlan.prevention.states import RequestState


@verb("prevention.extending.ask_extension")
def ask_extension(
    *, task: str, due_on: dt.date, reason: str, seen: str | None = None, actor: Actor, at: dt.datetime,
    key: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Ask for a later deadline before the old one has passed; the clock of the answer runs in working days."""
    extended = locked_task(task, actor)
    ASK.require(extended, seen=seen, actor=actor, at=at)
    later = _later(extended, due_on, reason, at)
    clock = clock_of("extension", RequestState.ASKED)
    answer_by = deadlines.due_on(clock, at)
    request = ExtensionRequest.objects.create(
        number=f"{extended.number}-X{extended.requests.count() + 1}", task=extended, due_on=later,
        reason=reason.strip()[:200], by=extended.organisation, at=at, answer_by=answer_by,
    )  # fmt: skip
    deadlines.begin([Timed(f"extension:{request.number}", at, clock)])
    payload = {"request": request.number, "to": str(later), "answer_by": str(answer_by)}
    _append("extension_asked", extended, payload, actor, at)
    return {"task": extended.number, "request": request.number, "answer_by": str(answer_by)}


@EXTENSIONS.door("extend", lambda number, asked: {"task": task_of(number), **asked})
@verb("prevention.extending.extend")
def extend(
    *, task: str, due_on: dt.date, reason: str, seen: str | None = None, actor: Actor, at: dt.datetime,
    key: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Grant a later deadline with a reason, never to one's own organisation: before the old one, or as asked in time.

    `seen` is the deadline that the page showed.
    """
    extended = locked_task(task, actor)
    EXTEND.require(extended, seen=seen, actor=actor, at=at)
    request = request_of(extended)
    later, by = _later(extended, due_on, reason, at), organisation_of(actor)
    Extension.objects.create(task=extended, before=extended.due_on, after=later, reason=reason.strip()[:200], by_id=by,
                             at=at)  # fmt: skip
    moved = {"from": str(extended.due_on), "to": str(later)}
    if request:
        EXTENSIONS.take("extend", [request], {"reason": reason, "by": by, "moved": moved}, actor=actor, at=at)
    else:
        _append("task_extended", extended, moved, actor, at)
    extended.due_on = later
    extended.save(update_fields=["due_on"])
    deadlines.put_off(f"task:{extended.number}", end_of(later, city_zone()))
    refresh_due({extended.problem: at})
    return {"task": extended.number, "due_on": str(later)}


@EXTENSIONS.door("refuse_extension", lambda number, asked: {"task": task_of(number), **asked})
@verb("prevention.extending.refuse_extension")
def refuse_extension(
    *, task: str, reason: str, seen: str | None = None, actor: Actor, at: dt.datetime, key: str | None = None
) -> dict[str, Any]:
    """Refuse the later deadline that was asked for, with a reason; the old one stands."""
    refused = locked_task(task, actor)
    REFUSE.require(refused, seen=seen, actor=actor, at=at)
    request = request_of(refused)
    assert request is not None
    EXTENSIONS.take("refuse_extension", [request], {"reason": reason, "by": organisation_of(actor)}, actor=actor, at=at)
    return {"task": refused.number, "request": request.number}


def task_of(number: str) -> str:
    """Return the number of the task that a page shows, also where the number is that of what is asked for it."""
    return number.partition("-X")[0]


def _later(task: Task, due_on: dt.date, reason: str, at: dt.datetime) -> dt.date:
    """Return the working day that is asked for or granted, or refuse it."""
    later = working_calendar().next_working_day(due_on)
    if later <= task.due_on:
        raise Refused("deadline_not_later", "due_on", day=task.due_on)
    require_deadline(later, local_day(at))
    if not reason.strip():
        raise Refused("extension_reason_missing", "reason")
    return later


def _append(past: str, task: Task, payload: dict[str, str], actor: Actor, at: dt.datetime) -> None:
    ledger.append(f"prevention.{past}", actor=actor, at=at, subject=f"task:{task.number}", payload=payload)
