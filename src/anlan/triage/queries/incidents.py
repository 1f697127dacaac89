"""Reads of incidents that join models."""

from __future__ import annotations

import datetime as dt
import math

from django.db.models import Count, OuterRef, Prefetch, QuerySet, Subquery

from anlan.core.models import ClockRun, Organisation
from anlan.core.people.actors import Actor
from anlan.geo import distance_m
from anlan.intake.models import Report
from anlan.triage.models import Handover, Incident, IncidentQuerySet, IncidentReport
from anlan.triage.rules import HANDED_OVER

NEAR_M = 300.0
RECENT = dt.timedelta(hours=24)
LISTS = ("mine", "open", "closed")


def incidents_in(name: str, actor: Actor) -> IncidentQuerySet:
    """Return a list by its name: what this person's organisation holds, all that is open, or what is closed."""
    seen = Incident.objects.visible_to(actor).select_related("category_at_call", "category_confirmed", "owner")
    told = IncidentReport.objects.filter(incident=OuterRef("pk"), unlinked_at=None).order_by()
    seen = seen.annotate(reports=Subquery(told.values("incident").annotate(n=Count("pk")).values("n")))
    if name == "closed":
        return seen.filter(state=Incident.State.CLOSED).order_by("-closed_at", "-pk")
    seen = seen.open().order_by("urgency", "opened_at", "pk")
    return seen.filter(owner_id__in=actor.organisation_ids) if name == "mine" else seen


def open_incidents_near(report: Report, actor: Actor) -> list[tuple[Incident, float]]:
    """Return open incidents of the last day within 300 m of a report, the nearest first, with metres."""
    if report.lon is None or report.lat is None:
        return []
    return open_incidents_at(report.lon, report.lat, report.received_at, actor)


def open_incidents_at(lon: float, lat: float, at: dt.datetime, actor: Actor) -> list[tuple[Incident, float]]:
    """Return open incidents of the day before a moment within 300 m of a point, the nearest first, with metres."""
    reach = NEAR_M / 111_000
    wide = reach / max(math.cos(math.radians(lat)), 0.01)
    box = {"lon__range": (lon - wide, lon + wide), "lat__range": (lat - reach, lat + reach)}
    found = Incident.objects.visible_to(actor).open().filter(opened_at__gte=at - RECENT, **box)
    near = [
        (one, float(distance_m(lon, lat, one.lon, one.lat)))
        for one in found.select_related("category_at_call", "category_confirmed")
        if one.lon is not None and one.lat is not None
    ]
    return sorted(((one, apart) for one, apart in near if apart <= NEAR_M), key=lambda pair: (pair[1], pair[0].pk))


def with_alike(
    placed: list[tuple[Incident, float]], report_ids: list[int], actor: Actor
) -> list[tuple[Incident, float | None]]:
    """Return incidents near by, then open ones that these reports tell of, which lie at no known distance."""
    told = IncidentReport.objects.filter(report__in=report_ids, unlinked_at=None).values("incident")
    known = {one.pk for one, _apart in placed}
    others = Incident.objects.visible_to(actor).open().filter(pk__in=told).exclude(pk__in=known)
    alike = others.select_related("category_at_call", "category_confirmed").order_by("-opened_at", "-pk")
    return [*placed, *((one, None) for one in alike)]


def incident_of(report: Report) -> Incident | None:
    """Return the incident that a report tells of."""
    link = IncidentReport.objects.filter(report=report, unlinked_at=None).select_related("incident").first()
    return link.incident if link else None


def whole(number: str, actor: Actor) -> Incident | None:
    """Return an incident with its reports and hand-overs."""
    links = IncidentReport.objects.select_related("report__category").order_by("linked_at", "pk")
    given = Handover.objects.select_related("sender", "to")
    seen = Incident.objects.visible_to(actor).select_related("category_at_call", "category_confirmed", "owner")
    return seen.filter(number=number).prefetch_related(Prefetch("links", links), Prefetch("handovers", given)).first()


def clocks_of(incidents: list[Incident]) -> dict[str, ClockRun]:
    """Return for each subject the running clock that is due first."""
    runs = ClockRun.objects.running().filter(subject__in=[one.subject for one in incidents]).select_related("rule")
    return {run.subject: run for run in runs.order_by("-due_at")}


def others(incident: Incident) -> QuerySet[Organisation]:
    """Return to whom an incident may be handed: unsigned it goes on to others only, back with a reason."""
    found = Organisation.objects.filter(active=True).exclude(pk=incident.owner_id)
    if incident.state == HANDED_OVER:
        found = found.exclude(pk__in=incident.handovers.values_list("sender", flat=True))
    return found.order_by("name")
