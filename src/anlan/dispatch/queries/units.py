"""Reads of dispatch that join models."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from django.db.models import Case, Count, Exists, OuterRef, Prefetch, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.dispatch.models import Assignment, Milestone, Shift, Unit
from anlan.geo import distance_m
from anlan.triage.actions import DESK
from anlan.triage.models import Incident

OFFERED, OTHERS = 8, 3


@dataclass(frozen=True)
class Near:
    """A unit, what it is sent to, how far it stands by in metres, and the key that sends it while it is free."""

    unit: Unit
    held: Assignment | None
    apart_m: float | None
    key: str = ""

    def is_at(self, number: str) -> bool:
        """Whether it was sent to this incident."""
        return self.held is not None and self.held.incident.number == number


def on_duty(at: dt.datetime) -> Q:
    """Whether a unit can be on duty then: it is on shift, or no shift was ever written for it."""
    shifts = Shift.objects.filter(unit=OuterRef("pk"))
    return Exists(shifts.filter(begins_at__lte=at, ends_at__gt=at)) | ~Exists(shifts)


def units_of(actor: Actor) -> QuerySet[Unit]:
    """Return the units that an actor sees: all for the control room's people, for officers their own."""
    units = Unit.objects.filter(active=True).select_related("organisation")
    if actor.is_system or actor.roles.intersection((*DESK, Role.LEADER, Role.ANALYST, Role.AUDITOR)):
        return units
    return units.filter(organisation_id__in=actor.organisation_ids)


def shifts_about(at: dt.datetime, actor: Actor) -> QuerySet[Shift]:
    """Return the shifts on duty, those to come and those of the last day, with what each left open to the next."""
    mine = Shift.objects.filter(unit__in=units_of(actor), ends_at__gt=at - dt.timedelta(days=1))
    then = Assignment.objects.filter(unit=OuterRef("unit"), dispatched_at__lt=OuterRef("ends_at"))
    left = then.filter(Q(ended_at=None) | Q(ended_at__gt=OuterRef("ends_at"))).order_by()
    handed = Case(When(ends_at__lte=at, then=Coalesce(Subquery(left.values("unit").annotate(n=Count("pk")).values("n")),
                                                      0)))  # fmt: skip
    turn = Case(When(ends_at__lte=at, then=2), When(begins_at__gt=at, then=1), default=0)
    told = mine.annotate(handed=handed, turn=turn).select_related("unit__organisation")
    return told.order_by("turn", "begins_at", "unit__code")[:500]


def units_near(incident: Incident, at: dt.datetime, actor: Actor, kind: str = "") -> list[Near]:
    """Return units as the desk chooses among them: those at the incident, the nearest free ones, others out near by."""
    units = units_of(actor).filter(on_duty(at) | Exists(Assignment.objects.open().filter(unit=OuterRef("pk"))))
    held = {one.unit_id: one for one in Assignment.objects.open().select_related("incident")}
    found = [Near(unit, held.get(unit.pk), _apart(incident, unit)) for unit in units]
    found.sort(key=lambda one: (one.apart_m is None, one.apart_m, one.unit.code))
    at_it = [one for one in found if one.is_at(incident.number)]
    free = [one for one in found if not one.held and kind in {"", one.unit.kind}]
    out = [one for one in found if one.held and one not in at_it and kind in {"", one.unit.kind}]
    numbered = [replace(one, key=str(n)) for n, one in enumerate(free[:OFFERED], start=1)]
    return [*at_it, *numbered, *out[:OTHERS]]


def candidates(incident: Incident, at: dt.datetime, actor: Actor, kind: str = "") -> list[Near]:
    """Return free units for an incident, the nearest first; with a kind only such."""
    return [one for one in units_near(incident, at, actor, kind) if one.key]


def assignments_of(incident: Incident) -> list[Assignment]:
    """Return an incident's assignments with their stamps."""
    stamps = Prefetch("milestones", Milestone.objects.order_by("at", "pk"))
    return list(incident.assignments.select_related("unit").prefetch_related(stamps))


def seen_of(incident: Incident, actor: Actor) -> set[int]:
    """Return which of an incident's assignments the actor may open."""
    return set(Assignment.objects.visible_to(actor).filter(incident=incident).values_list("pk", flat=True))


def whole(pk: int, actor: Actor) -> Assignment | None:
    """Return an assignment with its incident and stamps, if the actor may see it."""
    seen = Assignment.objects.visible_to(actor).select_related(
        "unit__organisation", "incident__category_at_call", "incident__category_confirmed", "incident__owner"
    )
    return seen.prefetch_related("milestones").filter(pk=pk).first()


def _apart(incident: Incident, unit: Unit) -> float | None:
    if incident.lon is None or incident.lat is None or unit.lon is None or unit.lat is None:
        return None
    return float(distance_m(incident.lon, incident.lat, unit.lon, unit.lat))
