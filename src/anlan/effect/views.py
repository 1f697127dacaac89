"""Estimates: the list, a new one, one with all that it rests on."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from anlan.core.city.areas import local_day
from anlan.core.ledger.verbs import KeyReused
from anlan.core.refusals import Refused
from anlan.core.time.clock import now
from anlan.core.web.access import roles
from anlan.core.web.middleware.access import actor_of_request
from anlan.effect.access import READS, WRITES
from anlan.effect.actions import estimate
from anlan.effect.forms import EstimateForm
from anlan.effect.models import Estimate
from anlan.effect.queries import details, shown
from anlan.effect.verification import verify
from anlan.effect.words import found_by
from anlan.hotspots.models import Study


@require_safe
@roles(*READS)
def estimates(request: HttpRequest) -> HttpResponse:
    """List the estimates, the newest first."""
    actor = actor_of_request(request)
    newest = Estimate.objects.visible_to(actor).select_related("study").order_by("-pk")[:100]
    context = {
        "estimates": [shown(estimate) for estimate in newest],
        "may_write": bool(actor.roles.intersection(WRITES)),
    }
    return render(request, "effect/estimates.html", context)


@require_safe
@roles(*READS)
def estimate_page(request: HttpRequest, number: str) -> HttpResponse:
    """Show an estimate; with `check` compute it again and say what was found."""
    mine = Estimate.objects.visible_to(actor_of_request(request)).select_related("study")
    found = mine.filter(number=number).first()
    if found is None:
        raise Http404
    checked = verify(found) if "check" in request.GET else None
    context = {"shown": shown(found), "estimate": found, "checked": checked} | details(found)
    if checked:
        context |= {"found": found_by(checked, found), "changed": checked.changed[:50]}
    return render(request, "effect/estimate.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@roles(*WRITES)
def new(request: HttpRequest) -> HttpResponse:
    """Ask for an estimate, make it, and go to it."""
    actor = actor_of_request(request)
    form = EstimateForm(request.POST or None, actor=actor, initial=_suggested())
    if request.method == "POST" and form.is_valid():
        try:
            key = request.POST.get("key") or None
            answer = estimate(**form.cleaned_data, actor=actor, at=now(), key=key)
        except Refused as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        except KeyReused:
            form.add_error(
                None, _("This form was sent before with other words. Look at what was stored, then send again.")
            )
        else:
            return redirect("effect:estimate", answer["estimate"])
    return render(
        request, "effect/new.html", {"form": form, "key": uuid4()}, status=422 if request.method == "POST" else 200
    )


def _suggested() -> dict[str, object]:
    """Offer the last adopted study, a measure before the next season, and all reports until yesterday."""
    last = Study.objects.adopted().last()
    if last is None:
        return {}
    yesterday = local_day(now()) - dt.timedelta(days=1)
    begins = last.until + dt.timedelta(days=1)
    return {"study": last.pk, "measure_at": str(begins), "since": str(last.since), "until": str(yesterday)}


urlpatterns = [
    path("effect/", estimates, name="estimates"),
    path("effect/new", new, name="new"),
    path("effect/<str:number>/", estimate_page, name="estimate"),
]
