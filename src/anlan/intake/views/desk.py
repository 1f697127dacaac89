"""Entering calls by keyboard. Every action has its key; without script the same page works with Tab and Enter."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from anlan.core.city.current import city
from anlan.core.ledger.verbs import KeyReused
from anlan.core.people.roles import Role
from anlan.core.time.clock import now
from anlan.core.web.access import roles
from anlan.core.web.middleware.access import actor_of_request
from anlan.intake.actions import receive_report
from anlan.intake.desk.entry import NotUnderstood, category_of
from anlan.intake.form_errors import Problems, not_saved, of_form
from anlan.intake.forms.desk import CHANNELS, CallForm
from anlan.intake.models import Category, Report
from anlan.intake.public.codes import verb_key
from anlan.intake.public.form_token import form_key, new_token
from anlan.intake.queries.nearness import possible_repeats
from anlan.intake.refusals import ReportRefused
from anlan.intake.templatetags.intake_words import label
from anlan.intake.views import reports

TAKERS = (Role.CALL_TAKER, Role.DISPATCHER)
LAST_SHOWN = 15


@roles(*TAKERS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_call(request: HttpRequest) -> HttpResponse:
    """Show the empty form, or save a call and show the next one."""
    if request.method != "POST":
        return _page(request, None, saved=request.GET.get("saved", ""))
    form = _form(request.POST)
    if not form.is_valid():
        return _page(request, form, of_form(form, not_saved()), status=422)
    key = form_key(form.cleaned_data["token"])
    if key is None:
        return _page(request, form, Problems.call_too_old(), status=422)
    try:
        saved = _save(request, form, key)
    except KeyReused:
        return _page(request, form, Problems.call_saved_before(), status=409)
    except ReportRefused as refused:
        form.add_error("where", refused.refusal.reason)
        return _page(request, form, of_form(form, not_saved()), status=422)
    address = reverse("intake:new_call")
    return redirect(f"{address}?channel={form.cleaned_data['channel']}&saved={saved['number']}")


@roles(*TAKERS)
@never_cache
@require_POST
def near(request: HttpRequest) -> HttpResponse:
    """Show what may be the same thing; posted, so that place words stand in no log of a proxy."""
    form = _form(request.POST)
    form.full_clean()
    try:
        category = category_of(request.POST.get("what", ""), form.categories)
    except NotUnderstood:
        category = None
    found = possible_repeats(
        actor=actor_of_request(request),
        at=now(),
        category=category,
        place_words=form.cleaned_data.get("where", ""),
        point=form.cleaned_data.get("point"),
    )
    told = {"near": found, "asked": True, "at": now(), "point": form.cleaned_data.get("point")}
    return render(request, "intake/desk/_near.html", told)


def _save(request: HttpRequest, form: CallForm, key: str) -> dict[str, Any]:
    told = form.cleaned_data
    lon, lat = told["point"] or (None, None)
    return receive_report(
        actor=actor_of_request(request),
        at=form.at,
        key=verb_key(key),
        channel=told["channel"],
        category=told["what"].code,
        received_at=told["received"],
        lon=lon,
        lat=lat,
        precision_m=told["precision_m"],
        depth_cm=told["depth_cm"],
        place_words=told["where"],
        words=told["words"],
        name=told["name"],
        contact=told["phone"],
        validity=told["validity"],
    )


def _token(form: CallForm | None) -> str:
    """Return the token to go on with: the form's own while it holds, since from it the call's time is measured."""
    told = form.data.get("token", "") if form and form.errors else ""
    return told if form_key(told) else new_token()


def _form(told: Any) -> CallForm:
    categories = list(Category.objects.filter(active=True))
    return CallForm(told, city=city(), categories=categories, at=now())


def _page(
    request: HttpRequest, form: CallForm | None, problems: Problems | None = None, *, saved: str = "", status: int = 200
) -> HttpResponse:
    here, actor = city(), actor_of_request(request)
    categories = form.categories if form else list(Category.objects.filter(active=True))
    channel = (form.data.get("channel") if form else request.GET.get("channel")) or Report.Channel.PHONE_110
    last = Report.objects.visible_to(actor).select_related("category").order_by("-entered_at", "-pk")[:LAST_SHOWN]
    about = {
        "form": form,
        "problems": problems,
        "categories": categories,
        "names": [{"label": label(one), "names": [one.code, one.name, one.name_en]} for one in categories],
        "channels": [(one.value, one.label, one == channel) for one in CHANNELS],
        "token": _token(form),
        "last": last,
        "saved": Report.objects.visible_to(actor).filter(number=saved).first() if saved else None,
        "bounds": ",".join(map(str, here.bounds)) if here else "",
        "at": now(),
        "near": [],
    }
    return render(request, "intake/desk/call.html", about, status=status)


urlpatterns = [
    path("calls/new", new_call, name="new_call"),
    path("calls/near", near, name="near"),
    *reports.urlpatterns,
]
