"""The assignments of an incident, and one of them whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from zlib import crc32

from django.db.models import Prefetch, QuerySet

from anlan.core.people.actors import Actor
from anlan.core.time.clock import ahead
from anlan.dispatch import rules
from anlan.dispatch.models import Assignment, Milestone
from anlan.intake.models.report import sees_all
from anlan.triage.models import Incident


def assignments_of(incident: Incident) -> list[Assignment]:
    """Return an incident's assignments with their stamps."""
    stamps = Prefetch("milestones", Milestone.objects.order_by("at", "pk"))
    return list(incident.assignments.select_related("unit").prefetch_related(stamps))


def seen_of(assignments: Sequence[Assignment], actor: Actor) -> set[int]:
    """Return which of some assignments the actor may open."""
    pks = {assignment.pk for assignment in assignments}
    if sees_all(actor) or not pks:
        return pks
    return set(Assignment.objects.visible_to(actor).filter(pk__in=pks).values_list("pk", flat=True))


def whole(pk: int, actor: Actor) -> Assignment | None:
    """Return an assignment with its incident and stamps, if the actor may see it."""
    seen = Assignment.objects.visible_to(actor).select_related(
        "unit__organisation", "incident__category_at_call", "incident__category_confirmed", "incident__owner"
    )
    return seen.prefetch_related("milestones").filter(pk=pk).first()


def listed(actor: Actor) -> QuerySet[Assignment]:
    """Return the assignments that the actor may see, with what a list says of them."""
    return Assignment.objects.visible_to(actor).select_related(
        "unit__organisation", "incident__category_at_call", "incident__category_confirmed"
    )


def stamps_of(assignment: Assignment) -> list[tuple[Milestone, dt.datetime | None]]:
    """Return its stamps, each with the device's time where that says something; a simulated city's devices are real."""
    return [
        (stamp, stamp.device_at if not ahead() and rules.device_differs(stamp.at, stamp.device_at) else None)
        for stamp in assignment.milestones.all()
    ]


def digest(assignment: Assignment) -> str:
    """Return a short sign of what its page shows: a page with another sign is not the newest."""
    incident = assignment.incident
    shown = [assignment.state, assignment.backup, incident.state, incident.urgency, incident.category.pk, incident.lon,
             incident.lat, *incident.links.filter(unlinked_at=None).values_list("pk", flat=True)]  # fmt: skip
    return f"{crc32(repr(shown).encode()):08x}"
