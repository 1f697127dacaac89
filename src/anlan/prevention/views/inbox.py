"""The inbox: problems left, one problem right, its next step one key away."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods, require_safe

from anlan.core.access import roles
from anlan.core.actors import Actor
from anlan.core.areas import local_day
from anlan.core.clock import now
from anlan.core.middleware.access import actor_of_request
from anlan.hotspots.views.studies import READS as OPENS_SITES
from anlan.prevention.answering import TAKEN, send
from anlan.prevention.forms import StepForm
from anlan.prevention.models import Problem
from anlan.prevention.offering import ACTS, form_of, offers
from anlan.prevention.reading import PAGE, RAISES, READS, VIEWS, asked, in_view, named, standing, view_word
from anlan.prevention.steps import last_move

Sent = tuple[str, StepForm] | None


@require_safe
@roles(*READS)
def inbox(request: HttpRequest) -> HttpResponse:
    """Show what waits, the soonest due first, and the problem chosen."""
    return _page(request, request.GET.get("p", ""))


@require_http_methods(["GET", "HEAD", "POST"])
@roles(*READS)
def step(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """Take a step with a problem, or say on its page why it cannot be taken."""
    here = f"{reverse('prevention:inbox')}?p={number}"
    if request.method != "POST":
        return redirect(here)
    actor, at = actor_of_request(request), now()
    one = Problem.objects.visible_to(actor).select_related("lead").filter(number=number).first()
    if one is None or verb not in ACTS:
        raise Http404
    form = form_of(verb, one, local_day(at), request.POST)
    who = {"seen": request.POST.get("seen"), "key": request.POST.get("key") or None, "actor": actor, "at": at}
    status, _told = send(form, verb, lambda **told: ACTS[verb](number, **who, **told))
    return redirect(here) if status == TAKEN else _page(request, number, (verb, form), status)


def _page(request: HttpRequest, number: str, sent: Sent = None, status: int = 200) -> HttpResponse:
    actor, today = actor_of_request(request), local_day(now())
    mine = Problem.objects.visible_to(actor)
    view = str(request.GET.get("view")) if request.GET.get("view") in VIEWS else "open"
    rows = in_view(mine, view, today).select_related("lead", "site").order_by("due_on", "pk")
    listed = [(one, standing(one, today)) for one in rows[:PAGE]]
    asked_for = number or (listed[0][0].number if listed else "")
    one = mine.filter(number=asked_for).select_related("lead", "site", "analysis").first()
    if number and one is None:
        raise Http404
    counts = mine.aggregate(**{name: Count("pk", filter=asked(name, today)) for name in VIEWS})
    context = {"tabs": [(name, view_word(name), counts[name]) for name in VIEWS], "view": view, "listed": listed,
               "problem": one, "raises": bool(actor.roles & set(RAISES))}  # fmt: skip
    if one is not None:
        context |= _chosen(one, actor, today, sent)
    return render(request, "prevention/inbox.html", context, status=status)


def _chosen(one: Problem, actor: Actor, today: dt.date, sent: Sent) -> dict[str, Any]:
    return {
        "stands": standing(one, today), "offers": offers(one, actor, today, sent), "lead": named(one.lead),
        "supporting": [named(helper) for helper in one.supporting.all()], "seen": last_move(one), "key": uuid4(),
        "tasks": one.tasks.select_related("organisation"), "moves": one.moves.order_by("-pk"),
        "escalations": one.escalations.order_by("-pk"), "opens_sites": bool(actor.roles & set(OPENS_SITES)),
    }  # fmt: skip


urlpatterns = [
    path("problems/", inbox, name="inbox"),
    path("problems/<str:number>/<str:verb>", step, name="step"),
]
