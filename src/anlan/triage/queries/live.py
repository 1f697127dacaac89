"""What the desk may still put right of a report just saved: whether its incident was touched since it opened it."""

from __future__ import annotations

from anlan.core.models import LedgerEntry
from anlan.core.people.actors import Actor
from anlan.triage.models import Incident
from anlan.triage.states import State


def is_untouched(incident: Incident) -> bool:
    """Whether nothing was done with an incident since it was opened."""
    done = LedgerEntry.objects.filter(subject=incident.subject).exclude(kind="triage.incident_opened")
    return incident.state == State.NEW and not done.exists()


def with_marked(
    near: list[tuple[Incident, float | None]], number: str, actor: Actor
) -> list[tuple[Incident, float | None]]:
    """Return incidents near by, with the one that the desk has marked, also where the pin was moved since."""
    if not number or any(incident.number == number for incident, _apart_m in near):
        return near
    marked = Incident.objects.visible_to(actor).open().filter(number=number)
    found = marked.select_related("category_at_call", "category_confirmed").first()
    return [(found, None), *near] if found else near
