"""The collections: which rows an actor sees, and each row as a feature."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet

from anlan.api.geojson.parameters import Asked
from anlan.core.city.current import city_zone
from anlan.core.people.actors import Actor
from anlan.hotspots.models import SiteVersion
from anlan.prevention.models import Problem
from anlan.triage.models import Incident

DAY = dt.timedelta(days=1)
Feature = dict[str, Any]


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


def _site(version: SiteVersion) -> Feature:
    place = version.place
    assert place is not None, "only placed versions were read"
    properties = {
        "number": version.site.code,
        "study": version.study_id,
        "since": str(version.study.since),
        "until": str(version.study.until),
        "radius_m": place.radius_m,
        "reports": place.reports,
        "episodes": place.episodes,
        "change": version.change,
    }
    return _point(f"site:{version.site.code}:{version.study_id}", place.lon, place.lat, 6, properties)


def _problem(problem: Problem) -> Feature:
    properties = {
        "number": problem.number,
        "title": problem.title,
        "origin": problem.origin,
        "state": problem.state,
        "lead": problem.lead.code if problem.lead else None,
        "due_on": str(problem.due_on) if problem.due_on else None,
        "reopened": problem.reopened,
    }
    return _point(f"problem:{problem.number}", problem.lon, problem.lat, 6, properties)


def _incident(zone: ZoneInfo, incident: Incident) -> Feature:
    properties = {
        "number": incident.number,
        "category": incident.category.code,
        "state": incident.state,
        "urgency": incident.urgency,
        "owner": incident.owner.code,
        "opened_at": incident.opened_at.astimezone(zone).isoformat(),
        "closed_at": incident.closed_at.astimezone(zone).isoformat() if incident.closed_at else None,
    }
    return _point(incident.subject, incident.lon, incident.lat, 4, properties)


def _point(name: str, lon: float | None, lat: float | None, digits: int, properties: dict[str, Any]) -> Feature:
    assert lon is not None, "only rows with a point were read"
    assert lat is not None
    at = [round(lon, digits), round(lat, digits)]
    return {"type": "Feature", "id": name, "geometry": {"type": "Point", "coordinates": at}, "properties": properties}


def _inside(rows: QuerySet[Any], asked: Asked, lon: str, lat: str) -> QuerySet[Any]:
    if asked.bbox is None:
        return rows
    west, south, east, north = asked.bbox
    return rows.filter(**{f"{lon}__range": (west, east), f"{lat}__range": (south, north)})


def _midnight(day: dt.date) -> dt.datetime:
    """Return the beginning of a day in the city's zone."""
    return dt.datetime.combine(day, dt.time(), city_zone())


COLLECTIONS = {"sites": sites, "problems": problems, "incidents": incidents}
