"""Storms: what the rain gauges measured, and how many mended places each one tested."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from anlan.core.time.clock import now
from anlan.core.web.access import roles
from anlan.core.web.middleware.access import actor_of_request
from anlan.prevention import actions
from anlan.prevention.access import READS, RECORDS
from anlan.prevention.forms.fields import StepForm
from anlan.prevention.forms.storms import CorrectionForm, StormForm
from anlan.prevention.models import Storm
from anlan.prevention.offers.steps import TAKEN, send
from anlan.prevention.queries.storms import storms, with_waiting
from anlan.prevention.views import PAGE
from anlan.prevention.words import RECORDS_STORMS


@require_http_methods(["GET", "HEAD", "POST"])
@roles(*READS, *RECORDS)
def rain(request: HttpRequest) -> HttpResponse:
    """List the storms, the newest first, and record one as it was measured."""
    form, status = StormForm(request.POST or None, auto_id="storm-%s"), 200
    if request.method == "POST":
        status, answer = send(form, RECORDS_STORMS, lambda **asked: actions.record_storm(**asked, **_who(request)))
        if status == TAKEN:
            n = answer["waiting"]
            messages.success(request, ngettext("The storm is recorded. It tested %(n)d mended place that waits.",
                                               "The storm is recorded. It tested %(n)d mended places that wait.", n)
                             % {"n": n})  # fmt: skip
            return redirect("prevention:storms")
    return _page(request, form, status)


@require_http_methods(["GET", "HEAD", "POST"])
@roles(*RECORDS)
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a storm that was written down wrongly; say which problems no storm has tested any more."""
    storm = get_object_or_404(Storm, pk=pk)
    known = {"end": storm.end, "peak_mm_h": storm.peak_mm_h, "source": storm.source}
    form, status = CorrectionForm(request.POST or None, auto_id="storm-%s", initial=known), 200
    if request.method == "POST":
        who = _who(request) | {"storm": pk}
        status, answer = send(form, RECORDS_STORMS, lambda **asked: actions.correct_storm(**asked, **who))
        if status == TAKEN:
            messages.success(request, _("The storm is corrected."))
            if answer["doubtful"]:
                messages.warning(request, _("No storm has tested these any more, reopen them: %(numbers)s.")
                                 % {"numbers": ", ".join(answer["doubtful"])})  # fmt: skip
            return redirect("prevention:storms")
    return _page(request, form, status, storm)


def _who(request: HttpRequest) -> dict[str, Any]:
    return {"actor": actor_of_request(request), "at": now(), "key": request.POST.get("key") or None}


def _page(request: HttpRequest, form: StepForm, status: int, correcting: Storm | None = None) -> HttpResponse:
    page = Paginator(storms(), PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "key": uuid4(), "page": page, "rows": with_waiting(list(page.object_list)),
               "records": bool(actor_of_request(request).roles.intersection(RECORDS)),
               "correcting": correcting}  # fmt: skip
    return render(request, "prevention/storms/storms.html", context, status=status)


urlpatterns = [
    path("storms/", rain, name="storms"),
    path("storms/<int:pk>/correct", correct, name="storm_correct"),
]
