"""What is personal of a report: opened for a purpose, its photos sent to whoever opened it, erased for a reason."""

from __future__ import annotations

import datetime as dt

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from anlan.core.people.actors import Actor
from anlan.core.time.clock import now
from anlan.core.web.access import roles
from anlan.core.web.middleware.access import actor_of_request
from anlan.intake.access import ERASES, OPENS
from anlan.intake.actions import erase_report, read_personal, read_photo
from anlan.intake.models import Attachment, ErasureReason, Purpose
from anlan.intake.views.reports import rendered, report_of

GRANT_LASTS = dt.timedelta(minutes=10)
_GRANT = signing.Signer(salt="anlan.intake.photo")


@roles(*OPENS)
@never_cache
@require_POST
def open_personal(request: HttpRequest, number: str) -> HttpResponse:
    """Open a report's personal content for a purpose; the opening is an entry in the ledger."""
    report, purpose = report_of(request, number), request.POST.get("purpose", "")
    if purpose not in Purpose.values:
        return rendered(request, report, wrong=_("Choose what you open it for"), status=422)
    actor = actor_of_request(request)
    opened = read_personal(report_id=report.pk, purpose=purpose, actor=actor, at=now())
    opened["photos"] = [
        {
            "address": reverse("intake:report_photo", args=[report.number, photo.pk, _grant(photo.pk, purpose, actor)]),
            "width": photo.width,
            "height": photo.height,
        }
        for photo in Attachment.objects.filter(pk__in=opened["photos"]).defer("jpeg")
    ]
    return rendered(request, report, opened=opened, purpose=str(Purpose(purpose).label))


@roles(*OPENS)
@require_GET
def report_photo(request: HttpRequest, number: str, photo: int, grant: str) -> HttpResponse:
    """Send one photo to the person who opened it a moment ago; each sending is an entry with that purpose."""
    actor = actor_of_request(request)
    purpose = _granted(grant, photo, actor)
    report = report_of(request, number)
    if purpose is None or not Attachment.objects.filter(pk=photo, report=report).exists():
        raise Http404
    jpeg = read_photo(attachment_id=photo, purpose=purpose, actor=actor, at=now())
    return HttpResponse(
        jpeg,
        content_type="image/jpeg",
        headers={
            "Content-Disposition": f'inline; filename="{report.number}-{photo}.jpg"',
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store, private",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Resource-Policy": "same-origin",
        },
    )


@roles(*ERASES)
@require_POST
def erase(request: HttpRequest, number: str) -> HttpResponse:
    """Erase a report's personal content for a reason."""
    report, reason = report_of(request, number), request.POST.get("reason", "")
    if reason not in ErasureReason.values:
        return rendered(request, report, wrong=_("Choose why it is erased"), status=422)
    erase_report(report_id=report.pk, reason=reason, actor=actor_of_request(request), at=now())
    return redirect("intake:report_page", report.number)


def _grant(photo: int, purpose: str, actor: Actor) -> str:
    return _GRANT.sign_object([photo, purpose, actor.name, int(now().timestamp())])


def _granted(grant: str, photo: int, actor: Actor) -> str | None:
    try:
        granted, purpose, name, stamp = _GRANT.unsign_object(grant)
    except (signing.BadSignature, ValueError):
        return None
    young = now().timestamp() - stamp <= GRANT_LASTS.total_seconds()
    return str(purpose) if granted == photo and name == actor.name and young else None


urlpatterns = [
    path("reports/<str:number>/open", open_personal, name="report_open"),
    path("reports/<str:number>/photo/<int:photo>/<str:grant>", report_photo, name="report_photo"),
    path("reports/<str:number>/erase", erase, name="report_erase"),
]
