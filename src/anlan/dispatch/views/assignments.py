"""An assignment as its crew sees it on a phone, and its moves."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from anlan.core.people.actors import Actor
from anlan.core.time.clock import now
from anlan.core.web.access import roles
from anlan.core.web.middleware.access import actor_of_request
from anlan.dispatch import rules
from anlan.dispatch.access import is_reviewer, may_stamp
from anlan.dispatch.models import Assignment
from anlan.dispatch.offers import send_unit, take_step
from anlan.dispatch.queries.assignments import whole
from anlan.dispatch.queries.open_incidents import areas
from anlan.dispatch.states import Stamp
from anlan.triage.access import MOVERS, READERS
from anlan.triage.forms import Sent, disposal_of
from anlan.triage.models import Incident
from anlan.triage.queries.incidents import reports_open_to
from anlan.triage.states import State
from anlan.triage.words import REFUSALS, refusal


@roles(*READERS)
@never_cache
@require_GET
def assignment(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one assignment: where to, what is known, and the next stamp as one large button."""
    return _page(request, pk)


@roles(*MOVERS)
@require_POST
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Stamp a milestone; where it is refused, say why on the page as it stands now."""
    try:
        take_step(pk, request.POST.dict(), actor_of_request(request), now())
    except REFUSALS as error:
        return _page(request, pk, wrong=refusal(error), sent=Sent.of(request.POST.dict(), error), status=409)
    return redirect("dispatch:assignment", pk)


@roles(*MOVERS)
@require_POST
def send(request: HttpRequest, number: str) -> HttpResponse:
    """Send a unit to an incident, and go back to the incident."""
    try:
        send_unit(number, request.POST.dict(), actor_of_request(request), now())
    except REFUSALS as error:
        return render(request, "dispatch/refused.html", {"number": number, "wrong": refusal(error)}, status=409)
    return redirect("triage:incident", number)


def _page(
    request: HttpRequest, pk: int, *, wrong: str = "", sent: Sent | None = None, status: int = 200
) -> HttpResponse:
    actor = actor_of_request(request)
    found = whole(pk, actor)
    if found is None:
        raise Http404
    next_step = next_stamp(found, actor, sent)
    asked = next_step and next_step["disposal"]
    context = {
        "assignment": found,
        "wrong": "" if asked and asked.wrong else wrong,
        "next": next_step,
        "may_ask": found.state in rules.OUT and may_stamp(found, actor),
        "sees_incident": Incident.objects.visible_to(actor).filter(pk=found.incident_id).exists(),
        "area": areas(now())(found.incident),
        "links": found.incident.links.filter(unlinked_at=None).select_related("report"),
        "opens": reports_open_to(found.incident, actor),
        "key": uuid4().hex,
        "over": found.incident.state in {State.RESOLVED, State.CLOSED} and found.ended_at is None,
        "at": now(),
    }
    return render(request, "dispatch/assignment.html", context, status=status)


def next_stamp(assignment: Assignment, actor: Actor, sent: Sent | None = None) -> dict[str, Any] | None:
    """Return the usual next stamp, if this person may give it; the verbs check again."""
    step = rules.next_step(assignment.state)
    reviewing = step in {Stamp.REVIEWED, Stamp.ARCHIVED}
    may = is_reviewer(actor) if reviewing else may_stamp(assignment, actor)
    if step is None or not may:
        return None
    again = sent if sent and sent.posted.get("step") == step else None
    asked = disposal_of(assignment.incident, again) if step == Stamp.RESOLVED else None
    return {"step": Stamp(step).value, "label": Stamp(step).label, "disposal": asked}
