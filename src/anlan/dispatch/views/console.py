"""The dispatcher's console: open incidents by urgency and clock, the chosen one, and its next move on one key."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from anlan.core.people.actors import Actor
from anlan.core.time.clock import now
from anlan.core.web.access import roles
from anlan.core.web.middleware.access import actor_of_request
from anlan.dispatch.models import Unit
from anlan.dispatch.offers import send_unit, take_step
from anlan.dispatch.queries.console import Chosen, chosen
from anlan.dispatch.queries.last_act import last_act
from anlan.dispatch.queries.open_incidents import Line, OpenList, filters, open_list
from anlan.dispatch.queries.places import places
from anlan.dispatch.queries.sendings import sending_of
from anlan.dispatch.queries.units import KEYS
from anlan.dispatch.words import sent_before
from anlan.intake.models.report import SEES_ALL
from anlan.intake.queries.unsorted import unsorted
from anlan.triage.access import MOVERS, READERS, is_desk
from anlan.triage.forms import Sent
from anlan.triage.models import Incident
from anlan.triage.offers import make_move
from anlan.triage.queries.incidents import whole
from anlan.triage.words import REFUSALS, refusal

UNSORTED_SHOWN = 5  # above the open incidents; the others stand on their own page


@roles(*READERS)
@never_cache
@require_GET
def console(request: HttpRequest, number: str = "") -> HttpResponse:
    """Show the open incidents and the chosen one; without a number the one whose clock is due first."""
    return _page(request, number)


@roles(*READERS)
@never_cache
@require_GET
def news(request: HttpRequest) -> JsonResponse:
    """Return what the list shows now, so that the page can say what is new; it changes nothing by itself."""
    at = now()
    waiting, listed = unsorted(actor_of_request(request), at, UNSORTED_SHOWN), _listed(request, at)
    rows = {entry.report.number: entry.stands for entry in waiting}
    rows |= {line.incident.number: stands(line) for line in listed.lines}
    urgent = [line.incident.number for line in listed.lines if line.incident.urgency == 1]
    return JsonResponse({"rows": rows, "urgent": urgent})


@roles(*MOVERS)
@require_POST
def act(request: HttpRequest, number: str) -> HttpResponse:
    """Make a move; where it is refused, say why on the console as it stands now."""
    actor, posted = actor_of_request(request), request.POST.dict() | {"number": number}
    try:
        _move(number, posted, actor, now())
    except REFUSALS as error:
        return _page(request, number, wrong=_why(error, posted, actor), sent=Sent.of(posted, error), status=409)
    query = request.GET.urlencode()
    return redirect(reverse("dispatch:console_incident", args=[number]) + (f"?{query}" if query else ""))


def stands(line: Line) -> str:
    """Return in one word what a row says of its incident: another word is news."""
    return "-".join(
        [f"{line.incident.state}{line.incident.urgency}", *(f"{crew.unit.code}.{crew.state}" for crew in line.out)]
    )


def _move(number: str, posted: dict[str, str], actor: Actor, at: dt.datetime) -> None:
    verb = posted.get("verb", "")
    if not Incident.objects.visible_to(actor).filter(number=number).exists():
        raise Http404
    if verb == "send":
        send_unit(number, posted, actor, at)
    elif verb == "stamp" and posted.get("assignment", "")[:18].isdecimal():
        take_step(int(posted["assignment"][:18]), posted, actor, at)
    else:
        make_move(number, posted, actor, at)


def _why(error: Exception, posted: dict[str, str], actor: Actor) -> str:
    """Say why not; of a unit that another desk sent meanwhile, which desk, and when."""
    if posted.get("verb") == "send" and getattr(error, "code", "") in {"unit_busy", "no_such_move"}:
        found = sending_of(posted.get("unit", ""), posted.get("number", ""))
        if found:
            return sent_before(found, actor)
    return refusal(error)  # type: ignore[arg-type]


def _listed(request: HttpRequest, at: dt.datetime) -> OpenList:
    page = request.GET.get("page", "")[:6]
    return open_list(actor_of_request(request), at, show=_show(request, at), page=int(page) if page.isdecimal() else 1)


def _show(request: HttpRequest, at: dt.datetime) -> str:
    wanted = request.GET.get("show", "")
    return wanted if wanted in filters(actor_of_request(request), at) else "all"


def _kept(request: HttpRequest, number: str) -> list[str]:
    """Return the codes of the units that got keys when this incident was chosen, in the order of the keys."""
    of, _, codes = request.GET.get("kept", "").partition(":")
    return codes.split(",")[:KEYS] if of == number and codes else []


def _keeps(shown: Chosen | None, kept: list[str]) -> str:
    """Return which unit has which key while an incident is chosen, as the next address says it."""
    if shown is None:
        return ""
    fresh = [near.unit.code for near in shown.near if near.key and near.unit.code not in kept]
    return f"{shown.incident.number}:{','.join([*kept, *fresh])}"


def _query(request: HttpRequest, keeps: str) -> str:
    """Return what the next address says: the list that is shown, and the keys of the units."""
    query = request.GET.copy()
    if keeps:
        query["kept"] = keeps
    return query.urlencode(safe=":,")


def _page(
    request: HttpRequest, number: str, *, wrong: str = "", sent: Sent | None = None, status: int = 200
) -> HttpResponse:
    actor, at, kind = actor_of_request(request), now(), request.GET.get("kind", "")
    listed = _listed(request, at)
    found = whole(number or (listed.lines[0].incident.number if listed.lines else ""), actor)
    if number and found is None:
        raise Http404
    kept = _kept(request, found.number) if found else []
    shown = chosen(found, actor, at, kind if kind in Unit.Kind.values else "", kept, sent) if found else None
    keeps = _keeps(shown, kept)
    context = {
        "groups": [
            {"urgency": urgency, "n": n, "rows": [(line, stands(line)) for line in lines]}
            for urgency, n, lines in listed.groups
        ],
        "counts": listed.counts,
        "pages": listed.pages,
        "page": listed.page,
        "show": _show(request, at),
        "kind": kind,
        "kinds": Unit.Kind.choices,
        "query": _query(request, keeps),
        "kept": keeps,
        "last": last_act(actor, at),
        "asked": bool(number),
        "sorts": is_desk(actor),
        "sees_all": bool(actor.roles & SEES_ALL),
        "wrong": "" if shown and shown.at_field else wrong,
        "at": at,
        "key": uuid4().hex,
        "places": places(listed.lines, shown),
        **(shown.context() if shown else {}),
    }
    return render(request, "dispatch/console.html", context, status=status)
