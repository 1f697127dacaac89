"""What is personal of a report: opened for a purpose, its photos sent to whoever opened it, erased for a reason."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from anlan.core.refusals import Refused
from anlan.core.sealed.files import sent
from anlan.core.sealed.grants import grant, purpose_of
from anlan.core.sealed.purposes import Purpose
from anlan.core.time.clock import now
from anlan.core.web.access import roles
from anlan.core.web.middleware.access import actor_of_request
from anlan.intake.access import ERASES, OPENS
from anlan.intake.actions import FIELDS, IN_PLACE, erase_report, read_personal, read_photo
from anlan.intake.models import Attachment
from anlan.intake.views.reports import rendered, report_of


@roles(*OPENS)
@never_cache
@require_POST
def open_personal(request: HttpRequest, number: str) -> HttpResponse:
    """Open a report's personal content for a purpose; the opening is an entry in the ledger.

    Who presses for the photos beside an incident's words opens no name and no contact by it.
    """
    report, purpose = report_of(request, number), request.POST.get("purpose", "")
    actor, fields = actor_of_request(request), IN_PLACE if request.POST.get("only") == "words" else FIELDS
    try:
        opened = read_personal(report_id=report.pk, purpose=purpose, actor=actor, at=now(), fields=fields)
    except Refused as refused:
        return rendered(request, report, wrong=str(refused), status=422)
    opened["photos"] = [
        {
            "address": _address(report.number, photo.pk, grant(f"attachment:{photo.pk}", purpose, actor)),
            "width": photo.width,
            "height": photo.height,
        }
        for photo in Attachment.objects.filter(pk__in=opened["photos"]).defer("jpeg")
    ]
    return rendered(request, report, opened=opened, purpose=str(Purpose(purpose).label))


@roles(*OPENS)
@require_GET
def report_photo(request: HttpRequest, number: str, photo: int, granted: str) -> HttpResponse:
    """Send one photo to the person who opened it a moment ago; each sending is an entry with that purpose."""
    actor = actor_of_request(request)
    purpose = purpose_of(granted, f"attachment:{photo}", actor)
    report = report_of(request, number)
    if not purpose or not Attachment.objects.filter(pk=photo, report=report).exists():
        raise Http404
    jpeg = read_photo(attachment_id=photo, purpose=purpose, actor=actor, at=now())
    return sent(jpeg, f"{report.number}-{photo}")


@roles(*ERASES)
@require_POST
def erase(request: HttpRequest, number: str) -> HttpResponse:
    """Erase a report's personal content for a reason."""
    report, reason = report_of(request, number), request.POST.get("reason", "")
    try:
        erase_report(report_id=report.pk, reason=reason, actor=actor_of_request(request), at=now())
    except Refused as refused:
        return rendered(request, report, wrong=str(refused), status=422)
    return redirect("intake:report_page", report.number)


def _address(number: str, photo: int, granted: str) -> str:
    return reverse("intake:report_photo", args=[number, photo, granted])


urlpatterns = [
    path("reports/<str:number>/open", open_personal, name="report_open"),
    path("reports/<str:number>/photo/<int:photo>/<str:granted>", report_photo, name="report_photo"),
    path("reports/<str:number>/erase", erase, name="report_erase"),
]
