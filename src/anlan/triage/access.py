"""Who opens the pages of incidents, and who acts on an incident: its holder's officers, or the desk."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.core.workflow import NotYours, holder, roles
from anlan.intake.access import TAKES_CALLS
from anlan.intake.models.report import SEES_ALL
from anlan.triage.models import Incident
from anlan.triage.queries.organisations import control_room

DESK: Final = (*TAKES_CALLS, Role.SUPERVISOR)
READERS: Final = (*SEES_ALL, Role.OFFICER)
MOVERS: Final = (*DESK, Role.OFFICER)
ARBITERS: Final = (Role.SUPERVISOR,)


# Who moves an incident: its holder's people, its officers where it was handed to them, the desk, the arbiter.
HOLDER: Final = roles(*MOVERS) & holder("owner")
OFFICER: Final = roles(Role.OFFICER) & holder("owner")


class HeldElsewhere(NotYours):
    """The actor could act on it if the own organisation held it; often somebody was quicker."""


THEIRS: Final = {"not_holder": HeldElsewhere}


def require_holder(actor: Actor, incident: Incident) -> None:
    """The holder's officers act on it; for what the control room holds, its desk."""
    if code := HOLDER(actor, incident):
        raise THEIRS.get(code, NotYours)(actor, f"move {incident}", code)


def holds(incident: Incident, actor: Actor) -> bool:
    """Whether this person may act for the incident's holder."""
    return HOLDER(actor, incident) is None


def is_desk(actor: Actor) -> bool:
    """Whether this person works at the desk of the control room."""
    return bool(actor.roles.intersection(DESK))


def is_on_duty(actor: Actor) -> bool:
    """Whether this person works at the desk, and the desk is the control room's own."""
    return is_desk(actor) and control_room().pk in actor.organisation_ids


def is_mover(actor: Actor) -> bool:
    """Whether this person can have a move of an incident at all."""
    return bool(actor.roles.intersection(MOVERS))


def desk_for(actor: Actor, incident: Incident) -> Actor:
    """Return the actor in the name of the incident's holder, for a verb of a later stage that has checked the actor."""
    return replace(actor, organisation_ids=actor.organisation_ids | {incident.owner_id})
