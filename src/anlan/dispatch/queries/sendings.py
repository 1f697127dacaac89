"""Who sent a unit, and when: what the desk that was later is told."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from anlan.core.models import LedgerEntry, Person
from anlan.dispatch.models import Assignment, Unit


@dataclass(frozen=True)
class Sending:
    """A unit that is out: to which incident, sent by whom (an actor, and its name where that is a person), and when."""

    unit: Unit
    number: str
    actor: str
    name: str
    at: dt.datetime


def sending_of(unit: str, number: str) -> Sending | None:
    """Return where a unit was sent; of one that is free, the last sending to the incident itself."""
    out = Assignment.objects.open().select_related("unit", "incident").order_by("-dispatched_at", "-pk")
    found = out.filter(unit__code=unit).first() or out.filter(incident__number=number).first()
    if found is None:
        return None
    entry = LedgerEntry.objects.filter(subject=found.subject, kind="dispatch.unit_dispatched").order_by("-pk").first()
    actor = entry.actor if entry else ""
    person = Person.objects.filter(pk=int(actor[7:])).first() if actor.startswith("person:") else None
    return Sending(found.unit, found.incident.number, actor, person.name if person else "", found.dispatched_at)
