"""The list of reports and one report beside it: facts, history, and whether it counts."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from anlan.core.city.areas import areas_at
from anlan.core.time.clock import now
from anlan.core.web.access import roles
from anlan.core.web.middleware.access import actor_of_request
from anlan.core.words import local
from anlan.intake.access import ERASES, IMPORTS, OPENS, READERS, TAKES_CALLS, TAKES_REPORTS
from anlan.intake.actions import set_validity
from anlan.intake.channels import Channel
from anlan.intake.models import (
    Addition,
    Attachment,
    Category,
    Erasure,
    Report,
    ReportPersonal,
)
from anlan.intake.queries.history import history
from anlan.intake.queries.reports import Filters, page_of, read_filters, reports_like
from anlan.intake.queries.unsorted import unsorted, unsorted_count
from anlan.intake.states import Validity

MOST_POINTS = 5000


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
    found = reports_like(read_filters(request.GET), actor_of_request(request))
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
    return rendered(request, report_of(request, number))


@roles(*TAKES_REPORTS)
@require_POST
def change_validity(request: HttpRequest, number: str) -> HttpResponse:
    """Say whether a report is valid, a repeat, a misdial or a nuisance call."""
    report, validity = report_of(request, number), request.POST.get("validity", "")
    if validity not in Validity.values:
        return rendered(request, report, wrong=_("Choose valid, repeat, misdial or nuisance"), status=422)
    change = set_validity(report_id=report.pk, validity=validity, actor=actor_of_request(request), at=now())
    return redirect(f"{reverse('intake:report_page', args=[report.number])}?before={change['before']}")


def report_of(request: HttpRequest, number: str) -> Report:
    seen = Report.objects.visible_to(actor_of_request(request)).select_related("category", "organisation")
    found = seen.filter(number=number).first()
    if found is None:
        raise Http404
    return found


def _list(request: HttpRequest) -> dict[str, Any]:
    filters, actor, at = read_filters(request.GET), actor_of_request(request), now()
    found, waiting = reports_like(filters, actor), unsorted_count(actor)
    shown = _shown(request, filters, waiting)
    return {
        "shown": shown,
        "waiting": unsorted(actor, at) if shown == "unsorted" else [],
        "waiting_count": waiting,
        "filters": filters,
        "page": page_of(found, request.GET.get("page", "1")),
        "categories": Category.objects.all(),
        "channels": Channel.choices,
        "validities": Validity.choices,
        "at": at,
        "may_enter": bool(actor.roles.intersection(TAKES_CALLS)),
        "may_import": bool(actor.roles.intersection(IMPORTS)),
    }


def _shown(request: HttpRequest, filters: Filters, waiting: int) -> str:
    """Return which list is shown: that of the address, else who picks up begins with what waits."""
    asked = request.GET.get("list", "")
    if asked in {"unsorted", "all"}:
        return asked
    takes_calls = actor_of_request(request).roles.intersection(TAKES_CALLS)
    at_the_list = request.resolver_match is not None and request.resolver_match.url_name == "reports"
    return "unsorted" if waiting and takes_calls and at_the_list and not request.GET else "all"


def rendered(
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
        "purposes": ReportPersonal.SEAL.purpose_choices,
        "reasons": ReportPersonal.SEAL.reason_choices,
        "wrong": wrong,
        "before": before if before in Validity.values and before != report.validity else "",
        "erasure": Erasure.objects.filter(report=report).first(),
        "has_personal": ReportPersonal.objects.filter(report=report).exists(),
        "photo_count": Attachment.objects.filter(report=report).count(),
        "first": Addition.objects.filter(report=report).select_related("first").first(),
        "additions": Addition.objects.filter(first=report).select_related("report").order_by("pk"),
        "may": {
            "open": bool(held & set(OPENS)),
            "judge": bool(held & set(TAKES_REPORTS)),
            "erase": bool(held & set(ERASES)),
        },
    }
    return render(request, "intake/desk/report_page.html", about, status=status)


def _areas(report: Report) -> list[Any]:
    if report.lon is None or report.lat is None:
        return []
    return list(areas_at(report.lon, report.lat, local(report.received_at).date()))


urlpatterns = [
    path("reports/", listing, name="reports"),
    path("reports/points.geojson", points, name="report_points"),
    path("reports/<str:number>/", report_page, name="report_page"),
    path("reports/<str:number>/validity", change_validity, name="report_validity"),
]
