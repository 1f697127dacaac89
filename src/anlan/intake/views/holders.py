"""What whoever holds a tracking code may do: add to the report, withdraw it, have its words erased."""

from __future__ import annotations

from collections.abc import Callable

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
from anlan.intake.forms.holders import AdditionForm, WordsForm
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

    def add(form: WordsForm, key: str) -> str:
        add_to_report(tracking_code=code, **form.sent(), actor=PUBLIC, at=now(), key=key)
        return "added"

    return taken(request, code, found, AdditionForm, add)


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


def taken(
    request: HttpRequest, code: str, found: Report, kind: type[WordsForm], act: Callable[[WordsForm, str], str]
) -> HttpResponse:
    """Take a form of the tracking page once: act on it, or show the page again with what to change."""

    def again(form_errors: FormErrors, status: int, form: WordsForm | None = None) -> HttpResponse:
        return tracked_page(request, found, code, form=form, form_errors=form_errors, status=status)

    quota = bound(request)
    if quota is None:
        return again(FormErrors.too_much(), 413)
    try:
        form = kind(request.POST, request.FILES, photo_dropped=quota.dropped)
    except UNREADABLE:
        return again(FormErrors.too_much(), 413)
    key = form_key(request.POST.get("token", ""))
    if not form.is_valid():
        return again(of_form(form), 422, form)
    if key is None:
        return again(FormErrors.form_too_old(), 422, form)
    if REPORTS.is_closed(request):
        return again(FormErrors.too_many_reports(), 429, form)
    try:
        done = act(form, verb_key(key))
    except KeyReused:
        return again(FormErrors.sent_before(), 409, form)
    except Refused as refused:
        return again(FormErrors.not_taken(refused), 409, form)
    REPORTS.count(request)
    return _back_to(code, done)


def _back_to(code: str, done: str) -> HttpResponse:
    return redirect(reverse("intake:track_code", args=[code]) + f"?told={done}")


urlpatterns = [
    path("track/<str:code>/add", track_add, name="track_add"),
    path("track/<str:code>/withdraw", track_withdraw, name="track_withdraw"),
    path("track/<str:code>/erase", track_erase, name="track_erase"),
]
