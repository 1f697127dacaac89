"""The inbox: problems left, one problem right, its next step one key away."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from anlan.core.access import roles
from anlan.core.areas import local_day
from anlan.core.clock import now
from anlan.core.middleware.access import actor_of_request
from anlan.prevention import actions
from anlan.prevention.models import Problem
from anlan.prevention.reading import PAGE, READS, VIEWS, in_view, named, next_steps, standing, view_word
from anlan.prevention.rules import PreventionRefused


@require_safe
@roles(*READS)
def inbox(request: HttpRequest) -> HttpResponse:
    """Show what waits, the soonest due first, and the problem chosen."""
    actor, today = actor_of_request(request), local_day(now())
    mine = Problem.objects.visible_to(actor)
    view = request.GET.get("view") if request.GET.get("view") in VIEWS else "open"
    rows = in_view(mine, str(view), today).select_related("lead", "site").order_by("due_on", "pk")
    listed = [(one, standing(one, today)) for one in rows[:PAGE]]
    number = request.GET.get("p") or (listed[0][0].number if listed else "")
    one = mine.filter(number=number).select_related("lead", "site", "analysis").first()
    if request.GET.get("p") and one is None:
        raise Http404
    context: dict[str, Any] = {
        "tabs": [(name, view_word(name), in_view(mine, name, today).count()) for name in VIEWS],
        "view": view, "listed": listed, "problem": one,
    }  # fmt: skip
    if one is not None:
        context |= {
            "stands": standing(one, today), "steps": next_steps(one, actor), "lead": named(one.lead),
            "supporting": [named(helper) for helper in one.supporting.all()],
            "tasks": one.tasks.select_related("organisation"), "moves": one.moves.order_by("-pk"),
            "escalations": one.escalations.order_by("-pk"),
        }  # fmt: skip
    return render(request, "prevention/inbox.html", context)


@require_POST
@roles(*READS)
def step(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """Take a step with a problem, or say why it cannot be taken."""
    who: dict[str, Any] = {"actor": actor_of_request(request), "at": now()}
    words = request.POST.get("words", "")
    try:
        if verb == "sign_for":
            actions.sign_for(problems=[number], **who)
        elif verb == "return":
            actions.return_problem(problem=number, reason=words, **who)
        elif verb == "strike_off":
            actions.strike_off(problem=number, reference=words, **who)
        elif verb == "reopen":
            actions.reopen(problem=number, reason=words, **who)
        else:
            raise Http404
    except PreventionRefused as error:
        messages.warning(request, str(error))
    response = redirect("prevention:inbox")
    response["Location"] += f"?p={number}"
    return response


urlpatterns = [
    path("problems/", inbox, name="inbox"),
    path("problems/<str:number>/<str:verb>", step, name="step"),
]
