"""An assignment as its crew sees it on a phone, and its moves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from anlan.core.ledger.verbs import KeyReused
from anlan.core.people.actors import Actor
from anlan.core.time.clock import now
from anlan.core.web.access import roles
from anlan.core.web.middleware.access import actor_of_request
from anlan.dispatch import actions, rules
from anlan.dispatch.actions import may_stamp
from anlan.dispatch.models import Assignment
from anlan.dispatch.queries.open_incidents import areas
from anlan.dispatch.queries.units import whole
from anlan.dispatch.rules import DispatchRefused
from anlan.dispatch.words import refusal
from anlan.triage.actions import HeldElsewhere
from anlan.triage.models import Incident
from anlan.triage.rules import TriageRefused
from anlan.triage.views.incidents import MOVERS, READERS, opens
from anlan.triage.words import refusal as triage_refusal

Move = Callable[..., Any]
REFUSALS = (DispatchRefused, TriageRefused, HeldElsewhere, KeyReused)
STAMPS = ("acknowledged", "en_route", "on_scene", "field_feedback", "cleared")
MOVES: dict[str, Move] = {
    "resolved": lambda told, **how: actions.resolve_on_scene(disposal=told.get("disposal", ""), **how),
    "backup_asked": lambda told, **how: actions.ask_backup(**how),
    "reassigned": lambda told, device_at, **how: actions.reassign(unit=told.get("unit", ""), **how),
    "reviewed": lambda told, device_at, key, **how: actions.review(**how),
    "archived": lambda told, device_at, key, **how: actions.archive(**how),
}


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
        make_move(pk, request.POST.dict(), actor_of_request(request), now())
    except REFUSALS as error:
        return _page(request, pk, wrong=said(error), status=409)
    return redirect("dispatch:assignment", pk)


def make_move(pk: int, told: dict[str, str], actor: Actor, at: dt.datetime) -> None:
    """Take the step that a form asks for; with its key, a form that comes twice counts once."""
    step = told.get("step", "")
    if step not in {*MOVES, *STAMPS} or not Assignment.objects.visible_to(actor).filter(pk=pk).exists():
        raise Http404
    key = key_of(told, f"{pk}:{step}")
    how: dict[str, Any] = {"assignment": pk, "device_at": device_time(told), "key": key, "actor": actor, "at": at}
    MOVES[step](told, **how) if step in MOVES else actions.stamp(step=step, **how)


def key_of(told: dict[str, str], what: str) -> str | None:
    """Return the key under which a form's press counts once, or None where the form has none."""
    return f"{told['key'][:64]}:{what}" if told.get("key") else None


def device_time(told: dict[str, str]) -> dt.datetime | None:
    """Return when the device says the button was pressed; what is no moment is no device time."""
    try:
        at = dt.datetime.fromisoformat(told.get("device_at", ""))
        return at.astimezone(dt.UTC) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None


@roles(*MOVERS)
@require_POST
def send(request: HttpRequest, number: str) -> HttpResponse:
    """Send a unit to an incident, and go back to the incident."""
    try:
        send_unit(number, request.POST.dict(), actor_of_request(request), now())
    except REFUSALS as error:
        return render(request, "dispatch/refused.html", {"number": number, "wrong": said(error)}, status=409)
    return redirect("triage:incident", number)


def send_unit(number: str, told: dict[str, str], actor: Actor, at: dt.datetime) -> None:
    """Send the unit that a form names to an incident that the actor sees."""
    if not Incident.objects.visible_to(actor).filter(number=number).exists():
        raise Http404
    unit = told.get("unit", "")
    actions.dispatch_unit(number=number, unit=unit, actor=actor, at=at, key=key_of(told, f"{number}:{unit}"))


def said(error: Exception) -> str:
    """Return a refusal in words, whichever stage refused."""
    if isinstance(error, DispatchRefused):
        return refusal(error)
    assert isinstance(error, TriageRefused | HeldElsewhere | KeyReused)
    return triage_refusal(error)


def _page(request: HttpRequest, pk: int, *, wrong: str = "", status: int = 200) -> HttpResponse:
    actor = actor_of_request(request)
    found = whole(pk, actor)
    if found is None:
        raise Http404
    context = {
        "one": found,
        "wrong": wrong,
        "next": next_stamp(found, actor),
        "may_ask": found.state in rules.OUT and may_stamp(found, actor),
        "sees_incident": Incident.objects.visible_to(actor).filter(pk=found.incident_id).exists(),
        "area": areas(now())(found.incident),
        "links": found.incident.links.filter(unlinked_at=None).select_related("report"),
        "opens": opens(found.incident, actor),
        "key": uuid4().hex,
        "disposals": Incident.Disposal.choices,
        "over": found.incident.state in {Incident.State.RESOLVED, Incident.State.CLOSED} and found.ended_at is None,
        "at": now(),
    }
    return render(request, "dispatch/assignment.html", context, status=status)


def next_stamp(found: Assignment, actor: Actor) -> dict[str, Any] | None:
    """Return the usual next stamp, if this person may give it; the verbs check again."""
    step = rules.next_step(found.state)
    reviewing = step in {rules.Step.REVIEWED, rules.Step.ARCHIVED}
    may = bool(actor.roles.intersection(actions.REVIEWS)) if reviewing else may_stamp(found, actor)
    if step is None or not may:
        return None
    return {"step": rules.Step(step).value, "label": rules.Step(step).label, "resolves": step == rules.Step.RESOLVED}
