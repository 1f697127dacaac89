"""The steps that pages offer with an assignment: which verb a press is, and the key under which it counts once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from django.http import Http404

from anlan.core.ledger.verbs import is_answered
from anlan.core.people.actors import Actor
from anlan.core.refusals import Refused
from anlan.dispatch import actions
from anlan.dispatch.models import Assignment, Milestone
from anlan.dispatch.rules import CREW, PLAIN
from anlan.triage.actions import as_seen
from anlan.triage.models import Incident

Posted = Mapping[str, str]
STEPS: dict[str, Callable[..., Any]] = {
    "resolved": lambda posted, **how: actions.resolve_on_scene(disposal=posted.get("disposal", ""), **how),
    "backup_asked": lambda posted, **how: actions.ask_backup(**how),
    "reassigned": lambda posted, device_at, **how: actions.reassign(unit=posted.get("unit", ""), **how),
    "reviewed": lambda posted, device_at, key, **how: actions.review(**how),
    "undone": lambda posted, device_at, key, **how: actions.undo(**how),
    "archived": lambda posted, device_at, key, **how: actions.archive(**how),
}


def take_step(pk: int, posted: Posted, actor: Actor, at: dt.datetime) -> None:
    """Take the step that a form asks for; with its key, a form that comes twice counts once."""
    step = posted.get("step", "")
    if step not in {*STEPS, *PLAIN} or not Assignment.objects.visible_to(actor).filter(pk=pk).exists():
        raise Http404
    key = key_of(posted, f"{pk}:{step}")
    how: dict[str, Any] = {"assignment": pk, "device_at": device_time(posted), "key": key, "actor": actor, "at": at}
    STEPS[step](posted, **how) if step in STEPS else actions.stamp(step=step, **how)
    if step in CREW and not is_stamped(pk, posted):
        raise Refused("taken_back_since", "step")


def is_stamped(pk: int, posted: Posted) -> bool:
    """Whether the step that a form asks for was stamped before: by the desk for a crew on the radio, say."""
    return Milestone.objects.filter(assignment=pk, step=posted.get("step", "")).exists()


def send_unit(number: str, posted: Posted, actor: Actor, at: dt.datetime) -> None:
    """Send the unit that a form names to an incident that the actor sees, if it stands as the form says it was seen."""
    if not Incident.objects.visible_to(actor).filter(number=number).exists():
        raise Http404
    unit, seen, who = posted.get("unit", ""), posted.get("seen", ""), dict[str, Any](actor=actor, at=at)
    key = key_of(posted, f"{number}:{unit}")

    def act() -> Any:
        return actions.dispatch_unit(number=number, unit=unit, key=key, **who)

    stale = seen and not is_answered("dispatch.dispatch_unit", actor, key)
    answer = as_seen(number=number, seen=seen, act=act, **who) if stale else act()
    if not Assignment.objects.filter(pk=answer["assignment"]).exists():  # the same press as before its undo
        raise Refused("taken_back_since", "unit")


def key_of(posted: Posted, press: str) -> str | None:
    """Return the key under which a form's press counts once, or None where the form has none."""
    return f"{posted['key'][:64]}:{press}" if posted.get("key") else None


def device_time(posted: Posted) -> dt.datetime | None:
    """Return when the device says the button was pressed; what is no moment is no device time."""
    try:
        at = dt.datetime.fromisoformat(posted.get("device_at", ""))
        return at.astimezone(dt.UTC) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None
