"""Units: who sees them, which are on duty, which stand near an incident, and their shifts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

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


class Stand(NamedTuple):
    """What decides which units are shown: where one stands, what it is, and which assignment holds it."""

    pk: int
    code: str
    kind: str
    apart_m: float | None
    held: int | None
    is_at_it: bool


Keyed = tuple[Stand, str]  # with the key that sends it, or none


def units_near(
    incident: Incident, at: dt.datetime, actor: Actor, kind: str = "", kept: Sequence[str] = ()
) -> list[Near]:
    """Return units as the desk chooses among them: those at the incident, free ones, others out near by.

    Of the free ones those come first that can do something about it, the nearest of each kind before the others.

    `kept` are the codes of the units that had the keys from 1 on when the incident was chosen: a key stays with its
    unit, one that was taken keeps its row without a key, and a new unit gets the next key that nobody had.
    """
    found = _stands(incident, at, actor)
    of_kind = [stand for stand in found if kind in {"", stand.kind}]
    free = suited([stand for stand in of_kind if stand.held is None], incident.category.units)
    out = [stand for stand in of_kind if stand.held is not None and not stand.is_at_it][:OTHERS]
    at_it = [stand for stand in found if stand.is_at_it]
    keyed = _kept(found, free, kept) if kept else [(stand, str(n)) for n, stand in enumerate(free[:OFFERED], start=1)]
    shown = {stand.pk for stand, _key in keyed}
    first, last = ([(stand, "") for stand in stands if stand.pk not in shown] for stands in (at_it, out))
    return _whole([*first, *keyed, *last])


def _stands(incident: Incident, at: dt.datetime, actor: Actor) -> list[Stand]:
    """Return where all units stand that can be shown, the nearest first: hundreds, of which a dozen are."""
    held = {unit: (pk, of == incident.pk) for unit, pk, of in
            Assignment.objects.open().values_list("unit_id", "pk", "incident_id")}  # fmt: skip
    units = units_of(actor).filter(on_duty(at) | Q(pk__in=held)).values_list("pk", "code", "kind", "lon", "lat")
    apart = _apart_m(incident, [unit[3:] for unit in units])
    found = [Stand(pk, code, kind, metres, *held.get(pk, (None, False)))
             for (pk, code, kind, *_point), metres in zip(units, apart, strict=True)]  # fmt: skip
    return sorted(found, key=lambda stand: (stand.apart_m is None, stand.apart_m, stand.code))


def _kept(found: list[Stand], free: list[Stand], kept: Sequence[str]) -> list[Keyed]:
    known = {stand.code: stand for stand in found}
    rows = [(known[code], "" if known[code].held is not None else str(n))
            for n, code in enumerate(kept, start=1) if code in known]  # fmt: skip
    fresh = [stand for stand in free if stand.code not in kept]
    return rows + [(stand, str(n)) for stand, n in zip(fresh, range(len(kept) + 1, KEYS + 1), strict=False)]


def _whole(shown: list[Keyed]) -> list[Near]:
    """Read the units that are shown, and what holds them."""
    units = Unit.objects.in_bulk([stand.pk for stand, _key in shown])
    sent = Assignment.objects.select_related("incident")
    held = sent.in_bulk([stand.held for stand, _key in shown if stand.held is not None])
    return [Near(units[stand.pk], held.get(stand.held or 0), stand.apart_m, key) for stand, key in shown]


def suited(free: list[Stand], kinds: str) -> list[Stand]:
    """Return free units, given nearest first, with the kinds that a category needs first; the last keys stay nearest.

    Where no such unit is free, and where the category needs none, the nearest of all come first.
    """
    wanted = kinds.split("|") if kinds else []
    fit = sorted((stand for stand in free if stand.kind in wanted), key=lambda stand: wanted.index(stand.kind))
    first = fit[: OFFERED - NEAREST]
    return first + [stand for stand in free if stand not in first]


def candidates(incident: Incident, at: dt.datetime, actor: Actor, kind: str = "") -> list[Near]:
    """Return free units for an incident, the nearest first; with a kind only such."""
    return [near for near in units_near(incident, at, actor, kind) if near.key]


def _apart_m(incident: Incident, points: list[tuple[float | None, float | None]]) -> list[float | None]:
    """Return how far points lie from an incident, in metres; None where either is not known."""
    known = [point for point in points if None not in point]
    if incident.lon is None or incident.lat is None or not known:
        return [None] * len(points)
    lon, lat = zip(*known, strict=True)
    metres = iter(distance_m(incident.lon, incident.lat, lon, lat).tolist())
    return [None if None in point else next(metres) for point in points]
