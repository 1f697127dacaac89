"""The citizen's form and what follows it. No account and no cookie; it acts as the public, whoever looks."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from anlan.core.city.current import city
from anlan.core.ledger.verbs import KeyReused
from anlan.core.people.actors import PUBLIC
from anlan.core.refusals import Refused
from anlan.core.time.clock import now
from anlan.core.web.access import public
from anlan.intake import live
from anlan.intake.channels import Channel
from anlan.intake.forms.errors import FormErrors, of_form, telephone_links
from anlan.intake.forms.public import CitizenForm
from anlan.intake.models import Attachment, Category, Report
from anlan.intake.public.codes import code_for, grouped, verb_key
from anlan.intake.public.form_token import RECEIPT_LASTS, form_key, key_of_receipt, new_token, receipt_for, renewed
from anlan.intake.public.holder import unkept
from anlan.intake.public.throttle import REPORTS
from anlan.intake.public.uploads import UNREADABLE, bound
from anlan.intake.queries.tracking import WITHDRAW_WITHIN, report_of_code
from anlan.intake.tracking import first_look_by, first_look_minutes, was_masked


@public
@csrf_exempt  # no session to borrow: the form carries a signed token of its own (form_token.py)
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """Show the form, or receive it."""
    if request.method != "POST":
        return _form_page(request, _form({"category": request.GET.get("category", "")}, bound=False))
    quota = bound(request)
    try:
        sent_form, files = (request.POST, request.FILES) if quota else (None, None)
    except UNREADABLE:
        sent_form = files = None
    if sent_form is None or quota is None:
        return _form_page(request, _form({}, bound=False), FormErrors.too_much(), status=413)
    form = _form(sent_form, files, photo_dropped=quota.dropped)
    key = form_key(sent_form.get("token", ""))
    if not form.is_valid():
        if key and (taken := report_of_code(code_for(key))):
            return _form_page(request, form, FormErrors.over(form, _code_page(key, taken)), status=409)
        return _form_page(request, form, of_form(form), status=422)
    if key is None:
        return _form_page(request, form, FormErrors.form_too_old(), status=422)
    if REPORTS.is_closed(request):
        return _form_page(request, form, FormErrors.too_many_reports(), status=429)
    try:
        _receive(form, key)
    except KeyReused:
        return _form_page(request, form, FormErrors.sent_before(_code_page(key)), status=409)
    except Refused as refused:
        form.add_error("where", str(refused))
        return _form_page(request, form, of_form(form), status=422)
    REPORTS.count(request)
    return redirect("intake:sent", receipt_for(key))


@public
@unkept
@require_GET
def sent(request: HttpRequest, receipt: str) -> HttpResponse:
    """Show the tracking code, for half an hour."""
    key = key_of_receipt(receipt)
    found = report_of_code(code_for(key)) if key else None
    if key is None or found is None:
        return render(request, "intake/public/receipt_gone.html", status=410)
    code = code_for(key)
    about = {
        "report": found,
        "code": grouped(code),
        "code_plain": code,
        "first_look_by": first_look_by(found),
        "withdraw_until": found.entered_at + WITHDRAW_WITHIN,
        "has_photo": Attachment.objects.filter(report=found).exists(),
        "masked": was_masked(found),
        "track_address": request.build_absolute_uri(reverse("intake:track")),
    }
    return render(request, "intake/public/sent.html", about)


@public
@require_GET
def privacy(request: HttpRequest) -> HttpResponse:
    """Say who reads a report and how to have it erased."""
    return render(request, "intake/public/privacy.html")


def _receive(form: CitizenForm, key: str) -> dict[str, Any]:
    report = form.cleaned_data
    lon, lat = report["point"] or (None, None)
    return live.receive(
        actor=PUBLIC,
        at=now(),
        key=verb_key(key),
        channel=Channel.WEB,
        category=report["category"].code,
        lon=lon,
        lat=lat,
        precision_m=report["precision_m"],
        depth_cm=report["depth"],
        place_words=report["where"],
        words=report["words"],
        answers=report["answers"],
        contact=report["phone"],
        photos=[report["photo"]] if report["photo"] else [],
        tracking_code=code_for(key),
    )


def _code_page(key: str, taken: Report | None = None) -> str:
    """Return where the code is shown, for as long as it is shown to whoever sent the report."""
    taken = taken or report_of_code(code_for(key))
    young = taken is not None and now() - taken.entered_at < RECEIPT_LASTS
    return reverse("intake:sent", args=[receipt_for(key)]) if young else ""


def _form(values: Any, files: Any = None, *, bound: bool = True, photo_dropped: bool = False) -> CitizenForm:
    """Return the form, filled with what was sent, or only opened with it."""
    categories = list(Category.objects.filter(public=True, active=True))
    filled: dict[str, Any] = {"data": values, "files": files} if bound else {"initial": values}
    return CitizenForm(city=city(), categories=categories, photo_dropped=photo_dropped, **filled)


def _form_page(
    request: HttpRequest, form: CitizenForm, form_errors: FormErrors | None = None, status: int = 200
) -> HttpResponse:
    here = city()
    about = {
        "form": form,
        "categories": form.categories.values(),
        "form_errors": form_errors,
        "photo_again": bool(form.files.get("photo")) and "photo" not in form.errors if form.is_bound else False,
        "token": new_token() if status in {200, 409} else renewed(form.data.get("token", "")),
        "first_look_minutes": first_look_minutes(),
        "emergency": telephone_links(),
        "bounds": ",".join(map(str, here.bounds)) if here else "",
    }
    return render(request, "intake/public/report.html", about, status=status)


urlpatterns = [
    path("report/", report, name="report"),
    path("report/who-reads/", privacy, name="privacy"),
    path("report/sent/<str:receipt>/", sent, name="sent"),
]
