"""Storms: what the rain gauges measured, and how many mended places each one tested."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from anlan.core.pages import Column, Empty, ListPage, Reader, StepForm, Typed, answer, drawn_by
from anlan.core.web.access import roles
from anlan.core.words import moment
from anlan.prevention import actions
from anlan.prevention.access import READS, RECORDS
from anlan.prevention.forms.storms import CorrectionForm, StormForm
from anlan.prevention.models import Storm
from anlan.prevention.queries.storms import storms, with_waiting
from anlan.prevention.views import PROBLEMS_CRUMB
from anlan.prevention.words import RECORDS_STORMS

CORRECT = pgettext_lazy("a storm", "Correct")
STORMS = ListPage(
    _("Storms"), lambda actor: storms(), base="prevention/base.html", crumb=PROBLEMS_CRUMB,
    caption=_("Storms as measured"), shape=lambda listed, reader: with_waiting(listed),
    note=_("Tested, waiting: places whose works were accepted before the storm, strong enough for their test, that"
           " nobody has struck off or put back yet. The line on each bar is 30 mm/h, the rain that usually tests"
           " works."),
    empty=Empty(_("No storm is recorded yet. A mended flood-prone point is struck off only after one has tested it.")),
    columns=[
        Column(_("Began"), lambda tested: tested.storm.start, "num nowrap", head=True, sort="start"),
        Column(_("Ended"), lambda tested: tested.storm.end, "num nowrap"),
        Column(_("Peak, mm/h"), lambda tested: tested.storm.peak_mm_h, "n", sort="peak_mm_h",
               draw=drawn_by("prevention/storms/_peak.html")),
        Column(pgettext_lazy("a storm", "Source"), lambda tested: Typed(tested.storm.source),
               under=lambda tested: (_("Corrected:"), Typed(why)) if (why := tested.storm.corrected_because) else ""),
        Column(_("Tested, waiting"), lambda tested: tested.waiting, "n"),
        Column("", css="noprint", when=lambda reader: reader.holds(RECORDS),
               draw=lambda tested: format_html('<a href="{}#record">{}</a>', _correct_at(tested.storm), CORRECT)),
    ],
)  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@roles(*READS, *RECORDS)
def rain(request: HttpRequest) -> HttpResponse:
    """List the storms, the newest first, and record one as it was measured."""

    def done(made: dict[str, Any]) -> HttpResponse:
        recorded = ngettext(
            "The storm is recorded. It tested %(n)d mended place that waits.",
            "The storm is recorded. It tested %(n)d mended places that wait.",
            n := made["waiting"],
        )
        messages.success(request, recorded % {"n": n})
        return redirect("prevention:storms")

    form = StormForm(request.POST or None, auto_id="storm-%s")
    return answer(request, form, actions.record_storm, whose=RECORDS_STORMS, done=done,
                  page=lambda status: _page(request, form, status))  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@roles(*RECORDS)
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a storm that was written down wrongly; say which problems no storm has tested any more."""
    storm = get_object_or_404(Storm, pk=pk)
    known = {"end": storm.end, "peak_mm_h": storm.peak_mm_h, "source": storm.source}

    def done(made: dict[str, Any]) -> HttpResponse:
        messages.success(request, gettext("The storm is corrected."))
        if made["doubtful"]:
            doubtful = gettext("No storm has tested these any more, reopen them: %(numbers)s.")
            messages.warning(request, doubtful % {"numbers": ", ".join(made["doubtful"])})
        return redirect("prevention:storms")

    form = CorrectionForm(request.POST or None, auto_id="storm-%s", initial=known)
    return answer(request, form, partial(actions.correct_storm, storm=pk), whose=RECORDS_STORMS, done=done,
                  page=lambda status: _page(request, form, status, storm))  # fmt: skip


def _page(request: HttpRequest, form: StepForm, status: int, correcting: Storm | None = None) -> HttpResponse:
    title = correcting and format_html("{} {}", gettext("Correct the storm"), moment(correcting.start))
    context = {"form": form, "records": Reader.of(request).holds(RECORDS), "correcting": correcting, "title": title}
    return STORMS.answer(request, "prevention/storms/storms.html", path=reverse("prevention:storms"), status=status,
                         **context)  # fmt: skip


def _correct_at(storm: Storm) -> str:
    return reverse("prevention:storm_correct", args=[storm.pk])


urlpatterns = [
    path("storms/", rain, name="storms"),
    path("storms/<int:pk>/correct", correct, name="storm_correct"),
]
