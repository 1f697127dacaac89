"""Who opens the pages of incidents, and who acts on an incident: its holder's officers, or the desk."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from anlan.core.people.actors import Actor, NotAllowed
from anlan.core.people.roles import Role
from anlan.intake.access import TAKES_CALLS
from anlan.intake.models.report import SEES_ALL
from anlan.triage.models import Incident

DESK: Final = (*TAKES_CALLS, Role.SUPERVISOR)
READERS: Final = (*SEES_ALL, Role.OFFICER)
MOVERS: Final = (*DESK, Role.OFFICER)
ARBITERS: Final = (Role.SUPERVISOR,)


class HeldElsewhere(NotAllowed):
    """The actor could act on it if the own organisation held it; often somebody was quicker."""


def require_holder(actor: Actor, incident: Incident) -> None:
    """The holder's officers act on it; for what the control room holds, its desk."""
    if actor.is_system:
        return
    actor.require(*MOVERS)
    _require_of_holder(actor, incident)


def require_officer_of_holder(actor: Actor, incident: Incident) -> None:
    """What was handed over is signed for or returned by an officer of the organisation that got it."""
    if actor.is_system:
        return
    if not is_officer(actor):
        raise NotAllowed(f"{actor.name} is no officer")
    _require_of_holder(actor, incident)


def holds(incident: Incident, actor: Actor) -> bool:
    """Whether this person may act for the incident's holder."""
    try:
        require_holder(actor, incident)
    except NotAllowed:
        return False
    return True


def is_desk(actor: Actor) -> bool:
    """Whether this person works at the desk of the control room."""
    return bool(actor.roles.intersection(DESK))


def is_mover(actor: Actor) -> bool:
    """Whether this person can have a move of an incident at all."""
    return bool(actor.roles.intersection(MOVERS))


def is_officer(actor: Actor) -> bool:
    """Whether this person acts for an organisation that things are handed to."""
    return Role.OFFICER in actor.roles


def is_arbiter(actor: Actor) -> bool:
    """Whether this person decides whose a disputed incident is."""
    return bool(actor.roles.intersection(ARBITERS))


def desk_for(actor: Actor, incident: Incident) -> Actor:
    """Return the actor in the name of the incident's holder, for a verb of a later stage that has checked the actor."""
    return replace(actor, organisation_ids=actor.organisation_ids | {incident.owner_id})


def _require_of_holder(actor: Actor, incident: Incident) -> None:
    if incident.owner_id not in actor.organisation_ids:
        raise HeldElsewhere(f"{actor.name} is not of {incident.owner.code}, which holds {incident.number}")
