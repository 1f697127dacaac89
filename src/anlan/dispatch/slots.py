"""Dispatch's place on the rail, and its part of an incident's page."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, Q, QuerySet
from django.template.loader import render_to_string
from django.utils.translation import pgettext_lazy

from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.core.time.clock import now
from anlan.core.web.middleware.access import actor_of_request
from anlan.core.web.slots import begins, fill, rail
from anlan.dispatch.access import is_crew, work_in_hand
from anlan.dispatch.in_hand import opened_for
from anlan.dispatch.models import Assignment, UnitAccess, acted_for
from anlan.dispatch.queries.assignments import assignments_of, seen_of
from anlan.dispatch.queries.units import candidates
from anlan.intake.models.report import shares
from anlan.triage.access import READERS
from anlan.triage.models import IncidentReport, narrows
from anlan.triage.offers import takes_units

rail(25, "派", pgettext_lazy("rail", "Dispatch"), "dispatch:console", READERS, stretch="act", letter="d",
     pinned_for=[Role.DISPATCHER])  # fmt: skip
rail(26, "队", pgettext_lazy("rail", "Assignments"), "dispatch:assignments", [Role.OFFICER], stretch="act", letter="m",
     pinned_for=[Role.OFFICER])  # fmt: skip


@begins
def crew(actor: Actor) -> str:
    """Let a crew's log-in begin with its assignment."""
    return "dispatch:assignments" if is_crew(actor) else ""


@shares
def at_it(actor: Actor) -> Q:
    """Show an officer the reports of what a unit of theirs is at: the crew has to find the place."""
    return Q(pk__in=IncidentReport.objects.filter(unlinked_at=None, incident__in=_places(actor)).values("report"))


@narrows
def its_own(actor: Actor) -> Q:
    """Show a crew's log-in, of what the house has, the incidents alone that its units are at."""
    given = UnitAccess.objects.filter(person=actor.person_id)
    return Q(~Exists(given)) | Q(pk__in=_places(actor))


def _places(actor: Actor) -> QuerySet[Assignment, Any]:
    """Return the incidents that an officer's units are at now."""
    return Assignment.objects.open().filter(acted_for(actor, "unit__")).values("incident")


@fill("triage.words")
def in_place(context: dict[str, Any]) -> str:
    """Show address and words to who has the incident in hand; the page's `links` and `opens` say of which reports."""
    request, incident = context["request"], context["incident"]
    actor, assignment = actor_of_request(request), context.get("assignment")
    work = work_in_hand(incident, actor, assignment.pk if assignment else None)
    if work is None:
        return ""
    reports = [link.report for link in context["links"] if link.report_id in context["opens"]]
    values = {"sheet": opened_for(work, reports, actor, now()), "work": work}
    return render_to_string("dispatch/_words.html", values, request=request)


@fill("triage.next")
def nearest(context: dict[str, Any]) -> str:
    """Offer to send the nearest free unit where nobody is out yet: the same next move, on the same key, as the console.

    The others are sent from the list below, or from the console, where a key stays with its unit.
    """
    request, incident = context["request"], context["incident"]
    actor, at = actor_of_request(request), now()
    if not takes_units(incident, actor, at) or incident.assignments.open().exists():
        return ""
    near = next((found for found in candidates(incident, at, actor) if found.apart_m is not None), None)
    if near is None:
        return ""
    return render_to_string("dispatch/_send_nearest.html", {"unit": near.unit, "incident": incident}, request=request)


@fill("triage.incident")
def of_incident(context: dict[str, Any]) -> str:
    """Show who was sent with the stamps on the way, and offer the nearest free units."""
    request, incident = context["request"], context["incident"]
    actor = actor_of_request(request)
    may_send = takes_units(incident, actor, now())
    assignments = assignments_of(incident)
    values = {
        "incident": incident,
        "assignments": assignments,
        "seen": seen_of(assignments, actor),
        "candidates": candidates(incident, now(), actor) if may_send else [],
        "may_send": may_send,
    }
    return render_to_string("dispatch/_incident_slot.html", values, request=request)
