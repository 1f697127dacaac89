"""Sites: one page each, from its reports over the years."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST, require_safe

from anlan.core.city.areas import areas_at
from anlan.core.sealed.purposes import Purpose
from anlan.core.time.clock import now
from anlan.core.web.access import roles
from anlan.core.web.middleware.access import actor_of_request
from anlan.hotspots.access import READS
from anlan.hotspots.models import PlaceReport, Site, Study, StudyPlace
from anlan.hotspots.queries.sites import history, site_places
from anlan.hotspots.views.studies import visible_study
from anlan.hotspots.words import change_word, period
from anlan.intake.access import OPENS
from anlan.intake.actions import read_personal_of
from anlan.intake.models import Report


@require_safe
@roles(*READS)
def sites(request: HttpRequest) -> HttpResponse:
    """Go to the sites as the last adopted study has them."""
    last = Study.objects.visible_to(actor_of_request(request)).adopted().last()
    return redirect("hotspots:study", last.pk) if last else redirect("hotspots:studies")


def visible_site(request: HttpRequest, code: str) -> Site:
    """Return the site with this number."""
    visible = Site.objects.visible_to(actor_of_request(request))
    site = visible.filter(number=int(code)).first() if code.isdecimal() else None
    if site is None:
        raise Http404
    return site


@require_safe
@roles(*READS)
def site(request: HttpRequest, code: str) -> HttpResponse:
    """Show a site over the years, with every report behind it."""
    known = visible_site(request, code)
    return _shown(request, known, site_places(known))


@require_safe
@roles(*READS)
def place(request: HttpRequest, pk: int, rank: int) -> HttpResponse:
    """Show one place of a study: the site page where it has a number."""
    spot = StudyPlace.objects.filter(study=visible_study(request, pk), rank=rank).first()
    if spot is None:
        raise Http404
    version = getattr(spot, "site_version", None)
    if version is not None:
        return redirect("hotspots:site", version.site.code)
    return _shown(request, None, [spot])


@require_POST
@roles(*READS)
def words(request: HttpRequest, code: str) -> HttpResponse:
    """Show a site with the place words of its reports; opening them is an entry with its purpose."""
    known = visible_site(request, code)
    places = site_places(known)
    reports = PlaceReport.objects.filter(place__in=places).values_list("report_id", flat=True)
    visible = Report.objects.visible_to(actor_of_request(request)).filter(pk__in=reports).values_list("pk", flat=True)
    opened = read_personal_of(
        report_ids=list(visible),
        purpose=Purpose.STUDY,
        fields=["place_words"],
        actor=actor_of_request(request),
        at=now(),
    )
    return _shown(request, known, places, {pk: personal["place_words"] for pk, personal in opened.items()})


def _shown(
    request: HttpRequest, known: Site | None, places: list[StudyPlace], opened: dict[int, str] | None = None
) -> HttpResponse:
    """Render a site, or a place of a study that has no number yet."""
    if not places:
        raise Http404
    actor = actor_of_request(request)
    last = places[-1]
    behind = set(PlaceReport.objects.filter(place__in=places).values_list("report_id", flat=True))
    visible = Report.objects.visible_to(actor).filter(pk__in=behind).select_related("category")
    reports = list(visible.order_by("-received_at", "number"))
    bars = history(places)
    versions = list(known.versions.select_related("study", "place")) if known else []
    context: dict[str, Any] = {
        "site": known,
        "place": last,
        "study": last.study,
        "period": period(last.study),
        "bars": {"unit": "", "bars": bars},
        "failed": sum(1 for bar in bars if bar["value"]),
        "total": len(behind),
        "hidden": len(behind) - len(reports),
        "reports": [(report, (opened or {}).get(report.pk, "")) for report in reports],
        "opened": opened is not None,
        "may_open": known is not None and bool(actor.roles.intersection(OPENS)),
        "areas": [area for area in areas_at(last.lon, last.lat, last.study.until) if area.area.kind != "city"],
        "versions": [(version, period(version.study), change_word(version.change)) for version in versions],
        "reports_address": reverse("hotspots:site_reports", args=[known.code]) if known else "",
        "at": now(),
        "first": min(place.study.since for place in places),
        "until": max(place.study.until for place in places),
    }
    return render(request, "hotspots/site.html", context)


@require_safe
@roles(*READS)
def site_reports(request: HttpRequest, code: str) -> JsonResponse:
    """Return the points of a site's reports that this person may see."""
    behind = PlaceReport.objects.filter(place__in=site_places(visible_site(request, code))).values_list(
        "report_id", flat=True
    )
    reports = (
        Report.objects.visible_to(actor_of_request(request)).filter(pk__in=behind, lon__isnull=False).order_by("number")
    )
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [report.lon, report.lat]},
            "properties": {"number": report.number, "href": reverse("intake:report_page", args=[report.number])},
        }
        for report in reports
    ]
    return JsonResponse({"type": "FeatureCollection", "features": features})


urlpatterns = [
    path("studies/<int:pk>/places/<int:rank>/", place, name="place"),
    path("sites/", sites, name="sites"),
    path("sites/<str:code>/", site, name="site"),
    path("sites/<str:code>/words", words, name="site_words"),
    path("sites/<str:code>/reports.geojson", site_reports, name="site_reports"),
]
