"""The assignments of an incident, and one of them whole."""

from __future__ import annotations

from django.db.models import Prefetch

from anlan.core.people.actors import Actor
from anlan.dispatch.models import Assignment, Milestone
from anlan.triage.models import Incident


def assignments_of(incident: Incident) -> list[Assignment]:
    """Return an incident's assignments with their stamps."""
    stamps = Prefetch("milestones", Milestone.objects.order_by("at", "pk"))
    return list(incident.assignments.select_related("unit").prefetch_related(stamps))


def seen_of(incident: Incident, actor: Actor) -> set[int]:
    """Return which of an incident's assignments the actor may open."""
    return set(Assignment.objects.visible_to(actor).filter(incident=incident).values_list("pk", flat=True))


def whole(pk: int, actor: Actor) -> Assignment | None:
    """Return an assignment with its incident and stamps, if the actor may see it."""
    seen = Assignment.objects.visible_to(actor).select_related(
        "unit__organisation", "incident__category_at_call", "incident__category_confirmed", "incident__owner"
    )
    return seen.prefetch_related("milestones").filter(pk=pk).first()
