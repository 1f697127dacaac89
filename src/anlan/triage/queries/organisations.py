"""Whose an incident can be: the control room, an organisation by its code, those that it may be handed to."""

from __future__ import annotations

from anlan.core.city.current import city, organisations
from anlan.core.models import Organisation
from anlan.core.refusals import Refused
from anlan.intake.queries import unsorted
from anlan.triage.models import Incident
from anlan.triage.rules import HANDED_OVER, OBJECTION_DAYS


def control_room() -> Organisation:
    """Return the organisation that holds what nobody else holds."""
    found = unsorted.control_room()
    if found is None:
        raise Refused("no_organisation")
    return found


def organisation(code: str) -> Organisation | None:
    """Return an organisation that is not closed, by its code."""
    return Organisation.objects.filter(code=code, active=True).first()


def others(incident: Incident) -> list[Organisation]:
    """Return to whom an incident may be handed: unsigned it goes on to others only, back with a reason."""
    out = {incident.owner_id}
    if incident.state == HANDED_OVER:
        out |= {handover.sender_id for handover in incident.handovers.all()}
    return [organisation for organisation in organisations() if organisation.active and organisation.pk not in out]


def objection_days() -> int:
    """Return for how many days a reporter's word reopens what was closed, by `objection_days` of city.toml."""
    here = city()
    return int(here.option("objection_days", OBJECTION_DAYS)) if here else OBJECTION_DAYS
