"""Assignments: those that are open, one as its crew sees it on a phone, and its moves."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from anlan.core.pages import Column, Empty, Filter, Link, ListPage, Reader, Tab, containing
from anlan.core.people.actors import Actor
from anlan.core.people.members import sign_of
from anlan.core.time.clock import now
from anlan.core.web.access import roles
from anlan.core.web.middleware.access import actor_of_request
from anlan.core.words import area_label
from anlan.dispatch import rules
from anlan.dispatch.access import is_crew, is_reviewer, may_stamp
from anlan.dispatch.lines import state_of
from anlan.dispatch.models import Assignment, Unit
from anlan.dispatch.offers import is_stamped, send_unit, take_step
from anlan.dispatch.queries.assignments import digest, listed, stamps_of, whole
from anlan.dispatch.queries.open_incidents import areas
from anlan.dispatch.queries.taken_back import taken_back
from anlan.dispatch.states import Stamp
from anlan.dispatch.words import act
from anlan.intake.words import label
from anlan.triage.access import MOVERS, READERS
from anlan.triage.forms import Sent, disposal_of
from anlan.triage.models import Incident
from anlan.triage.queries.incidents import reports_open_to
from anlan.triage.states import State
from anlan.triage.words import REFUSALS, refusal


def _empty(reader: Reader) -> Empty:
    if reader.once(lambda reader: is_crew(reader.actor)):
        return Empty(_("A new assignment opens here by itself."), _("Nothing waits for you"))
    return Empty(_("No unit that you see is sent anywhere now."))


OVER = pgettext_lazy("assignments", "Over")
ASSIGNMENTS = ListPage(
    pgettext_lazy("rail", "Assignments"), listed, base="dispatch/base_dispatch.html", empty=_empty, counted=False,
    tabs=[Tab("", _("Open"), Q(ended_at=None)),
          Tab("over", OVER, Q(ended_at__isnull=False), order=("-dispatched_at", "-pk"))],
    filters=[Filter("kind", _("Kind"), _("Every kind"), lambda reader: Unit.Kind.choices, "unit__kind")],
    search=containing("unit__code", "unit__name", "unit__name_en", "incident__number"), hint=_("Unit or number"),
    links=[Link(pgettext_lazy("dispatch", "Units"), "dispatch:units", "v")],
    columns=[
        Column(_("Unit"), lambda row: area_label(row.unit), head=True, sort="unit__code",
               link=lambda row: reverse("dispatch:assignment", args=[row.pk]),
               under=lambda row: area_label(row.unit.organisation)),
        Column(_("State"), lambda row: row.get_state_display(), draw=lambda row: state_of(row, "plain")),
        Column(_("Incident"), lambda row: row.incident.number, "num nowrap",
               under=lambda row: label(row.incident.category)),
        Column(pgettext_lazy("assignments", "Sent"), lambda row: row.dispatched_at, "num nowrap", sort="dispatched_at"),
        Column(OVER, lambda row: row.ended_at, "num nowrap", sort="ended_at"),
    ],
)  # fmt: skip


@roles(*READERS)
@never_cache
@require_safe
def assignments(request: HttpRequest) -> HttpResponse:
    """Show the open assignments; to a crew its only one at once, and what comes without a press."""
    actor = actor_of_request(request)
    if not is_crew(actor):
        return ASSIGNMENTS.answer(request)
    waits = list(Assignment.objects.visible_to(actor).open().values_list("pk", flat=True))
    seen = "-".join(map(str, waits)) or "0"
    if "HX-Request" in request.headers:
        fresh = request.GET.get("seen") != seen
        return HttpResponse(status=204, headers={"HX-Refresh": "true"} if fresh else {})
    if len(waits) == 1 and not request.GET:
        return redirect("dispatch:assignment", waits[0])
    return ASSIGNMENTS.answer(request, "dispatch/assignments.html", seen=seen)


@roles(*READERS)
@never_cache
@require_safe
def news(request: HttpRequest, pk: int) -> HttpResponse:
    """Say whether the page of an assignment that asks is not the newest; where it was taken back, the page comes anew.

    A crew that drives reads no line at the top: the whole page has to say that nobody needs to go.
    """
    actor = actor_of_request(request)
    found = whole(pk, actor)
    if found is None:
        gone = taken_back(pk, actor)
        return HttpResponse(status=204, headers={"HX-Refresh": "true"} if gone else {})
    if digest(found) == request.GET.get("seen"):
        return HttpResponse()
    return render(request, "dispatch/_assignment_news.html", {"assignment": found})


@roles(*READERS)
@never_cache
@require_GET
def assignment(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one assignment: where to, what is known, and the next stamp as one large button."""
    return _page(request, pk)


@roles(*MOVERS)
@require_POST
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Stamp a milestone; where it is refused, say why on the page as it stands now.

    A device that kept the press asks for JSON and learns what became of it; one that another person signed in on
    since is told to keep it.
    """
    if request.headers.get("Accept") == "application/json":
        return _kept(request, pk)
    try:
        take_step(pk, request.POST.dict(), actor_of_request(request), now())
    except REFUSALS as error:
        return _page(request, pk, wrong=refusal(error), sent=Sent.of(request.POST.dict(), error), status=409)
    except Http404:
        return _gone(request, pk)
    return redirect("dispatch:assignment", pk)


def _kept(request: HttpRequest, pk: int) -> JsonResponse:
    """Answer a press that a device kept: taken, stamped already (by the radio, by the desk), or refused with why."""
    actor, posted = actor_of_request(request), request.POST.dict()
    if posted.get("who") != sign_of(actor):
        return JsonResponse({"state": "other"}, status=409)
    try:
        take_step(pk, posted, actor, now())
    except REFUSALS as error:
        state = "already" if is_stamped(pk, posted) else "refused"
        return JsonResponse({"state": state, "why": refusal(error)}, status=409)
    return JsonResponse({"state": "taken"})


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
        return _gone(request, pk)
    steps = next_stamps(found, actor, sent)
    asked = steps and steps[0]["disposal"]
    context = {
        "assignment": found,
        "wrong": "" if asked and asked.wrong else wrong,
        "steps": steps,
        "stamps": stamps_of(found),
        "seen": digest(found),
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


def _gone(request: HttpRequest, pk: int) -> HttpResponse:
    """Say to its crew that a sending was taken back; what never was there for somebody is no page."""
    sending = taken_back(pk, actor_of_request(request))
    if sending is None:
        raise Http404
    return render(request, "dispatch/taken_back.html", {"sending": sending}, status=410)


def next_stamps(assignment: Assignment, actor: Actor, sent: Sent | None = None) -> list[dict[str, Any]]:
    """Return the usual next stamp and those after it, if this person may give them; the verbs check again.

    Those after it wait on the page: a crew without network goes on stamping.
    """
    steps = rules.steps_from(assignment.state)
    if steps and steps[0] in {Stamp.REVIEWED, Stamp.ARCHIVED}:
        return [_step(assignment, steps[0])] if is_reviewer(actor) else []
    return [_step(assignment, step, sent) for step in steps] if may_stamp(assignment, actor) else []


def _step(assignment: Assignment, step: str, sent: Sent | None = None) -> dict[str, Any]:
    again = sent if sent and sent.posted.get("step") == step else None
    asked = disposal_of(assignment.incident, again) if step == Stamp.RESOLVED else None
    return {"step": step, "label": act(step), "disposal": asked, "key": uuid4().hex}
