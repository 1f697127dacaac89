"""Units: who sees them, which are on duty, which stand near an incident, and their shifts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from anlan.core.people.actors import Actor
from anlan.dispatch.access import OVERSEERS
from anlan.dispatch.models import Assignment, Shift, Unit, acted_for
from anlan.geo import distance_m
from anlan.triage.models import Incident

OFFERED, OTHERS, KEYS = 8, 3, 9
NEAREST = 2  # keys that are left to whoever stands nearest, of any kind


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


def is_on_shift(unit: Unit, at: dt.datetime) -> bool:
    """Whether a unit is on duty; one for which no shift was ever written is always."""
    on_duty = unit.shifts.filter(begins_at__lte=at, ends_at__gt=at).exists()
    return on_duty or not unit.shifts.exists()


def units_of(actor: Actor) -> QuerySet[Unit]:
    """Return the units that an actor sees: all for the control room's people, for officers their own."""
    units = Unit.objects.filter(active=True).select_related("organisation")
    if actor.is_system or actor.roles.intersection(OVERSEERS):
        return units
    return units.filter(acted_for(actor))


def shifts_about(at: dt.datetime, actor: Actor) -> QuerySet[Shift]:
    """Return the shifts on duty, those to come and those of the last day, with what each left open to the next."""
    mine = Shift.objects.filter(unit__in=units_of(actor), ends_at__gt=at - dt.timedelta(days=1))
    then = Assignment.objects.filter(unit=OuterRef("unit"), dispatched_at__lt=OuterRef("ends_at"))
    left = then.filter(Q(ended_at=None) | Q(ended_at__gt=OuterRef("ends_at"))).order_by()
    many = Coalesce(Subquery(left.values("unit").annotate(n=Count("pk")).values("n")), 0)
    handed = Case(When(ends_at__lte=at, then=many))
    turn = Case(When(ends_at__lte=at, then=2), When(begins_at__gt=at, then=1), default=0)
    shifts = mine.annotate(handed=handed, turn=turn).select_related("unit__organisation")
    return shifts.order_by("turn", "begins_at", "unit__code")


def units_near(
    incident: Incident, at: dt.datetime, actor: Actor, kind: str = "", kept: Sequence[str] = ()
) -> list[Near]:
    """Return units as the desk chooses among them: those at the incident, free ones, others out near by.

    Of the free ones those come first that can do something about it, the nearest of each kind before the others.

    `kept` are the codes of the units that had the keys from 1 on when the incident was chosen: a key stays with its
    unit, one that was taken keeps its row without a key, and a new unit gets the next key that nobody had.
    """
    units = units_of(actor).filter(on_duty(at) | Exists(Assignment.objects.open().filter(unit=OuterRef("pk"))))
    held = {assignment.unit_id: assignment for assignment in Assignment.objects.open().select_related("incident")}
    found = [Near(unit, held.get(unit.pk), _apart_m(incident, unit)) for unit in units]
    found.sort(key=lambda near: (near.apart_m is None, near.apart_m, near.unit.code))
    at_it = [near for near in found if near.is_at(incident.number)]
    of_kind = [near for near in found if kind in {"", near.unit.kind}]
    free = suited([near for near in of_kind if not near.held], incident.category.units)
    out = [near for near in of_kind if near.held and near not in at_it]
    if not kept:
        numbered = [replace(near, key=str(n)) for n, near in enumerate(free[:OFFERED], start=1)]
        return [*at_it, *numbered, *out[:OTHERS]]
    known = {near.unit.code: near for near in found}
    rows = [
        replace(known[code], key="" if known[code].held else str(n))
        for n, code in enumerate(kept, start=1)
        if code in known
    ]
    fresh = [near for near in free if near.unit.code not in kept]
    rows += [replace(near, key=str(n)) for near, n in zip(fresh, range(len(kept) + 1, KEYS + 1), strict=False)]
    shown = {near.unit.code for near in rows}
    elsewhere = [near for near in out[:OTHERS] if near.unit.code not in shown]
    return [*(near for near in at_it if near.unit.code not in shown), *rows, *elsewhere]


def suited(free: list[Near], kinds: str) -> list[Near]:
    """Return free units, given nearest first, with the kinds that a category needs first; the last keys stay nearest.

    Where no such unit is free, and where the category needs none, the nearest of all come first.
    """
    wanted = kinds.split("|") if kinds else []
    fit = sorted((near for near in free if near.unit.kind in wanted), key=lambda near: wanted.index(near.unit.kind))
    first = fit[: OFFERED - NEAREST]
    return first + [near for near in free if near not in first]


def candidates(incident: Incident, at: dt.datetime, actor: Actor, kind: str = "") -> list[Near]:
    """Return free units for an incident, the nearest first; with a kind only such."""
    return [near for near in units_near(incident, at, actor, kind) if near.key]


def _apart_m(incident: Incident, unit: Unit) -> float | None:
    if incident.lon is None or incident.lat is None or unit.lon is None or unit.lat is None:
        return None
    return float(distance_m(incident.lon, incident.lat, unit.lon, unit.lat))
