"""The list of reports and one report: facts, history, and behind a purpose what is personal."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from anlan.core.city.areas import areas_at
from anlan.core.city.current import city
from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.core.time.clock import now
from anlan.core.web.access import roles
from anlan.core.web.middleware.access import actor_of_request
from anlan.intake.actions import TAKES_REPORTS, erase_report, read_personal, read_photo, set_validity
from anlan.intake.actions.imports import IMPORTS
from anlan.intake.actions.personal import ERASES, READS
from anlan.intake.models import Addition, Attachment, Category, Erasure, Report, ReportPersonal
from anlan.intake.purposes import ErasureReason, Purpose
from anlan.intake.queries.history import history
from anlan.intake.queries.reports import page_of, read_filters, reports_like
from anlan.intake.templatetags.intake_words import local

READERS = tuple(role for role in Role.values if role != Role.PUBLISHER)
MOST_POINTS = 5000
GRANT_LASTS = dt.timedelta(minutes=10)
_GRANT = signing.Signer(salt="anlan.intake.photo")


@roles(*READERS)
@never_cache
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Show the list that the address asks for; a full number leads to its report."""
    asked = request.GET.get("q", "").strip().upper()
    if asked and Report.objects.visible_to(actor_of_request(request)).filter(number=asked).exists():
        return redirect("intake:report_page", asked)
    return render(request, "intake/desk/reports.html", _list(request))


@roles(*READERS)
@never_cache
@require_GET
def points(request: HttpRequest) -> HttpResponse:
    """Return where the reports of a list are, for the map."""
    found = reports_like(read_filters(request.GET), actor_of_request(request), city())
    placed = found.filter(lon__isnull=False).values_list("number", "lon", "lat")[:MOST_POINTS]
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [lon, lat]},
            "properties": {"number": number, "href": reverse("intake:report_page", args=[number])},
        }
        for number, lon, lat in placed
    ]
    return JsonResponse({"type": "FeatureCollection", "features": features}, content_type="application/geo+json")


@roles(*READERS)
@never_cache
@require_GET
def report_page(request: HttpRequest, number: str) -> HttpResponse:
    """Show one report beside the list that it was chosen from."""
    return _report_page(request, _report(request, number))


@roles(*READS)
@never_cache
@require_POST
def open_personal(request: HttpRequest, number: str) -> HttpResponse:
    """Open a report's personal content for a purpose; the opening is an entry in the ledger."""
    report, purpose = _report(request, number), request.POST.get("purpose", "")
    if purpose not in Purpose.values:
        return _report_page(request, report, wrong=_("Choose what you open it for"), status=422)
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
    return _report_page(request, report, opened=opened, purpose=str(Purpose(purpose).label))


@roles(*READS)
@require_GET
def report_photo(request: HttpRequest, number: str, photo: int, grant: str) -> HttpResponse:
    """Send one photo to the person who opened it a moment ago; each sending is an entry with that purpose."""
    actor = actor_of_request(request)
    purpose = _granted(grant, photo, actor)
    report = _report(request, number)
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


@roles(*TAKES_REPORTS)
@require_POST
def change_validity(request: HttpRequest, number: str) -> HttpResponse:
    """Say whether a report is valid, a repeat, a misdial or a nuisance call."""
    report, validity = _report(request, number), request.POST.get("validity", "")
    if validity not in Report.Validity.values:
        return _report_page(request, report, wrong=_("Choose valid, repeat, misdial or nuisance"), status=422)
    told = set_validity(report_id=report.pk, validity=validity, actor=actor_of_request(request), at=now())
    return redirect(f"{reverse('intake:report_page', args=[report.number])}?before={told['before']}")


@roles(*ERASES)
@require_POST
def erase(request: HttpRequest, number: str) -> HttpResponse:
    """Erase a report's personal content for a reason."""
    report, reason = _report(request, number), request.POST.get("reason", "")
    if reason not in ErasureReason.values:
        return _report_page(request, report, wrong=_("Choose why it is erased"), status=422)
    erase_report(report_id=report.pk, reason=reason, actor=actor_of_request(request), at=now())
    return redirect("intake:report_page", report.number)


def _report(request: HttpRequest, number: str) -> Report:
    seen = Report.objects.visible_to(actor_of_request(request)).select_related("category", "organisation")
    found = seen.filter(number=number).first()
    if found is None:
        raise Http404
    return found


def _list(request: HttpRequest) -> dict[str, Any]:
    filters = read_filters(request.GET)
    found = reports_like(filters, actor_of_request(request), city())
    return {
        "filters": filters,
        "page": page_of(found, request.GET.get("page", "1")),
        "categories": Category.objects.all(),
        "channels": Report.Channel.choices,
        "validities": Report.Validity.choices,
        "at": now(),
        "may_enter": bool(actor_of_request(request).roles.intersection({Role.CALL_TAKER, Role.DISPATCHER})),
        "may_import": bool(actor_of_request(request).roles.intersection(IMPORTS)),
    }


def _report_page(
    request: HttpRequest,
    report: Report,
    *,
    opened: dict[str, Any] | None = None,
    purpose: str = "",
    wrong: str = "",
    status: int = 200,
) -> HttpResponse:
    held = actor_of_request(request).roles
    before = request.GET.get("before", "")
    about = _list(request) | {
        "report": report,
        "areas": _areas(report),
        "history": history(report),
        "opened": opened,
        "purpose": purpose,
        "purposes": Purpose.choices,
        "reasons": ErasureReason.choices,
        "wrong": wrong,
        "before": before if before in Report.Validity.values and before != report.validity else "",
        "erasure": Erasure.objects.filter(report=report).first(),
        "has_personal": ReportPersonal.objects.filter(report=report).exists(),
        "photo_count": Attachment.objects.filter(report=report).count(),
        "first": Addition.objects.filter(report=report).select_related("first").first(),
        "additions": Addition.objects.filter(first=report).select_related("report").order_by("pk"),
        "may": {
            "open": bool(held & set(READS)),
            "judge": bool(held & set(TAKES_REPORTS)),
            "erase": bool(held & set(ERASES)),
        },
    }
    return render(request, "intake/desk/report_page.html", about, status=status)


def _areas(report: Report) -> list[Any]:
    if report.lon is None or report.lat is None:
        return []
    return list(areas_at(report.lon, report.lat, local(report.received_at).date()))


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
    path("reports/", listing, name="reports"),
    path("reports/points.geojson", points, name="report_points"),
    path("reports/<str:number>/", report_page, name="report_page"),
    path("reports/<str:number>/open", open_personal, name="report_open"),
    path("reports/<str:number>/photo/<int:photo>/<str:grant>", report_photo, name="report_photo"),
    path("reports/<str:number>/validity", change_validity, name="report_validity"),
    path("reports/<str:number>/erase", erase, name="report_erase"),
]
