"""The publisher's desk: fix measures, compose, correct."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anlan.bulletin import actions
from anlan.bulletin.access import DESK, LOOKS, publishes
from anlan.bulletin.figures.measure import MEASURES
from anlan.bulletin.forms import PlanForm, measure_groups
from anlan.bulletin.models import Plan
from anlan.bulletin.views.runs import Run
from anlan.core.city.areas import local_day
from anlan.core.refusals import Refused
from anlan.core.time.clock import now
from anlan.core.web.access import roles
from anlan.core.web.middleware.access import actor_of_request
from anlan.effect.models import Estimate


@require_http_methods(["GET", "POST"])
@roles(*DESK)
def plan(request: HttpRequest) -> HttpResponse:
    """Fix the measures of a period before it ends."""
    start = {"measures": list(MEASURES), "since": now().date().replace(month=1, day=1),
             "until": now().date().replace(month=12, day=31)}  # fmt: skip
    form = PlanForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            actions.fix_measures(**form.cleaned_data, actor=actor_of_request(request), at=now())
            return redirect("bulletin:desk")
        except Refused as error:
            form.add_error(None, str(error))
    status = 422 if request.method == "POST" else 200
    return render(request, "bulletin/plan.html", {"form": form, "groups": measure_groups(form)}, status=status)


@require_safe
@roles(*LOOKS)
def desk(request: HttpRequest) -> HttpResponse:
    """Show the plans, which of them are published, and what can be composed now."""
    actor = actor_of_request(request)
    fixed = Plan.objects.order_by("-since").select_related("job").prefetch_related("issues__corrected_by")
    plans = [(plan, Run.of(plan.job, actor, "bulletin:composing", plan.number)) for plan in fixed]
    estimates = Estimate.objects.visible_to(actor).order_by("-pk")
    context = {"plans": plans, "today": local_day(now()), "estimates": estimates,
               "publishes": publishes(actor)}  # fmt: skip
    return render(request, "bulletin/desk.html", context)


@require_POST
@roles(*DESK)
def compose(request: HttpRequest) -> HttpResponse:
    """Have a plan's bulletin composed."""
    wanted = {name: request.POST.get(name, "") for name in ("plan", "headline", "headline_en", "estimate")}
    try:
        actions.ask_to_compose(**wanted, actor=actor_of_request(request), at=now())
    except Refused as error:
        messages.warning(request, str(error))
    return redirect("bulletin:desk")


@require_POST
@roles(*DESK)
def correct(request: HttpRequest, number: str) -> HttpResponse:
    """Have a correction composed."""
    note = request.POST.get("note", "")
    try:
        actions.ask_to_correct(issue=number, note=note, actor=actor_of_request(request), at=now())
    except Refused as error:
        messages.warning(request, str(error))
        return redirect("bulletin:recompute", number)
    return redirect("bulletin:desk")


urlpatterns = [
    path("bulletins/desk/", desk, name="desk"),
    path("bulletins/desk/plan", plan, name="plan"),
    path("bulletins/desk/compose", compose, name="compose"),
    path("bulletins/<str:number>/correct", correct, name="correct"),
]
