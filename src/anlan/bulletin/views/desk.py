"""The publisher's desk: fix measures, compose, correct."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_http_methods, require_safe

from anlan.bulletin import actions
from anlan.bulletin.access import DESK, LOOKS, publishes
from anlan.bulletin.figures.measure import MEASURES
from anlan.bulletin.forms import ComposeForm, CorrectForm, PlanForm, measure_groups
from anlan.bulletin.models import Plan
from anlan.bulletin.queries.periods import proposed_year
from anlan.bulletin.views.runs import Run, recomputed
from anlan.core.city.areas import local_day
from anlan.core.pages import Choices, answer
from anlan.core.time.clock import now
from anlan.core.web.access import roles
from anlan.core.web.middleware.access import actor_of_request
from anlan.effect.models import Estimate


@require_http_methods(["GET", "POST"])
@roles(*DESK)
def plan(request: HttpRequest) -> HttpResponse:
    """Fix the measures of a period."""
    year = proposed_year(local_day(now()))
    start = {"measures": list(MEASURES), "since": dt.date(year, 1, 1), "until": dt.date(year, 12, 31)}
    form = PlanForm(request.POST or None, initial=start)
    return answer(
        request, form, actions.fix_measures, done=lambda made: redirect("bulletin:desk"),
        page=lambda status: render(request, "bulletin/plan.html", {"form": form, "groups": measure_groups(form)},
                                   status=status),
    )  # fmt: skip


@require_safe
@roles(*LOOKS)
def desk(request: HttpRequest) -> HttpResponse:
    """Show the plans, which of them are published, and what can be composed now."""
    return _page(request)


@require_http_methods(["GET", "POST"])
@roles(*DESK)
def compose(request: HttpRequest) -> HttpResponse:
    """Have a plan's bulletin composed, or say on the desk why it cannot be."""
    number, estimates = request.POST.get("plan", ""), _estimates(request)
    form = ComposeForm(request.POST or None, estimates=estimates, auto_id="sent-%s")
    return answer(
        request, form, lambda **asked: actions.ask_to_compose(plan=number, **asked),
        done=lambda made: redirect("bulletin:desk"), page=lambda status: _page(request, status, {number: form}),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@roles(*DESK)
def correct(request: HttpRequest, number: str) -> HttpResponse:
    """Have a correction composed, or say beside the recomputing why it cannot be."""
    form = CorrectForm(request.POST or None, auto_id="%s")
    return answer(
        request, form, lambda **asked: actions.ask_to_correct(issue=number, **asked),
        done=lambda made: redirect("bulletin:desk"), page=lambda status: recomputed(request, number, form, status),
    )  # fmt: skip


def _page(
    request: HttpRequest, status: int = 200, sent: Mapping[str, ComposeForm] = MappingProxyType({})
) -> HttpResponse:
    actor, estimates = actor_of_request(request), _estimates(request)
    fixed = Plan.objects.order_by("-since").select_related("job").prefetch_related("issues__corrected_by")
    forms = {plan: sent.get(plan.number) or ComposeForm(estimates=estimates, auto_id=f"{plan.pk}-%s") for plan in fixed}
    plans = [(plan, Run.of(plan.job, actor, "bulletin:composing", plan.number), form) for plan, form in forms.items()]
    context = {"plans": plans, "today": local_day(now()), "publishes": publishes(actor),
               "wrong": [error for form in sent.values() for error in form.non_field_errors()]}  # fmt: skip
    return render(request, "bulletin/desk.html", context, status=status)


def _estimates(request: HttpRequest) -> Choices:
    made = Estimate.objects.visible_to(actor_of_request(request)).order_by("-pk")
    return [(estimate.number, f"{estimate.number} {estimate.get_verdict_display()}") for estimate in made]


urlpatterns = [
    path("bulletins/desk/", desk, name="desk"),
    path("bulletins/desk/plan", plan, name="plan"),
    path("bulletins/desk/compose", compose, name="compose"),
    path("bulletins/<str:number>/correct", correct, name="correct"),
]
