"""Whose an incident is: handed over, signed for, sent back with a reason, decided by the arbiter, taken back."""

from __future__ import annotations

import datetime as dt
from typing import Any

from anlan.core.ledger.verbs import verb
from anlan.core.people.actors import Actor
from anlan.triage.actions.entries import locked, typed
from anlan.triage.models import Handover, Incident
from anlan.triage.moves import INCIDENTS
from anlan.triage.queries.incidents import is_gated
from anlan.triage.queries.organisations import control_room, organisation


@INCIDENTS.door("hand_over", typed("hand_over"))
@verb("triage.hand_over")
def hand_over(
    *, number: str, to: str, diverted: bool = False, actor: Actor, at: dt.datetime, key: str | None = None
) -> dict[str, Any]:
    """Hand an incident to another organisation, which signs for it or sends it back with a reason."""
    incident = locked(number)
    had_it = incident.handovers.filter(sender__code=to).exists()
    values = {"to": organisation(to), "diverted": diverted, "gated": is_gated(incident), "had_it": had_it}
    INCIDENTS.take("divert" if diverted else "hand_over", [incident], values, actor=actor, at=at)
    return {"incident": number, "to": to}


@INCIDENTS.door("divert", typed("divert"))
def divert(*, number: str, to: str, actor: Actor, at: dt.datetime, key: str | None = None) -> dict[str, Any]:
    """Hand over what is no matter for the police to whom it belongs; never violence at home."""
    return hand_over(number=number, to=to, diverted=True, actor=actor, at=at, key=key)


@INCIDENTS.door("sign_for", typed("sign_for"))
@verb("triage.sign_for")
def sign_for(*, number: str, actor: Actor, at: dt.datetime) -> dict[str, Any]:
    """Take what was handed over: from now on it is this organisation's to handle."""
    incident = locked(number)
    INCIDENTS.take("sign_for", [incident], actor=actor, at=at)
    _update_last(incident, signed_at=at)
    return {"incident": number}


@INCIDENTS.door("return", typed("return"))
@verb("triage.return_incident")
def return_incident(*, number: str, reason: str, actor: Actor, at: dt.datetime) -> dict[str, Any]:
    """Send it back with a reason; past what the city allows an arbiter decides."""
    incident = locked(number)
    values = {"reason": reason, "handover": _last_handover(incident), "room": control_room()}
    (step,) = INCIDENTS.take("return", [incident], values, actor=actor, at=at)
    _update_last(incident, returned_at=at, reason=step.change.words)
    return {"incident": number, "state": step.after}


@INCIDENTS.door("arbitrate", typed("arbitrate"))
@verb("triage.arbitrate")
def arbitrate(*, number: str, to: str, reason: str, actor: Actor, at: dt.datetime) -> dict[str, Any]:
    """Decide whose it is; who gets it cannot send it back a third time."""
    incident = locked(number)
    values = {"to": organisation(to), "reason": reason, "gated": is_gated(incident)}
    INCIDENTS.take("arbitrate", [incident], values, actor=actor, at=at)
    return {"incident": number, "to": to}


@INCIDENTS.door("take_back", typed("take_back"))
@verb("triage.take_back")
def take_back(*, number: str, actor: Actor, at: dt.datetime) -> dict[str, Any]:
    """Take a matter back to the control room whose holder was closed: no incident waits for nobody."""
    INCIDENTS.take("take_back", [locked(number)], {"room": control_room()}, actor=actor, at=at)
    return {"incident": number}


def _last_handover(incident: Incident) -> Handover | None:
    return incident.handovers.select_related("sender", "to").last()


def _update_last(incident: Incident, **columns: Any) -> None:
    """Write on the row of the last hand-over what became of it."""
    last = _last_handover(incident)
    assert last is not None, "only what was handed over is signed for or returned"
    Handover.objects.filter(pk=last.pk).update(**columns)
