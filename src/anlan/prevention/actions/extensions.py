"""Later deadlines: asked for in time by whoever does the task, granted or refused by a supervisor of elsewhere."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from anlan.core import ledger
from anlan.core.city.areas import local_day
from anlan.core.ledger.verbs import verb
from anlan.core.people.actors import Actor, NotAllowed
from anlan.core.people.roles import Role
from anlan.core.time.calendar import working_calendar
from anlan.prevention.actions.steps import locked_task, organisation_of, require_holder
from anlan.prevention.actions.tasks import refresh_due
from anlan.prevention.models import Extension, ExtensionRequest, Task
from anlan.prevention.rules import ANSWER_DAYS, PreventionRefused, TaskState, require_deadline

Answer = ExtensionRequest.Answer


@verb("prevention.extending.ask_extension")
def ask_extension(
    *, task: str, due_on: dt.date, reason: str, seen: str | None = None, actor: Actor, at: dt.datetime,
    key: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Ask for a later deadline before the old one has passed; the clock of the answer runs in working days."""
    actor.require(Role.OFFICER)
    one = _waiting(task, seen, actor)
    require_holder(actor, one.organisation)
    if request_of(one):
        raise PreventionRefused(_("A later deadline is asked for already; wait for the answer."))
    _require_in_time(one, at)
    later = _later(one, due_on, reason, at)
    answer_by = working_calendar().add_working_days(local_day(at), ANSWER_DAYS)
    asked = ExtensionRequest.objects.create(
        number=f"{one.number}-X{one.requests.count() + 1}", task=one, due_on=later, reason=reason.strip()[:200],
        by=one.organisation, at=at, answer_by=answer_by,
    )  # fmt: skip
    told = {"request": asked.number, "to": str(later), "answer_by": str(answer_by)}
    ledger.append("prevention.extension_asked", actor=actor, at=at, subject=f"task:{one.number}", payload=told)
    return {"task": one.number, "request": asked.number, "answer_by": str(answer_by)}


@verb("prevention.extending.extend")
def extend(
    *, task: str, due_on: dt.date, reason: str, seen: str | None = None, actor: Actor, at: dt.datetime,
    key: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Grant a later deadline with a reason, never to one's own organisation: before the old one, or as asked in time.

    `seen` is the deadline that the page showed.
    """
    one = _answering(task, seen, actor)
    asked = request_of(one)
    if asked is None:
        _require_in_time(one, at)
    later = _later(one, due_on, reason, at)
    Extension.objects.create(task=one, before=one.due_on, after=later, reason=reason.strip()[:200],
                             by_id=organisation_of(actor), at=at)  # fmt: skip
    told = {"from": str(one.due_on), "to": str(later)} | _answered(asked, Answer.GRANTED, reason, actor, at)
    one.due_on = later
    one.save(update_fields=["due_on"])
    ledger.append("prevention.task_extended", actor=actor, at=at, subject=f"task:{one.number}", payload=told)
    refresh_due({one.problem: at})
    return {"task": one.number, "due_on": str(later)}


@verb("prevention.extending.refuse_extension")
def refuse_extension(
    *, task: str, reason: str, actor: Actor, at: dt.datetime, key: str | None = None
) -> dict[str, Any]:
    """Refuse the later deadline that was asked for, with a reason; the old one stands."""
    one = _answering(task, None, actor)
    asked = request_of(one)
    if asked is None:
        raise PreventionRefused(_("No later deadline is asked for; look at the task again."))
    if not reason.strip():
        raise PreventionRefused(_("Write why it is refused."), "reason")
    told = _answered(asked, Answer.REFUSED, reason, actor, at)
    ledger.append("prevention.extension_refused", actor=actor, at=at, subject=f"task:{one.number}", payload=told)
    return {"task": one.number, "request": asked.number}


def request_of(task: Task) -> ExtensionRequest | None:
    """Return what is asked for a task and not answered yet."""
    return ExtensionRequest.objects.waiting().filter(task=task).first()


def _answering(task: str, seen: str | None, actor: Actor) -> Task:
    actor.require(Role.SUPERVISOR)
    one = _waiting(task, seen, actor)
    if not actor.is_system and one.organisation_id in actor.organisation_ids:
        raise NotAllowed(f"{actor.name} cannot extend a task of their own organisation")
    return one


def _waiting(task: str, seen: str | None, actor: Actor) -> Task:
    one = locked_task(task, actor)
    if one.state not in {TaskState.OPEN, TaskState.REFUSED}:
        raise PreventionRefused(_("The works are done; there is nothing to extend."), "due_on")
    if seen and seen != str(one.due_on):
        raise PreventionRefused(_("The deadline was moved to %(day)s meanwhile. Look, then send again.")
                                % {"day": one.due_on}, "due_on")  # fmt: skip
    return one


def _require_in_time(task: Task, at: dt.datetime) -> None:
    if local_day(at) > task.due_on:
        raise PreventionRefused(_("The deadline has passed; a late task is late, not extended."), "due_on")


def _later(task: Task, due_on: dt.date, reason: str, at: dt.datetime) -> dt.date:
    """Return the working day that is asked for or granted, or refuse it."""
    later = working_calendar().next_working_day(due_on)
    if later <= task.due_on:
        raise PreventionRefused(_("The new deadline must be later than %(day)s.") % {"day": task.due_on}, "due_on")
    require_deadline(later, local_day(at))
    if not reason.strip():
        raise PreventionRefused(_("Write why it takes longer."), "reason")
    return later


def _answered(asked: ExtensionRequest | None, answer: str, words: str, actor: Actor, at: dt.datetime) -> dict[str, Any]:
    """Write the answer down where something was asked; return what the entry says of it."""
    if asked is None:
        return {}
    asked.answer, asked.answered_at, asked.answered_by_id = answer, at, organisation_of(actor)
    asked.words = words.strip()[:200]
    asked.save(update_fields=["answer", "answered_at", "answered_by", "words"])
    return {"request": asked.number}
