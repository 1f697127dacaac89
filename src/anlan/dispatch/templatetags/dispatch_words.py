"""The words of dispatch as filters of templates."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse

from anlan.core.time.clock import now
from anlan.core.web.middleware.access import actor_of_request
from anlan.dispatch import lines, words
from anlan.dispatch.models import Assignment
from anlan.dispatch.queries.last_act import last_step

register = template.Library()

for function in (words.face_word, words.km, words.running, words.target, words.took, words.unlocalised):
    register.filter(function)
register.filter(lines.state_of)
register.simple_tag(lines.rows, name="console_rows")
register.simple_tag(lines.ticking)


@register.inclusion_tag("dispatch/_undo.html", takes_context=True)
def undo_of(context: dict[str, Any], assignment: Assignment) -> dict[str, Any]:
    """Offer to take back the reader's own last stamp of an assignment."""
    last = last_step(assignment, actor_of_request(context["request"]), now())
    action = reverse("dispatch:move", args=[assignment.pk])
    return {"last": last, "action": action, "csrf_token": context.get("csrf_token")}
