"""What templates of this and later stages show of an incident that waits for a decision."""

from __future__ import annotations

from typing import Any

from django import template

from anlan.intake.queries.history import who
from anlan.triage.models import Incident
from anlan.triage.queries.followed import objections

register = template.Library()


@register.inclusion_tag("triage/objections/_shown.html")
def objection(incident: Incident) -> dict[str, Any]:
    """Show that the reporter says that it is not put right, and which post had ended it."""
    found = objections([incident]).get(incident.subject)
    return {"objection": found, "ended_by": who(found.ended_by) if found else ""}
