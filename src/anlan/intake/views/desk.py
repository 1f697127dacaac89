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
from anlan.core.refusals import Refused
from anlan.core.time.clock import now
from anlan.core.web.access import roles
from anlan.core.web.middleware.access import actor_of_request
from anlan.intake import live
from anlan.intake.access import TAKES_CALLS
from anlan.intake.actions import take_back_filing
from anlan.intake.channels import Channel
from anlan.intake.forms.desk import CallForm
from anlan.intake.forms.entry import category_of
from anlan.intake.forms.errors import FormErrors, not_saved, of_form
from anlan.intake.models import Category, Report
from anlan.intake.public.codes import verb_key
from anlan.intake.public.form_token import form_key, new_token, renewed
from anlan.intake.queries.filed import just_saved, undo_left
from anlan.intake.queries.nearness import possible_repeats
from anlan.intake.views.call_panel import call_panel

LAST_SHOWN = 15
ASKED_IN = {"received_at": "received", "depth_cm": "depth_cm", "category": "what", "contact": "phone", "name": "name"}


@roles(*TAKES_CALLS)
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
        return _page(request, form, FormErrors.call_too_old(), status=422)
    try:
        saved = _save(request, form, key)
    except KeyReused:
        return _page(request, form, FormErrors.call_saved_before(), status=409)
    except Refused as refused:
        form.add_error(ASKED_IN.get(refused.field or "", "where"), str(refused))
        return _page(request, form, of_form(form, not_saved()), status=422)
    address = reverse("intake:new_call")
    why = f"&refused={saved['refused']}" if saved["refused"] else ""
    return redirect(f"{address}?channel={form.cleaned_data['channel']}&saved={saved['number']}{why}")


@roles(*TAKES_CALLS)
@require_POST
def set_back(request: HttpRequest, number: str) -> HttpResponse:
    """Let a call that was just filed as carrying nothing count after all."""
    try:
        take_back_filing(number=number, actor=actor_of_request(request), at=now())
    except Refused as error:
        return render(request, "intake/desk/not_set_back.html", {"wrong": str(error), "number": number}, status=409)
    return redirect(f"{reverse('intake:new_call')}?saved={number}")


@roles(*TAKES_CALLS)
@never_cache
@require_POST
def near(request: HttpRequest) -> HttpResponse:
    """Show what may be the same thing; posted, so that place words stand in no log of a proxy."""
    form = _form(request.POST)
    form.full_clean()
    try:
        category = category_of(request.POST.get("what", ""), form.categories)
    except Refused:
        category = None
    found = possible_repeats(
        actor=actor_of_request(request),
        at=now(),
        category=category,
        place_words=form.cleaned_data.get("where", ""),
        point=form.cleaned_data.get("point"),
        precision_m=form.cleaned_data.get("precision_m"),
    )
    shown = {"near": found, "asked": True, "at": now(), "point": form.cleaned_data.get("point")}
    shown["precision_m"] = form.cleaned_data.get("precision_m")
    return render(request, "intake/desk/_near.html", shown)


def _save(request: HttpRequest, form: CallForm, key: str) -> dict[str, Any]:
    call = form.cleaned_data
    lon, lat = call["point"] or (None, None)
    return live.receive(
        actor=actor_of_request(request),
        at=form.at,
        key=verb_key(key),
        channel=call["channel"],
        category=call["what"].code,
        received_at=call["received"],
        lon=lon,
        lat=lat,
        precision_m=call["precision_m"],
        depth_cm=call["depth_cm"],
        place_words=call["where"],
        words=call["words"],
        name=call["name"],
        contact=call["phone"],
        validity=call["validity"],
        tells_of=call["tells_of"],
        answers=call["answers"],
        urgency=call["urgency"],
        call_back=call["call_back"],
    )


def _token(form: CallForm | None) -> str:
    """Return the token to go on with: the form's own while it holds, since from it the call's time is measured.

    One that lay open for too long keeps its key; one whose key was used for another call gets a new one.
    """
    token = form.data.get("token", "") if form else ""
    if not form_key(token):
        return renewed(token)
    return token if form and form.errors else new_token()


def _form(typed: Any) -> CallForm:
    categories = list(Category.objects.filter(active=True))
    return CallForm(typed, city=city(), categories=categories, at=now())


def _page(
    request: HttpRequest,
    form: CallForm | None,
    form_errors: FormErrors | None = None,
    *,
    saved: str = "",
    status: int = 200,
) -> HttpResponse:
    here, actor = city(), actor_of_request(request)
    categories = form.categories if form else list(Category.objects.filter(active=True))
    channel = (form.data.get("channel") if form else request.GET.get("channel")) or Channel.PHONE_110
    last = (
        Report.objects.visible_to(actor)
        .select_related("category", "erasure")
        .order_by("-entered_at", "-pk")[:LAST_SHOWN]
    )
    about = call_panel(form, categories) | {
        "form": form,
        "form_errors": form_errors,
        "channels": [(each.value, each.label, each == channel) for each in Channel.at_desk()],
        "token": _token(form),
        "last": last,
        "saved": just_saved(saved, actor),
        "undo_left": undo_left(saved, actor, now()),
        "bounds": ",".join(map(str, here.bounds)) if here else "",
        "at": now(),
        "near": [],
    }
    return render(request, "intake/desk/call.html", about, status=status)


urlpatterns = [
    path("calls/new", new_call, name="new_call"),
    path("calls/near", near, name="near"),
    path("calls/<str:number>/set-back", set_back, name="set_back"),
]
