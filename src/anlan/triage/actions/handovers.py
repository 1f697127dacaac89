"""Whose an incident is: handed over, signed for, sent back with a reason, decided by the arbiter, taken back."""

from __future__ import annotations

import datetime as dt
from typing import Any

from anlan.core.ledger.verbs import verb
from anlan.core.models import Organisation
from anlan.core.people.actors import Actor
from anlan.core.refusals import Refused
from anlan.core.time import clocks
from anlan.triage import rules
from anlan.triage.access import ARBITERS, DESK, require_holder, require_officer_of_holder
from anlan.triage.actions.entries import leave, locked, move
from anlan.triage.models import Handover, Incident
from anlan.triage.queries.incidents import is_gated
from anlan.triage.queries.organisations import control_room, organisation
from anlan.triage.states import State


@verb("triage.hand_over")
def hand_over(
    *, number: str, to: str, diverted: bool = False, actor: Actor, at: dt.datetime, key: str | None = None
) -> dict[str, Any]:
    """Hand an incident to another organisation, which signs for it or sends it back with a reason."""
    incident = locked(number)
    require_holder(actor, incident)
    rules.require_move(incident.state, State.HANDED_OVER)
    rules.require_onward(incident.state, incident.returns, incident.handovers.filter(sender__code=to).exists())
    _give(incident, organisation(to), diverted, actor, at)
    return {"incident": number, "to": to}


def divert(*, number: str, to: str, actor: Actor, at: dt.datetime, key: str | None = None) -> dict[str, Any]:
    """Hand over what is no matter for the police to whom it belongs; never violence at home."""
    return hand_over(number=number, to=to, diverted=True, actor=actor, at=at, key=key)


@verb("triage.sign_for")
def sign_for(*, number: str, actor: Actor, at: dt.datetime) -> dict[str, Any]:
    """Take what was handed over: from now on it is this organisation's to handle."""
    incident = locked(number)
    require_officer_of_holder(actor, incident)
    move(incident, State.SIGNED)
    Handover.objects.filter(pk=_last_handover(incident).pk).update(signed_at=at)
    leave("signed", incident, actor, at, by=incident.owner.code)
    return {"incident": number}


@verb("triage.return_incident")
def return_incident(*, number: str, reason: str, actor: Actor, at: dt.datetime) -> dict[str, Any]:
    """Send it back with a reason; the second time an arbiter decides."""
    incident = locked(number)
    require_officer_of_holder(actor, incident)
    words = rules.require_reason(reason)
    rules.require_returnable(incident.returns)
    to = rules.after_return(incident.returns)
    move(incident, to)
    handover = _last_handover(incident)
    Handover.objects.filter(pk=handover.pk).update(returned_at=at, reason=words)
    back = to == State.RETURNED
    incident.owner = handover.sender if back and handover.sender.active else control_room()
    incident.returns += 1
    incident.diverted = incident.diverted and not back  # until it is handed on again it is nobody else's
    incident.save(update_fields=["owner", "returns", "diverted"])
    leave("returned" if back else "disputed", incident, actor, at, by=handover.to.code, returns=incident.returns)
    return {"incident": number, "state": to}


@verb("triage.arbitrate")
def arbitrate(*, number: str, to: str, reason: str, actor: Actor, at: dt.datetime) -> dict[str, Any]:
    """Decide whose it is; who gets it cannot send it back a third time."""
    actor.require(*ARBITERS)
    incident = locked(number)
    rules.require_move(incident.state, State.HANDED_OVER)
    if incident.state != State.DISPUTED:
        raise Refused("no_such_move")
    words = rules.require_reason(reason)
    leave("arbitrated", incident, actor, at, to=to)
    diverted = incident.diverted and not is_gated(incident)
    _give(incident, organisation(to), diverted, actor, at)
    Handover.objects.filter(pk=_last_handover(incident).pk).update(reason=words)
    return {"incident": number, "to": to}


@verb("triage.take_back")
def take_back(*, number: str, actor: Actor, at: dt.datetime) -> dict[str, Any]:
    """Take a matter back to the control room whose holder was closed: no incident waits for nobody."""
    actor.require(*DESK)
    incident = locked(number)
    if incident.owner.active or incident.state not in rules.TAKEN_BACK:
        raise Refused("holder_is_there")
    by = incident.owner.code
    _end_holders_clocks(incident, at)
    incident.state, incident.owner, incident.diverted = State.RETURNED, control_room(), False
    incident.save(update_fields=["state", "owner", "diverted"])
    leave("returned", incident, actor, at, by=by, returns=incident.returns)
    return {"incident": number}


def bring_back(incident: Incident, actor: Actor, at: dt.datetime) -> None:
    """Take a matter that may hide danger to life back to the control room at once, where somebody can be sent."""
    by = incident.owner.code
    incident.state, incident.owner, incident.urgency, incident.diverted = State.RETURNED, control_room(), 1, False
    incident.save(update_fields=["state", "owner", "urgency", "diverted"])
    leave("returned", incident, actor, at, by=by, urgency=1)


def _give(incident: Incident, to: Organisation, diverted: bool, actor: Actor, at: dt.datetime) -> None:
    if to.pk == incident.owner_id:
        raise Refused("holds_it_already", "to")
    rules.require_divertible(is_gated(incident), diverted, to.kind)
    Handover.objects.create(incident=incident, sender=incident.owner, to=to, at=at, diverted=diverted)
    _end_holders_clocks(incident, at)
    incident.state, incident.owner, incident.diverted = State.HANDED_OVER, to, diverted
    incident.save(update_fields=["state", "owner", "diverted"])
    leave("handed_over", incident, actor, at, to=to.code, diverted=diverted)


def _end_holders_clocks(incident: Incident, at: dt.datetime) -> None:
    """End the clocks of the one who gives, also where it was handed on without being signed for."""
    clocks.heard("triage.incident_handed_on", subject=incident.subject, at=at, holder=incident.owner, facts={})


def _last_handover(incident: Incident) -> Handover:
    last = incident.handovers.select_related("sender", "to").last()
    assert last is not None, "only what was handed over is signed for or returned"
    return last
