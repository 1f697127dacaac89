"""The publisher's desk: fix measures, compose, correct, recompute."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anlan.bulletin import actions
from anlan.bulletin.measuring import MEASURES
from anlan.bulletin.models import Issue, Plan
from anlan.bulletin.reading import GROUPS, group_word, named
from anlan.bulletin.rules import BulletinRefused
from anlan.bulletin.verifying import verify
from anlan.bulletin.words import in_english, name_of
from anlan.core.access import roles
from anlan.core.clock import now
from anlan.core.middleware.access import actor_of_request
from anlan.core.roles import Role
from anlan.effect.models import Estimate

DESK = (Role.PUBLISHER,)
LOOKS = (Role.PUBLISHER, Role.AUDITOR, Role.ANALYST, Role.SUPERVISOR, Role.LEADER)


class PlanForm(forms.Form):
    """A period and its measures."""

    since = forms.DateField(label=gettext_lazy("From"), widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=gettext_lazy("Until"), widget=forms.DateInput(attrs={"type": "date"}))
    measures = forms.MultipleChoiceField(
        label=gettext_lazy("Measures"), widget=forms.CheckboxSelectMultiple, choices=lambda: _choices()
    )


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
@roles(*LOOKS)
def desk(request: HttpRequest) -> HttpResponse:
    """Show the plans, which of them are published, and what can be composed now."""
    rows = Plan.objects.order_by("-since").prefetch_related("issues")
    estimates = Estimate.objects.visible_to(actor_of_request(request)).order_by("-pk")
    context = {"plans": rows, "today": now().date(), "estimates": estimates,
               "publishes": Role.PUBLISHER in actor_of_request(request).roles}  # fmt: skip
    return render(request, "bulletin/desk.html", context)


@require_POST
@roles(*DESK)
def compose(request: HttpRequest) -> HttpResponse:
    """Publish a plan's bulletin."""
    told = request.POST
    try:
        made = actions.compose(
            plan=told.get("plan", ""), headline=told.get("headline", ""), headline_en=told.get("headline_en", ""),
            estimate=told.get("estimate", ""), actor=actor_of_request(request), at=now(),
            key=f"compose:{told.get('plan', '')}",
        )  # fmt: skip
    except BulletinRefused as error:
        messages.warning(request, str(error))
        return redirect("bulletin:desk")
    return redirect("bulletin:issue", made["issue"])


@require_POST
@roles(*DESK)
def correct(request: HttpRequest, number: str) -> HttpResponse:
    """Publish a correction."""
    try:
        made = actions.correct(
            issue=number, note=request.POST.get("note", ""), actor=actor_of_request(request), at=now()
        )
    except BulletinRefused as error:
        messages.warning(request, str(error))
        return redirect("bulletin:recompute", number)
    return redirect("bulletin:issue", made["issue"])


@require_safe
@roles(*LOOKS)
def recompute(request: HttpRequest, number: str) -> HttpResponse:
    """Recompute an issue now, and name what changed since and why."""
    actor = actor_of_request(request)
    one = Issue.objects.visible_to(actor).select_related("plan", "corrected_by").filter(number=number).first()
    if one is None:
        raise Http404
    found = verify(one)
    figures = {figure.key: figure for figure in one.figures.all()}
    rows = [(verdict, figures[verdict.measure].of, named(figures[verdict.measure], one)) for verdict in found.figures]
    context = {"issue": one, "found": found, "rows": rows, "same": sum(verdict.same for verdict in found.figures),
               "publishes": Role.PUBLISHER in actor.roles, "said": _("holds") if found.holds else _("does not hold"),
               "later": getattr(one, "corrected_by", None)}  # fmt: skip
    return render(request, "bulletin/recompute.html", context)


urlpatterns = [
    path("bulletins/desk/", desk, name="desk"),
    path("bulletins/desk/plan", plan, name="plan"),
    path("bulletins/desk/compose", compose, name="compose"),
    path("bulletins/<str:number>/recompute/", recompute, name="recompute"),
    path("bulletins/<str:number>/correct", correct, name="correct"),
]
