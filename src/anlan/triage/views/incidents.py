"""The console of incidents: a list, one incident beside it, and its next move one key away."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from anlan.core.ledger.verbs import KeyReused
from anlan.core.ledger.writes import perform
from anlan.core.models import LedgerEntry, Organisation
from anlan.core.people.actors import Actor, NotAllowed
from anlan.core.people.roles import Role
from anlan.core.time import clocks
from anlan.core.time.clock import now
from anlan.core.web.access import roles
from anlan.core.web.middleware.access import actor_of_request
from anlan.intake.models import Category, Report
from anlan.intake.words import area_label, label
from anlan.triage import actions, rules
from anlan.triage.actions import HeldElsewhere
from anlan.triage.models import SEES_ALL, Incident
from anlan.triage.queries.incidents import LISTS, clocks_of, incident_of, incidents_in, others, whole
from anlan.triage.rules import TriageRefused
from anlan.triage.words import happened, refusal, urgency_words

READERS = (*SEES_ALL, Role.OFFICER)
MOVERS = (*actions.DESK, Role.OFFICER)
Verb = Callable[[str, dict[str, str], Actor, dt.datetime], Any]
VERBS: dict[str, Verb] = {
    "hand_over": lambda n, told, actor, at: actions.hand_over(number=n, to=told.get("to", ""), actor=actor, at=at),
    "divert": lambda n, told, actor, at: actions.divert(number=n, to=told.get("to", ""), actor=actor, at=at),
    "sign_for": lambda n, told, actor, at: actions.sign_for(number=n, actor=actor, at=at),
    "return": lambda n, told, actor, at: actions.return_incident(
        number=n, reason=told.get("reason", ""), actor=actor, at=at
    ),
    "arbitrate": lambda n, told, actor, at: actions.arbitrate(
        number=n, to=told.get("to", ""), reason=told.get("reason", ""), actor=actor, at=at
    ),
    "resolve": lambda n, told, actor, at: actions.resolve(
        number=n, disposal=told.get("disposal", ""), actor=actor, at=at
    ),
    "close": lambda n, told, actor, at: actions.close_incident(
        number=n, disposal=told.get("disposal", ""), actor=actor, at=at
    ),
    "reopen": lambda n, told, actor, at: actions.reopen(number=n, reason=told.get("reason", ""), actor=actor, at=at),
    "take_back": lambda n, told, actor, at: actions.take_back(number=n, actor=actor, at=at),
    "confirm": lambda n, told, actor, at: actions.confirm_category(
        number=n, category=told.get("category", ""), actor=actor, at=at
    ),
    "urgency": lambda n, told, actor, at: actions.set_urgency(
        number=n, urgency=rules.urgency_of(told.get("urgency", "")), actor=actor, at=at
    ),
}


@roles(*READERS)
@never_cache
@require_GET
def incidents(request: HttpRequest) -> HttpResponse:
    """Show the list that the address asks for."""
    return render(request, "triage/incidents.html", _list(request))


@roles(*READERS)
@never_cache
@require_GET
def points(request: HttpRequest) -> HttpResponse:
    """Return where the incidents of a list are, for the map."""
    found = incidents_in(_name(request), actor_of_request(request)).filter(lon__isnull=False)[:2000]
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [one.lon, one.lat]},
            "properties": {"number": one.number, "href": reverse("triage:incident", args=[one.number])},
        }
        for one in found
    ]
    return JsonResponse({"type": "FeatureCollection", "features": features}, content_type="application/geo+json")


@roles(*READERS)
@never_cache
@require_GET
def incident(request: HttpRequest, number: str) -> HttpResponse:
    """Show one incident beside its list."""
    return _page(request, number)


@roles(*MOVERS)
@require_POST
def act(request: HttpRequest, number: str) -> HttpResponse:
    """Make a move; where it is refused, say why on the page as it stands now."""
    if not Incident.objects.visible_to(actor_of_request(request)).filter(number=number).exists():
        raise Http404
    try:
        make_move(number, request.POST.dict(), actor_of_request(request), now())
    except (TriageRefused, HeldElsewhere) as error:
        return _page(request, number, wrong=refusal(error), status=409)
    return redirect("triage:incident", number)


@roles(*actions.DESK)
@require_POST
def sort_reports(request: HttpRequest, number: str) -> HttpResponse:
    """Take a report away from an incident, or make an incident of their own of those that told of something else."""
    actor = actor_of_request(request)
    found = whole(number, actor)
    if found is None:
        raise Http404
    try:
        return redirect("triage:incident", _sorted(found, request.POST, actor))
    except (TriageRefused, KeyReused) as error:
        return _page(request, number, wrong=refusal(error), status=409)


def _sorted(found: Incident, told: QueryDict, actor: Actor) -> str:
    """Sort an incident's reports as the form says; return the number of the incident to go to. A report counts once."""
    reports = {link.report.number: link.report_id for link in found.links.all()}
    chosen = sorted({reports[one] for one in told.getlist("report") if one in reports})
    if not chosen:
        raise TriageRefused("nothing_chosen")
    if told.get("verb") == "away":
        _take_away(found, chosen, actor)
        return found.number
    key = told.get("key", "")[:64]
    answer = actions.split_incident(
        number=found.number, report_ids=chosen, actor=actor, at=now(), key=f"split:{key}" if key else None
    )
    return str(answer["into"])


def _take_away(found: Incident, report_ids: list[int], actor: Actor) -> None:
    """Take all of them away or none; what is away already stays so."""
    away = found.links.filter(report__in=report_ids, unlinked_at=None).values_list("report_id", flat=True)
    perform(lambda: [
        actions.unlink_report(number=found.number, report_id=one, actor=actor, at=now()) for one in list(away)
    ])  # fmt: skip


def make_move(number: str, told: dict[str, str], actor: Actor, at: dt.datetime) -> None:
    """Make the move that a form asks for, if the incident still stands as the form says that it was seen."""
    verb = VERBS.get(told.get("verb", ""))
    if verb is None:
        raise Http404
    if not told.get("seen"):
        verb(number, told, actor, at)
        return
    actions.as_seen(number=number, seen=told["seen"], act=lambda: verb(number, told, actor, at), actor=actor, at=at)


@roles(*actions.DESK)
@require_POST
def open_for(request: HttpRequest, report: str) -> HttpResponse:
    """Open an incident for a report, or link the report to one that is open."""
    actor = actor_of_request(request)
    found = Report.objects.visible_to(actor).filter(number=report).first()
    if found is None:
        raise Http404
    linked, back, refused = request.POST.get("incident", ""), request.POST.get("back") == "call", ""
    try:
        linked = _linked(found, linked, actor)
    except Incident.DoesNotExist:
        raise Http404 from None
    except TriageRefused as error:
        told_of, refused = incident_of(found), f"&refused={error.code}"
        if not back and (told_of is None or told_of.number != linked):
            context = {"wrong": refusal(error), "report": found, "told_of": told_of}
            return render(request, "triage/refused.html", context, status=409)
    if back:  # the desk goes on with the next call; its page says what the saved one tells of
        return redirect(f"{reverse('intake:new_call')}?channel={found.channel}&saved={report}{refused}")
    return redirect("triage:incident", linked)


def _linked(report: Report, number: str, actor: Actor) -> str:
    """Link a report to an incident, or open one for it; who presses twice opens one, until it was taken away again."""
    if number:
        actions.link_report(number=number, report_id=report.pk, actor=actor, at=now())
        return number
    key = f"open:{report.pk}:{report.links.exclude(unlinked_at=None).count()}"
    return str(actions.open_incident(report_id=report.pk, actor=actor, at=now(), key=key)["incident"])


def _page(request: HttpRequest, number: str, *, wrong: str = "", status: int = 200) -> HttpResponse:
    actor = actor_of_request(request)
    found = whole(number, actor)
    if found is None:
        raise Http404
    context = _list(request) | {
        "incident": found,
        "wrong": wrong,
        "runs": clocks.running_on(found.subject),
        "at": now(),
        "history": history(found),
        "may": may(found, actor),
        "organisations": others(found),
        "disposals": Incident.Disposal.choices,
        "categories": Category.objects.filter(active=True),
        "links": [link for link in found.links.all() if link.unlinked_at is None],
        "opens": opens(found, actor),
        "key": uuid4().hex,
    }
    return render(request, "triage/incident.html", context, status=status)


def opens(found: Incident, actor: Actor) -> set[int]:
    """Return which of an incident's reports this person may look at."""
    told = found.links.filter(unlinked_at=None).values("report")
    return set(Report.objects.visible_to(actor).filter(pk__in=told).values_list("pk", flat=True))


def holds(found: Incident, actor: Actor) -> bool:
    """Whether this person may act for the incident's holder."""
    try:
        actions.require_holder(actor, found)
    except NotAllowed:
        return False
    return True


def may(found: Incident, actor: Actor) -> dict[str, bool]:
    """Return which moves this person has now; the verbs check again."""
    held = holds(found, actor)
    desk, moves = bool(actor.roles.intersection(actions.DESK)), rules.MOVES[found.state]
    signs = held and Role.OFFICER in actor.roles
    decided = found.state == "handed_over" and found.returns > rules.MOST_RETURNS
    hands = held and "handed_over" in moves and found.state != "disputed" and not decided
    return {
        "hand_over": hands,
        "divert": hands and not actions.is_gated(found),
        "sign_for": signs and "signed" in moves,
        "return": signs and "returned" in moves and found.returns <= rules.MOST_RETURNS,
        "arbitrate": found.state == "disputed" and Role.SUPERVISOR in actor.roles,
        "resolve": held and "resolved" in moves,
        "close": desk and "closed" in moves,
        "reopen": desk and "reopened" in moves,
        "take_back": desk and not found.owner.active and found.state in rules.TAKEN_BACK,
        "confirm": held and found.state != "closed",
        "urgency": desk and found.state != "closed",
        "sort": desk and sum(link.unlinked_at is None for link in found.links.all()) > 1,
    }


def history(found: Incident) -> list[dict[str, Any]]:
    names = {one.code: area_label(one) for one in Organisation.objects.all()}
    kinds = {one.code: label(one) for one in Category.objects.all()}
    entries = LedgerEntry.objects.filter(subject=found.subject).order_by("-id")
    told: list[dict[str, Any]] = []
    for entry in entries:
        payload = json.loads(entry.payload)
        payload |= {key: names.get(payload[key], payload[key]) for key in ("to", "by") if key in payload}
        payload |= {key: kinds.get(payload[key], payload[key]) for key in ("category", "at_call") if key in payload}
        payload |= {"urgency": urgency_words(payload["urgency"])} if "urgency" in payload else {}
        at = dt.datetime.fromisoformat(entry.at)
        told.append({"what": happened(entry.kind, payload), "at": at, "kind": entry.kind})
    return told


def _list(request: HttpRequest) -> dict[str, Any]:
    actor, name = actor_of_request(request), _name(request)
    page = Paginator(incidents_in(name, actor), 50).get_page(request.GET.get("page"))
    runs = clocks_of(list(page.object_list))
    lines = [(one, runs.get(one.subject)) for one in page.object_list]
    return {"page": page, "lines": lines, "name": name, "lists": LISTS, "at": now()}


def _name(request: HttpRequest) -> str:
    """Return which list: what one's own organisation holds, unless the address says otherwise."""
    name = request.GET.get("list", "")
    if name in LISTS:
        return name
    return "mine" if actor_of_request(request).roles.intersection(MOVERS) else "open"
