"""What whoever holds a tracking code may do: add to the report, withdraw it, have its words erased."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from anlan.core.ledger.verbs import KeyReused
from anlan.core.people.actors import PUBLIC
from anlan.core.refusals import Refused
from anlan.core.time.clock import now
from anlan.core.web.access import public
from anlan.intake.actions import add_to_report, erase_words, withdraw_report
from anlan.intake.forms.errors import FormErrors, of_form
from anlan.intake.forms.public import AdditionForm
from anlan.intake.models import Report
from anlan.intake.public.codes import verb_key
from anlan.intake.public.form_token import form_key
from anlan.intake.public.holder import holder, unkept
from anlan.intake.public.throttle import REPORTS
from anlan.intake.public.uploads import UNREADABLE, bound
from anlan.intake.queries.tracking import is_withdrawn
from anlan.intake.views.tracking import tracked_page


@public
@unkept
@csrf_exempt  # whoever holds the code may act; nobody else can make the address
@require_POST
@holder
def track_add(request: HttpRequest, code: str, found: Report) -> HttpResponse:
    """Add something to a report, as a report of its own."""
    if bound(request) is None:
        return tracked_page(request, found, code, form_errors=FormErrors.too_much(), status=413)
    try:
        form = AdditionForm(request.POST)
    except UNREADABLE:
        return tracked_page(request, found, code, form_errors=FormErrors.too_much(), status=413)
    key = form_key(request.POST.get("token", ""))
    if not form.is_valid():
        return tracked_page(request, found, code, form=form, form_errors=of_form(form), status=422)
    if key is None:
        return tracked_page(request, found, code, form=form, form_errors=FormErrors.form_too_old(), status=422)
    if REPORTS.is_closed(request):
        return tracked_page(request, found, code, form=form, form_errors=FormErrors.too_many_reports(), status=429)
    depth_cm = 0 if form.cleaned_data["gone"] else None
    words = form.cleaned_data["words"]
    try:
        add_to_report(tracking_code=code, words=words, depth_cm=depth_cm, actor=PUBLIC, at=now(), key=verb_key(key))
    except KeyReused:
        return tracked_page(request, found, code, form=form, form_errors=FormErrors.sent_before(), status=409)
    except Refused as refused:
        if refused.code != "withdrawn_already":
            raise
        return tracked_page(request, found, code, form=form, form_errors=FormErrors.withdrawn(refused), status=409)
    REPORTS.count(request)
    return _back_to(code, "added")


@public
@unkept
@csrf_exempt
@require_POST
@holder
def track_withdraw(request: HttpRequest, code: str, found: Report) -> HttpResponse:
    """Withdraw a report within ten minutes."""
    try:
        withdraw_report(tracking_code=code, actor=PUBLIC, at=now())
    except Refused as refused:
        if is_withdrawn(found):  # pressed twice
            return _back_to(code, "withdrawn")
        return tracked_page(request, found, code, form_errors=FormErrors.too_late(refused), status=409)
    return _back_to(code, "withdrawn")


@public
@unkept
@csrf_exempt
@require_POST
@holder
def track_erase(request: HttpRequest, code: str, found: Report) -> HttpResponse:
    """Erase the personal content of a report."""
    erase_words(tracking_code=code, actor=PUBLIC, at=now())
    return _back_to(code, "erased")


def _back_to(code: str, done: str) -> HttpResponse:
    return redirect(reverse("intake:track_code", args=[code]) + f"?told={done}")


urlpatterns = [
    path("track/<str:code>/add", track_add, name="track_add"),
    path("track/<str:code>/withdraw", track_withdraw, name="track_withdraw"),
    path("track/<str:code>/erase", track_erase, name="track_erase"),
]
