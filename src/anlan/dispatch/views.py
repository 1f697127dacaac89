"""The board of units, an assignment as its crew sees it on a phone, and the moves of both."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from anlan.core.access import roles
from anlan.core.actors import Actor, NotAllowed
from anlan.core.clock import now
from anlan.core.middleware.access import actor_of_request
from anlan.core.roles import Role
from anlan.dispatch import actions, rules
from anlan.dispatch.models import Assignment
from anlan.dispatch.queries import board, whole
from anlan.dispatch.rules import DispatchRefused
from anlan.dispatch.words import refusal
from anlan.triage.actions import DESK
from anlan.triage.models import SEES_ALL, Incident
from anlan.triage.rules import TriageRefused
from anlan.triage.words import refusal as triage_refusal

READERS = (*SEES_ALL, Role.OFFICER)
MOVERS = (*DESK, Role.OFFICER)
Move = Callable[[int, dict[str, str], Actor, dt.datetime], Any]
STAMPS = ("acknowledged", "en_route", "on_scene", "field_feedback", "cleared")
MOVES: dict[str, Move] = {
    "resolved": lambda pk, told, actor, at: actions.resolve_on_scene(
        assignment=pk, disposal=told.get("disposal", ""), actor=actor, at=at
    ),
    "backup_asked": lambda pk, told, actor, at: actions.ask_backup(assignment=pk, actor=actor, at=at),
    "reassigned": lambda pk, told, actor, at: actions.reassign(
        assignment=pk, unit=told.get("unit", ""), actor=actor, at=at
    ),
    "reviewed": lambda pk, told, actor, at: actions.review(assignment=pk, actor=actor, at=at),
    "archived": lambda pk, told, actor, at: actions.archive(assignment=pk, actor=actor, at=at),
}


@roles(*READERS)
@never_cache
@require_GET
def units(request: HttpRequest) -> HttpResponse:
    """Show the units on duty, and what each does now."""
    rows = board(now(), actor_of_request(request))
    counts = {"out": sum(1 for _, held in rows if held), "free": sum(1 for _, held in rows if held is None)}
    return render(request, "dispatch/units.html", {"rows": rows, "counts": counts, "at": now()})


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
    actor, step = actor_of_request(request), request.POST.get("step", "")
    if not Assignment.objects.visible_to(actor).filter(pk=pk).exists() or step not in {*MOVES, *STAMPS}:
        raise Http404
    try:
        if step in MOVES:
            MOVES[step](pk, request.POST.dict(), actor, now())
        else:
            actions.stamp(assignment=pk, step=step, actor=actor, at=now())
    except (DispatchRefused, TriageRefused) as error:
        return _page(request, pk, wrong=_said(error), status=409)
    return redirect("dispatch:assignment", pk)


@roles(*MOVERS)
@require_POST
def send(request: HttpRequest, number: str) -> HttpResponse:
    """Send a unit to an incident, and go back to the incident."""
    actor = actor_of_request(request)
    if not Incident.objects.visible_to(actor).filter(number=number).exists():
        raise Http404
    try:
        actions.dispatch_unit(number=number, unit=request.POST.get("unit", ""), actor=actor, at=now())
    except (DispatchRefused, TriageRefused) as error:
        return render(request, "dispatch/refused.html", {"number": number, "wrong": _said(error)}, status=409)
    return redirect("triage:incident", number)


def _said(error: DispatchRefused | TriageRefused) -> str:
    return refusal(error) if isinstance(error, DispatchRefused) else triage_refusal(error)


def _page(request: HttpRequest, pk: int, *, wrong: str = "", status: int = 200) -> HttpResponse:
    actor = actor_of_request(request)
    found = whole(pk, actor)
    if found is None:
        raise Http404
    context = {
        "one": found,
        "wrong": wrong,
        "next": _next(found, actor),
        "may_ask": found.state in rules.OUT and _moves(found, actor),
        "disposals": Incident.Disposal.choices,
    }
    return render(request, "dispatch/assignment.html", context, status=status)


def _next(found: Assignment, actor: Actor) -> dict[str, Any] | None:
    """Return the usual next stamp, if this person may give it; the verbs check again."""
    step = rules.next_step(found.state)
    reviewing = step in {rules.Step.REVIEWED, rules.Step.ARCHIVED}
    may = bool(actor.roles.intersection(actions.REVIEWS)) if reviewing else _moves(found, actor)
    if step is None or not may:
        return None
    return {"step": rules.Step(step).value, "label": rules.Step(step).label, "resolves": step == rules.Step.RESOLVED}


def _moves(found: Assignment, actor: Actor) -> bool:
    try:
        actions._require_crew_or_desk(actor, found)
    except NotAllowed:
        return False
    return True
