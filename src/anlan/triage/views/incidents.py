"""Incidents: a list, one incident beside it, and its next move one key away."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from anlan.core.time import clocks
from anlan.core.time.clock import now
from anlan.core.web.access import roles
from anlan.core.web.middleware.access import actor_of_request
from anlan.core.workflow.undo import undoable
from anlan.triage.access import MOVERS, READERS
from anlan.triage.forms import Sent, at_field, forms_of
from anlan.triage.models import Incident
from anlan.triage.offers import make_move, may
from anlan.triage.queries.history import history
from anlan.triage.queries.incidents import reports_open_to, whole
from anlan.triage.views.listed import listing_of
from anlan.triage.words import REFUSALS, refusal


@roles(*READERS)
@never_cache
@require_GET
def incidents(request: HttpRequest) -> HttpResponse:
    """Show the list that the address asks for."""
    listing = listing_of(request)
    if request.GET.get("as") == "csv":
        return listing.file()
    return render(request, "triage/incidents.html", {"listing": listing, "at": now()})


@roles(*READERS)
@never_cache
@require_GET
def points(request: HttpRequest) -> HttpResponse:
    """Return where the incidents of a list are, for the map."""
    found = listing_of(request).rows.filter(lon__isnull=False)[:2000]
    features = [_point(incident) for incident in found]
    return JsonResponse({"type": "FeatureCollection", "features": features}, content_type="application/geo+json")


@roles(*READERS)
@never_cache
@require_GET
def incident(request: HttpRequest, number: str) -> HttpResponse:
    """Show one incident beside its list."""
    return page(request, number)


@roles(*MOVERS)
@require_POST
def act(request: HttpRequest, number: str) -> HttpResponse:
    """Make a move; where it is refused, say why on the page as it stands now."""
    if not Incident.objects.visible_to(actor_of_request(request)).filter(number=number).exists():
        raise Http404
    try:
        make_move(number, request.POST.dict(), actor_of_request(request), now())
    except REFUSALS as error:
        return page(request, number, wrong=refusal(error), sent=Sent.of(request.POST.dict(), error), status=409)
    return redirect("triage:incident", number)


def page(
    request: HttpRequest, number: str, *, wrong: str = "", sent: Sent | None = None, status: int = 200
) -> HttpResponse:
    """Show an incident beside its list, and what was wrong with the move that was asked for, at its field if it can."""
    actor = actor_of_request(request)
    found = whole(number, actor)
    if found is None:
        raise Http404
    at, listing = now(), listing_of(request, number)
    has = may(found, actor, at) | {"undo": undoable(found.subject, actor, at)}
    forms = forms_of(found, has, sent)
    context = {
        "listing": listing,
        "name": listing.asked["list"],
        "incident": found,
        "wrong": "" if at_field(forms) else wrong,
        "runs": clocks.running_on(found.subject),
        "at": at,
        "history": history(found),
        "may": has,
        "forms": forms,
        "links": [link for link in found.links.all() if link.unlinked_at is None],
        "reports": [link.report for link in found.links.all() if link.unlinked_at is None],
        "opens": reports_open_to(found, actor),
        "key": uuid4().hex,
    }
    return render(request, "triage/incident.html", context, status=status)


def _point(incident: Incident) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [incident.lon, incident.lat]},
        "properties": {"number": incident.number, "href": reverse("triage:incident", args=[incident.number])},
    }
