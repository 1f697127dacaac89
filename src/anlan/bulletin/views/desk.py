"""The publisher's desk: fix measures, compose, correct."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anlan.bulletin import actions
from anlan.bulletin.actions import requests
from anlan.bulletin.figures.measure import MEASURES
from anlan.bulletin.models import Plan
from anlan.bulletin.queries import GROUPS, group_word
from anlan.bulletin.rules import BulletinRefused
from anlan.bulletin.views.runs import Run
from anlan.bulletin.words import in_english, name_of
from anlan.core.city.areas import local_day
from anlan.core.people.roles import Role
from anlan.core.time.clock import now
from anlan.core.web.access import roles
from anlan.core.web.middleware.access import actor_of_request
from anlan.effect.models import Estimate

DESK = (Role.PUBLISHER,)


def _day() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})  # the browser reads no other format


class PlanForm(forms.Form):
    """A period and its measures."""

    since = forms.DateField(label=gettext_lazy("From"), widget=_day())
    until = forms.DateField(label=gettext_lazy("Until"), widget=_day())
    measures = forms.MultipleChoiceField(
        label=gettext_lazy("Measures"), widget=forms.CheckboxSelectMultiple, choices=lambda: _choices(),
        error_messages={"required": gettext_lazy("Choose at least one measure.")},
    )  # fmt: skip


def _choices() -> list[tuple[str, str]]:
    return [(code, name_of(one)) for code, one in MEASURES.items()]


def _groups(form: PlanForm) -> list[tuple[str, list[tuple[Any, str]]]]:
    """Return the boxes of the measures by the part of the bulletin that they stand in, each with its definition."""
    found: dict[str, list[tuple[Any, str]]] = {}
    for box in form["measures"]:
        one = MEASURES[str(box.data["value"])]
        found.setdefault(one.group, []).append((box, one.says_en if in_english() else one.says))
    return [(group_word(group), found[group]) for group in GROUPS if group in found]


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
        except BulletinRefused as error:
            form.add_error(None, str(error))
    status = 422 if request.method == "POST" else 200
    return render(request, "bulletin/plan.html", {"form": form, "groups": _groups(form)}, status=status)


@require_safe
@roles(*requests.LOOKS)
def desk(request: HttpRequest) -> HttpResponse:
    """Show the plans, which of them are published, and what can be composed now."""
    actor = actor_of_request(request)
    rows = Plan.objects.order_by("-since").select_related("job").prefetch_related("issues__corrected_by")
    plans = [(one, Run.of(one.job, actor, "bulletin:composing", one.number)) for one in rows]
    estimates = Estimate.objects.visible_to(actor).order_by("-pk")
    context = {"plans": plans, "today": local_day(now()), "estimates": estimates,
               "publishes": Role.PUBLISHER in actor.roles}  # fmt: skip
    return render(request, "bulletin/desk.html", context)


@require_POST
@roles(*DESK)
def compose(request: HttpRequest) -> HttpResponse:
    """Have a plan's bulletin composed."""
    told = {name: request.POST.get(name, "") for name in ("plan", "headline", "headline_en", "estimate")}
    try:
        requests.ask_to_compose(**told, actor=actor_of_request(request), at=now())
    except BulletinRefused as error:
        messages.warning(request, str(error))
    return redirect("bulletin:desk")


@require_POST
@roles(*DESK)
def correct(request: HttpRequest, number: str) -> HttpResponse:
    """Have a correction composed."""
    note = request.POST.get("note", "")
    try:
        requests.ask_to_correct(issue=number, note=note, actor=actor_of_request(request), at=now())
    except BulletinRefused as error:
        messages.warning(request, str(error))
        return redirect("bulletin:recompute", number)
    return redirect("bulletin:desk")


urlpatterns = [
    path("bulletins/desk/", desk, name="desk"),
    path("bulletins/desk/plan", plan, name="plan"),
    path("bulletins/desk/compose", compose, name="compose"),
    path("bulletins/<str:number>/correct", correct, name="correct"),
]
