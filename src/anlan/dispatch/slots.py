"""Dispatch's place on the rail, and its part of an incident's page."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import pgettext_lazy

import anlan.dispatch.telling  # noqa: F401  (registers itself)
from anlan.core.clock import now
from anlan.core.middleware.access import actor_of_request
from anlan.core.roles import Role
from anlan.core.slots import fill, rail
from anlan.dispatch.queries import assignments_of, candidates, seen_of
from anlan.triage import rules
from anlan.triage.views import MOVERS, holds

rail(25, "派", pgettext_lazy("rail", "Dispatch"), "dispatch:console", set(Role.values) - {Role.PUBLISHER})


@fill("triage.incident")
def of_incident(context: dict[str, Any]) -> str:
    """Show who was sent with the stamps on the way, and offer the nearest free units."""
    request, incident = context["request"], context["incident"]
    actor = actor_of_request(request)
    may = bool(actor.roles.intersection(MOVERS)) and holds(incident, actor)
    may = may and rules.DISPATCHED in rules.MOVES[incident.state]
    values = {
        "incident": incident,
        "assignments": assignments_of(incident),
        "seen": seen_of(incident, actor),
        "candidates": candidates(incident, now(), actor) if may else [],
        "may_send": may,
    }
    return render_to_string("dispatch/_incident_slot.html", values, request=request)
