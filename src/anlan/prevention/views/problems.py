"""The inbox: problems left, one problem right, its next step one key away."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anlan.core.city.areas import local_day
from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.core.time.clock import now
from anlan.core.web.access import roles
from anlan.core.web.middleware.access import actor_of_request
from anlan.hotspots.access import READS as OPENS_SITES
from anlan.intake.access import READERS as OPENS_REPORTS
from anlan.prevention.access import RAISES, READS
from anlan.prevention.actions import sign_for
from anlan.prevention.forms.fields import StepForm
from anlan.prevention.models import Origin, Problem
from anlan.prevention.moves import PROBLEMS
from anlan.prevention.offers.problems import offers
from anlan.prevention.offers.steps import TAKEN, Sent, send
from anlan.prevention.queries.histories import past_of
from anlan.prevention.queries.ladders import ladder_of
from anlan.prevention.queries.problems import (
    VIEWS,
    area_of,
    in_view,
    last_move,
    looked_for,
    organisation_named,
    shown_by,
)
from anlan.prevention.queries.standings import standing
from anlan.prevention.queries.storms import Tested, tests_of
from anlan.prevention.queries.tasks import drawn, explained, next_task, task_times
from anlan.prevention.spans import scaled
from anlan.prevention.views import PAGE
from anlan.prevention.words import level_word, named, view_word


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
    problem = Problem.objects.visible_to(actor).select_related("lead").filter(number=number).first()
    if problem is None or verb not in PROBLEMS.doors:
        raise Http404
    move = PROBLEMS[verb]
    form = move.form.of(problem, local_day(at), data=request.POST, auto_id=f"{verb}-%s")
    seen, who = request.POST.get("seen"), {"key": request.POST.get("key") or None, "actor": actor, "at": at}
    status, _answer = send(form, move.whose, lambda **asked: PROBLEMS.doors[verb](number, seen, asked, **who))
    return redirect(here) if status == TAKEN else _page(request, number, (verb, form), status)


@require_POST
@roles(Role.OFFICER)
def sign_many(request: HttpRequest) -> HttpResponse:
    """Sign for every problem that the list showed, or for none where one of them was taken meanwhile."""
    form, numbers = StepForm(request.POST), request.POST.getlist("problems")
    who: dict[str, Any] = {"actor": actor_of_request(request), "at": now(), "key": request.POST.get("key") or None}
    status, _answer = send(form, PROBLEMS["sign_for"].whose, lambda **asked: sign_for(problems=numbers, **who, **asked))
    if status == TAKEN:
        n = len(numbers)
        messages.success(request, ngettext("%(n)d problem signed for.", "%(n)d problems signed for.", n) % {"n": n})
    for error in form.non_field_errors():
        messages.warning(request, str(error))
    return redirect(f"{reverse('prevention:inbox')}?view=sign")


def _page(request: HttpRequest, number: str, sent: Sent = None, status: int = 200) -> HttpResponse:
    actor, today, asks = actor_of_request(request), local_day(now()), _asked(request)
    visible = Problem.objects.visible_to(actor)
    context = _list(request, looked_for(visible, asks["q"], asks["origin"]), asks)
    first = context["listed"][0][0].number if context["listed"] else ""
    problem = visible.filter(number=number or first).select_related("lead", "site", "analysis", "area").first()
    if number and problem is None:
        raise Http404
    context |= {"problem": problem, "chosen": bool(number), "raises": bool(actor.roles & set(RAISES)), "at": now()}
    if problem is not None:
        context |= _chosen(problem, actor, today, sent)
    return render(request, "prevention/problems/inbox.html", context, status=status)


def _list(request: HttpRequest, found: QuerySet[Problem], asks: dict[str, str]) -> dict[str, Any]:
    """Return the left side: the tabs with their counts, and one page of the problems of the chosen tab."""
    actor, today = actor_of_request(request), local_day(now())
    rows = in_view(found, asks["view"], today).select_related("lead", "site").order_by("due_on", "pk")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    counts = found.aggregate(**{name: Count("pk", filter=shown_by(name, today)) for name in VIEWS})
    return asks | {
        "tabs": [(name, view_word(name), counts[name]) for name in VIEWS], "page": page,
        "listed": [(problem, standing(problem, today)) for problem in page.object_list],
        "kept": urlencode({name: words for name, words in asks.items() if words and name != "view"}),
        "origins": Origin.choices, "organisation": organisation_named(actor),
        "signs": _to_sign(asks["view"], page.object_list, actor), "many_key": uuid4(),
    }  # fmt: skip


def _to_sign(view: str, listed: Iterable[Problem], actor: Actor) -> list[str]:
    """Return the numbers that an officer can sign for together: those that the list shows and that are theirs."""
    signs = view == "sign"
    return [problem.number for problem in listed if signs and PROBLEMS.may("sign_for", actor, problem, now())]


def _asked(request: HttpRequest) -> dict[str, str]:
    """Return what the address asks for: the tab, the words looked for, the origin."""
    view = request.GET.get("view", "")
    return {"view": view if view in VIEWS else "open", "q": request.GET.get("q", "").strip()[:80],
            "origin": request.GET.get("origin", "")}  # fmt: skip


def _chosen(problem: Problem, actor: Actor, today: dt.date, sent: Sent) -> dict[str, Any]:
    """Return the right side: the chosen problem with its tasks, its ladder, its history and the steps offered."""
    tasks = list(explained(problem.tasks.all()))
    given = list(problem.escalations.order_by("-pk"))
    tested = Tested(tests_of(problem, now()))
    scale = scaled([task_times(task) for task in tasks], today)
    ladder = ladder_of(problem, tasks, given, today)
    return {
        "stands": standing(problem, today, next_task(problem, tasks)), "lead": named(problem.lead),
        "offers": offers(problem, actor, now(), sent),
        "seen": last_move(problem), "area": area_of(problem),
        "supporting": [named(helper) for helper in problem.supporting.all()], "key": uuid4(), "tested": tested,
        "tasks": drawn(tasks, scale, today), "scale": scale, "past": past_of(problem), "ladder": ladder,
        "given": [step for step in given if ladder is None or not ladder.has(step)],
        "opens_sites": bool(actor.roles & set(OPENS_SITES)),
        "opens_reports": bool(actor.roles & set(OPENS_REPORTS)), "supervised": level_word(problem.supervision_level),
    }  # fmt: skip


urlpatterns = [
    path("problems/", inbox, name="inbox"),
    path("problems/sign", sign_many, name="sign_many"),
    path("problems/<str:number>/<str:verb>", step, name="step"),
]
