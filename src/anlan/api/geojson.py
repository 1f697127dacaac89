"""Sites, problems and incidents as GeoJSON for GIS desktops: parse, query, serialize."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from anlan.core.city.current import city_zone
from anlan.core.ledger import canonical
from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.core.web.access import partner, roles
from anlan.core.web.middleware.access import actor_of_request
from anlan.hotspots.models import SiteVersion
from anlan.intake.models import Category
from anlan.prevention.models import Problem
from anlan.triage.models import SEES_ALL, Incident

MOST = 10_000
DAY = dt.timedelta(days=1)
READERS = (*SEES_ALL, Role.OFFICER)
Feature = dict[str, Any]


class BadQuery(ValueError):
    """A parameter cannot be read; the message says how to write it."""


@dataclass(frozen=True)
class Asked:
    """What an address asks for."""

    bbox: tuple[float, float, float, float] | None
    limit: int
    offset: int
    since: dt.date | None
    until: dt.date | None
    category: str


def parse(name: str, told: dict[str, str]) -> Asked:
    """Read the parameters of a collection's address."""
    known = PARAMETERS | (OF_INCIDENTS if name == "incidents" else set())
    if unknown := sorted(set(told) - known):
        raise BadQuery(f"{name} takes no {unknown[0]}; write some of: {', '.join(sorted(known))}")
    category = told.get("category", "")
    if category and not Category.objects.filter(code=category).exists():
        raise BadQuery(f"this city has no category {category}")
    return Asked(
        bbox=_bbox(told.get("bbox", "")),
        limit=_whole(told.get("limit", "1000"), "limit", 1, MOST),
        offset=_whole(told.get("offset", "0"), "offset", 0, 10**9),
        since=_day(told.get("since", ""), "since"),
        until=_day(told.get("until", ""), "until"),
        category=category,
    )


def sites(actor: Actor, asked: Asked) -> tuple[QuerySet[Any], Callable[[Any], Feature]]:
    """Return each site once, where the newest adopted study found it."""
    rows = SiteVersion.objects.filter(study__adopted_at__isnull=False, place__isnull=False)
    if not (actor.roles or actor.is_system or actor.client_id):
        rows = rows.none()
    later = rows.filter(site=OuterRef("site"), study__until__gt=OuterRef("study__until"))
    rows = _inside(rows.filter(~Exists(later)), asked, "place__lon", "place__lat")
    return rows.select_related("site", "place", "study").order_by("site__number"), _site


def problems(actor: Actor, asked: Asked) -> tuple[QuerySet[Any], Callable[[Any], Feature]]:
    """Return problems that have a place; a partner system sees those of its organisation."""
    rows: QuerySet[Any] = Problem.objects.all() if actor.client_id else Problem.objects.visible_to(actor)
    if actor.client_id:
        rows = rows.filter(lead__in=actor.organisation_ids)
    rows = _inside(rows.filter(lon__isnull=False), asked, "lon", "lat").select_related("lead")
    return rows.order_by("number"), _problem


def incidents(actor: Actor, asked: Asked) -> tuple[QuerySet[Any], Callable[[Any], Feature]]:
    """Return incidents at about ten metres; places of crime and of violence are no points, areas tell of them."""
    rows: QuerySet[Any] = Incident.objects.all() if actor.client_id else Incident.objects.visible_to(actor)
    if actor.client_id:
        rows = rows.filter(owner__in=actor.organisation_ids)
    shown = Q(category_confirmed=None, category_at_call__police=False)
    shown |= Q(category_confirmed__police=False, category_confirmed__exclusion_gate=False)
    shown &= Q(category_at_call__exclusion_gate=False)  # whatever was found later, the place stays with those who went
    rows = _inside(rows.filter(shown, lon__isnull=False), asked, "lon", "lat")
    if asked.since:
        rows = rows.filter(opened_at__gte=_midnight(asked.since))
    if asked.until:
        rows = rows.filter(opened_at__lt=_midnight(asked.until + DAY))
    if code := asked.category:
        rows = rows.filter(Q(category_confirmed__code=code) | Q(category_confirmed=None, category_at_call__code=code))
    rows = rows.select_related("category_at_call", "category_confirmed", "owner")
    return rows.order_by("opened_at", "pk"), partial(_incident, city_zone())


COLLECTIONS = {"sites": sites, "problems": problems, "incidents": incidents}
PARAMETERS = {"bbox", "limit", "offset", "lang"}
OF_INCIDENTS = {"since", "until", "category"}


@require_safe
@partner
def for_partner(request: HttpRequest, name: str) -> HttpResponse:
    """Answer a partner system that shows its key."""
    return _answer(request, name)


@require_safe
@roles(*READERS)
def for_people(request: HttpRequest, name: str) -> HttpResponse:
    """Answer a person who is signed in."""
    return _answer(request, name)


def _answer(request: HttpRequest, name: str) -> HttpResponse:
    if name not in COLLECTIONS:
        return _error(f"There is no collection {name}; ask for one of {', '.join(COLLECTIONS)}.", 404)
    try:
        asked = parse(name, request.GET.dict())
    except BadQuery as error:
        return _error(str(error), 400)
    rows, feature = COLLECTIONS[name](actor_of_request(request), asked)
    matched = rows.count()
    features = list(_features(rows[asked.offset : asked.offset + asked.limit], feature))
    body: dict[str, Any] = {"type": "FeatureCollection", "numberMatched": matched, "numberReturned": len(features),
                            "features": features, "links": _links(request, asked, matched)}  # fmt: skip
    return HttpResponse(canonical(body), content_type="application/geo+json", headers={"Cache-Control": "no-store"})


def _features(rows: QuerySet[Any], feature: Callable[[Any], Feature]) -> Iterator[Feature]:
    for row in rows.iterator(2000):
        yield feature(row)


def _links(request: HttpRequest, asked: Asked, matched: int) -> list[dict[str, str]]:
    links = [{"rel": "self", "href": request.build_absolute_uri(), "type": "application/geo+json"}]
    if asked.offset + asked.limit < matched:
        more = request.GET.dict() | {"offset": str(asked.offset + asked.limit), "limit": str(asked.limit)}
        href = request.build_absolute_uri(f"{request.path}?{urlencode(more)}")
        links.append({"rel": "next", "href": href, "type": "application/geo+json"})
    return links


def _site(row: SiteVersion) -> Feature:
    place = row.place
    assert place is not None, "only placed versions were read"
    told = {"number": row.site.code, "study": row.study_id, "since": str(row.study.since),
            "until": str(row.study.until), "radius_m": place.radius_m, "reports": place.reports,
            "episodes": place.episodes, "change": row.change}  # fmt: skip
    return _point(f"site:{row.site.code}:{row.study_id}", place.lon, place.lat, 6, told)


def _problem(row: Problem) -> Feature:
    told = {"number": row.number, "title": row.title, "origin": row.origin, "state": row.state,
            "lead": row.lead.code if row.lead else None, "due_on": str(row.due_on) if row.due_on else None,
            "reopened": row.reopened}  # fmt: skip
    return _point(f"problem:{row.number}", row.lon, row.lat, 6, told)


def _incident(zone: ZoneInfo, row: Incident) -> Feature:
    told = {"number": row.number, "category": row.category.code, "state": row.state, "urgency": row.urgency,
            "owner": row.owner.code, "opened_at": row.opened_at.astimezone(zone).isoformat(),
            "closed_at": row.closed_at.astimezone(zone).isoformat() if row.closed_at else None}  # fmt: skip
    return _point(row.subject, row.lon, row.lat, 4, told)


def _point(name: str, lon: float | None, lat: float | None, digits: int, told: dict[str, Any]) -> Feature:
    assert lon is not None, "only rows with a point were read"
    assert lat is not None
    at = [round(lon, digits), round(lat, digits)]
    return {"type": "Feature", "id": name, "geometry": {"type": "Point", "coordinates": at}, "properties": told}


def _inside(rows: QuerySet[Any], asked: Asked, lon: str, lat: str) -> QuerySet[Any]:
    if asked.bbox is None:
        return rows
    west, south, east, north = asked.bbox
    return rows.filter(**{f"{lon}__range": (west, east), f"{lat}__range": (south, north)})


def _bbox(text: str) -> tuple[float, float, float, float] | None:
    if not text:
        return None
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise BadQuery("bbox is west,south,east,north in degrees, such as bbox=119.9,31.7,120.0,31.8") from None
    if not (west <= east and south <= north):
        raise BadQuery("bbox is west,south,east,north: west before east, south before north")
    return west, south, east, north


def _whole(text: str, name: str, least: int, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(most)) and least <= int(text) <= most):
        raise BadQuery(f"{name} is a whole number from {least} to {most}")
    return int(text)


def _midnight(day: dt.date) -> dt.datetime:
    """Return the beginning of a day in the city's zone."""
    return dt.datetime.combine(day, dt.time(), city_zone())


def _day(text: str, name: str) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise BadQuery(f"{name} is a day such as 2016-06-28") from None
    if day and not 1900 <= day.year <= 2200:
        raise BadQuery(f"{name} is a day from 1900 to 2200")
    return day


def _error(message: str, status: int) -> HttpResponse:
    return JsonResponse({"error": "bad_request" if status == 400 else "not_found", "message": message}, status=status)
