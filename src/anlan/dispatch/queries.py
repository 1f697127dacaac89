"""Reads of dispatch that join models."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from anlan.core.actors import Actor
from anlan.core.roles import Role
from anlan.dispatch.models import Assignment, Milestone, Shift, Unit
from anlan.geo import distance_m
from anlan.triage.actions import DESK
from anlan.triage.models import Incident

OFFERED = 6


@dataclass(frozen=True)
class Candidate:
    """A free unit and how far it stands by, in metres."""

    unit: Unit
    apart_m: float | None


def units_on_duty(at: dt.datetime, actor: Actor) -> QuerySet[Unit]:
    """Return the units that can be on duty now: those on shift, and those for which no shift was ever written."""
    shifts = Shift.objects.filter(unit=OuterRef("pk"))
    on = Exists(shifts.filter(begins_at__lte=at, ends_at__gt=at))
    units = Unit.objects.filter(active=True).filter(on | ~Exists(shifts)).select_related("organisation")
    if actor.is_system or actor.roles.intersection((*DESK, Role.LEADER, Role.ANALYST, Role.AUDITOR)):
        return units
    return units.filter(organisation_id__in=actor.organisation_ids)


def candidates(incident: Incident, at: dt.datetime, actor: Actor, kind: str = "") -> list[Candidate]:
    """Return free units for an incident, the nearest first; with a kind only such."""
    free = units_on_duty(at, actor).exclude(pk__in=Assignment.objects.open().values("unit"))
    found = [Candidate(unit, _apart(incident, unit)) for unit in (free.filter(kind=kind) if kind else free)]
    far = float("inf")
    return sorted(found, key=lambda one: (far if one.apart_m is None else one.apart_m, one.unit.code))[:OFFERED]


def assignments_of(incident: Incident) -> list[Assignment]:
    """Return an incident's assignments with their stamps."""
    stamps = Prefetch("milestones", Milestone.objects.order_by("at", "pk"))
    return list(incident.assignments.select_related("unit").prefetch_related(stamps))


def whole(pk: int, actor: Actor) -> Assignment | None:
    """Return an assignment with its incident and stamps, if the actor may see it."""
    seen = Assignment.objects.visible_to(actor).select_related(
        "unit__organisation", "incident__category_at_call", "incident__category_confirmed", "incident__owner"
    )
    return seen.prefetch_related("milestones").filter(pk=pk).first()


def board(at: dt.datetime, actor: Actor) -> list[tuple[Unit, Assignment | None]]:
    """Return the units on duty, each with what it does now."""
    busy = Assignment.objects.visible_to(actor).open().select_related("incident__category_at_call")
    held = {one.unit_id: one for one in busy.select_related("incident__category_confirmed")}
    return [(unit, held.get(unit.pk)) for unit in units_on_duty(at, actor)]


def _apart(incident: Incident, unit: Unit) -> float | None:
    if incident.lon is None or incident.lat is None or unit.lon is None or unit.lat is None:
        return None
    return float(distance_m(incident.lon, incident.lat, unit.lon, unit.lat))
