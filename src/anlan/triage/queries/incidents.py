"""Incidents by list, by place, by report, and one of them whole."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator

from django.db.models import Count, OuterRef, Prefetch, Subquery

from anlan.core.city.current import organisations
from anlan.core.models import LedgerEntry
from anlan.core.people.actors import Actor
from anlan.geo import distance_m
from anlan.intake.models import Report
from anlan.intake.models.report import sees_all
from anlan.intake.queries.categories import categories
from anlan.intake.rules.reach import Reach, reach_of
from anlan.triage.models import Handover, Incident, IncidentQuerySet, IncidentReport

NEAR_M = 300.0
RECENT = dt.timedelta(hours=24)
VAGUELY_NEAR = 6  # so many are offered around a vague pin; the others are found by number or words


def listed(actor: Actor) -> IncidentQuerySet:
    """Return the incidents that an actor may see with their reports, what is most urgent and longest open first."""
    seen = Incident.objects.visible_to(actor).select_related("category_at_call", "category_confirmed", "owner")
    links = IncidentReport.objects.filter(incident=OuterRef("pk"), unlinked_at=None).order_by()
    counted = Subquery(links.values("incident").annotate(n=Count("pk")).values("n"))
    return seen.annotate(reports=counted).order_by("urgency", "opened_at", "pk")


def open_incidents_near(report: Report, actor: Actor) -> list[tuple[Incident, float]]:
    """Return open incidents of the last day as near to a report as its pin can tell, with metres."""
    if report.lon is None or report.lat is None:
        return []
    at, group = report.received_at, report.category.group
    return open_incidents_at(report.lon, report.lat, at, actor, precision_m=report.precision_m, group=group)


def reach_around(report: Report) -> Reach | None:
    """Return how far around a report is looked; none where it has no point."""
    return None if report.lon is None else reach_of(report.precision_m, NEAR_M)


def open_incidents_at(
    lon: float, lat: float, at: dt.datetime, actor: Actor, *, precision_m: float | None = None, group: str = ""
) -> list[tuple[Incident, float]]:
    """Return open incidents of the day before a moment near a point, with metres: within 300 m, and its error.

    The nearest first; around a vague pin a distance says little, and those of its kind come first, then the latest.
    """
    reach = reach_of(precision_m, NEAR_M)
    tall = reach.radius_m / 111_000
    wide = tall / max(math.cos(math.radians(lat)), 0.01)
    box = {"lon__range": (lon - wide, lon + wide), "lat__range": (lat - tall, lat + tall)}
    found = Incident.objects.visible_to(actor).open().filter(opened_at__gte=at - RECENT, **box)
    near = [
        (incident, float(distance_m(lon, lat, incident.lon, incident.lat)))
        for incident in found.select_related("category_at_call", "category_confirmed")
        if incident.lon is not None and incident.lat is not None
    ]
    within = [(incident, apart_m) for incident, apart_m in near if apart_m <= reach.radius_m]
    if not reach.is_vague:
        return sorted(within, key=lambda pair: (pair[1], pair[0].pk))
    within.sort(key=lambda pair: (pair[0].opened_at, pair[0].pk), reverse=True)
    return sorted(within, key=lambda pair: pair[0].category.group != group)[:VAGUELY_NEAR]


def with_alike(
    placed: list[tuple[Incident, float]], report_ids: list[int], actor: Actor
) -> list[tuple[Incident, float | None]]:
    """Return incidents near by, then open ones that these reports tell of, which lie at no known distance."""
    linked = IncidentReport.objects.filter(report__in=report_ids, unlinked_at=None).values("incident")
    near = {incident.pk for incident, _apart_m in placed}
    others = Incident.objects.visible_to(actor).open().filter(pk__in=linked).exclude(pk__in=near)
    alike = others.select_related("category_at_call", "category_confirmed").order_by("-opened_at", "-pk")
    return [*placed, *((incident, None) for incident in alike)]


def incident_of(report: Report) -> Incident | None:
    """Return the incident that a report tells of."""
    link = IncidentReport.objects.filter(report=report, unlinked_at=None).select_related("incident").first()
    return link.incident if link else None


def whole(number: str, actor: Actor) -> Incident | None:
    """Return an incident with its reports and hand-overs."""
    links = IncidentReport.objects.select_related("report__category").order_by("linked_at", "pk")
    given = Handover.objects.select_related("sender", "to")
    seen = Incident.objects.visible_to(actor).filter(number=number)
    return next(known(seen.prefetch_related(Prefetch("links", links), Prefetch("handovers", given))), None)


def known(incidents: Iterable[Incident]) -> Iterator[Incident]:
    """Give incidents their categories and holders, which are read once; one that is newer is read when asked."""
    kinds, holders = {each.pk: each for each in categories()}, {each.pk: each for each in organisations()}
    for incident in incidents:
        if incident.category_at_call_id in kinds:
            incident.category_at_call = kinds[incident.category_at_call_id]
        if incident.category_confirmed_id in kinds:
            incident.category_confirmed = kinds[incident.category_confirmed_id]
        if incident.owner_id in holders:
            incident.owner = holders[incident.owner_id]
        yield incident


def reports_open_to(incident: Incident, actor: Actor) -> set[int]:
    """Return which of an incident's reports this person may look at."""
    linked = {link.report_id for link in incident.links.all() if link.unlinked_at is None}
    if sees_all(actor):
        return linked
    return set(Report.objects.visible_to(actor).filter(pk__in=linked).values_list("pk", flat=True))


def is_gated(incident: Incident) -> bool:
    """Whether an incident may not be diverted: another category alone, before anybody went, opens no way out."""
    if incident.category.exclusion_gate:
        return True
    if not incident.is_guarded:
        return False
    return not LedgerEntry.objects.filter(subject=incident.subject, kind="triage.incident_dispatched").exists()
