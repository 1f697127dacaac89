"""Whose an incident can be: the control room, an organisation by its code, those that it may be handed to."""

from __future__ import annotations

from django.db.models import QuerySet

from anlan.core.city.current import city
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


def others(incident: Incident) -> QuerySet[Organisation]:
    """Return to whom an incident may be handed: unsigned it goes on to others only, back with a reason."""
    found = Organisation.objects.filter(active=True).exclude(pk=incident.owner_id)
    if incident.state == HANDED_OVER:
        found = found.exclude(pk__in=incident.handovers.values_list("sender", flat=True))
    return found.order_by("name")


def objection_days() -> int:
    """Return for how many days a reporter's word reopens what was closed, by `objection_days` of city.toml."""
    here = city()
    return int(here.option("objection_days", OBJECTION_DAYS)) if here else OBJECTION_DAYS
