"""Estimates: the list, a new one, one with all that it rests on."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from anlan.core.city.areas import local_day
from anlan.core.pages import Column, Empty, Link, ListPage, answer, drawn_by
from anlan.core.time.clock import now
from anlan.core.web.access import roles
from anlan.core.web.middleware.access import actor_of_request
from anlan.core.workflow.moves import Words
from anlan.effect.access import READS, WRITES
from anlan.effect.actions import estimate
from anlan.effect.forms import EstimateForm
from anlan.effect.models import Estimate
from anlan.effect.queries import Shown, details, shown
from anlan.effect.verification import verify
from anlan.effect.words import found_by
from anlan.hotspots.models import Study


def _figure(name: str, shown: Shown) -> Any:
    return getattr(shown.estimate, name)


def _pair(label: Words, **parts: Words) -> list[Column]:
    """Return two figures as a page writes them in one cell, and a file in two: a spreadsheet takes 2 / 3 for a day."""
    first, second = parts
    return [
        Column(label, css="n", draw=lambda shown: format_html(
            "{} / {}", _figure(first, shown), _figure(second, shown))),
        *(Column(words, partial(_figure, name), on_page=False) for name, words in parts.items()),
    ]  # fmt: skip


NEW = Link(_("New estimate"), "effect:new", "n", WRITES, primary=True)
ESTIMATES = ListPage(
    _("Estimates"), lambda actor: Estimate.objects.visible_to(actor).select_related("study").order_by("-pk"),
    shape=lambda listed, reader: [shown(estimate) for estimate in listed], links=[NEW],
    columns=[
        Column(_("Number"), lambda shown: shown.estimate.number, "code nowrap", head=True, sort="number",
               link=lambda shown: reverse("effect:estimate", args=[shown.estimate.number])),
        Column(_("Answer"), lambda shown: shown.estimate.get_verdict_display(),
               draw=lambda shown: format_html('<span class="state {}">{}</span>', shown.mark,
                                              shown.estimate.get_verdict_display())),
        Column(_("In words"), lambda shown: shown.sentence),
        Column(_("Interval"), css="spans", draw=drawn_by("effect/_interval_small.html", "shown")),
        *(Column(label, partial(_figure, name), on_page=False) for name, label in (
            ("ratio", _("Ratio")), ("low", _("Interval from")), ("high", _("Interval to")))),
        *_pair(_("Mended, compared"), treated_used=_("Mended"), places_used=_("Compared")),
        *_pair(_("Storms before, after"), before_storms=_("Storms before"), after_storms=_("Storms after")),
        Column(_("Works before"), lambda shown: shown.estimate.measure_at, "num nowrap", sort="measure_at"),
    ],
    empty=Empty(_("A season after works were accepted, ask whether the mended sites fail less often than sites with the"
                  " same history."), _("No estimate yet"), NEW, "low"),
)  # fmt: skip


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
    form = EstimateForm(request.POST or None, actor=actor_of_request(request), initial=_suggested())
    return answer(
        request, form, estimate, done=lambda made: redirect("effect:estimate", made["estimate"]),
        page=lambda status: render(request, "effect/new.html", {"form": form}, status=status),
    )  # fmt: skip


def _suggested() -> dict[str, object]:
    """Offer the last adopted study, a measure before the next season, and all reports until yesterday."""
    last = Study.objects.adopted().last()
    if last is None:
        return {}
    yesterday = local_day(now()) - dt.timedelta(days=1)
    begins = last.until + dt.timedelta(days=1)
    return {"study": last.pk, "measure_at": str(begins), "since": str(last.since), "until": str(yesterday)}


urlpatterns = [
    path("effect/", ESTIMATES.view(roles(*READS)), name="estimates"),
    path("effect/new", new, name="new"),
    path("effect/<str:number>/", estimate_page, name="estimate"),
]
