"""The board of units: what each does now, grouped by whose it is and what it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Exists, OuterRef, QuerySet

from anlan.core.people.actors import Actor
from anlan.dispatch.models import Assignment, Unit
from anlan.dispatch.queries.units import on_duty, units_of

OUT, FREE, OFF = STATES = ("out", "free", "off")


@dataclass(frozen=True)
class Row:
    """A unit, what it is sent to, and whether it is out, free, or off shift."""

    unit: Unit
    held: Assignment | None
    state: str


@dataclass(frozen=True)
class Group:
    """The units of one kind in one organisation."""

    rows: list[Row]

    @property
    def first(self) -> Unit:
        """A unit that says whose and what they all are."""
        return self.rows[0].unit

    @property
    def people(self) -> int:
        """How many people the units have together, as counts."""
        return sum(row.unit.people for row in self.rows)

    @property
    def counts(self) -> list[tuple[str, int]]:
        """How many are in each state, none left out that has one."""
        counted = [(state, sum(1 for row in self.rows if row.state == state)) for state in STATES]
        return [(state, n) for state, n in counted if n]


def stated(actor: Actor, at: dt.datetime) -> QuerySet[Unit]:
    """Return the units that an actor sees, with what each does now: whether it is `out`, and `on` duty."""
    busy = Assignment.objects.visible_to(actor).open().filter(unit=OuterRef("pk"))
    return units_of(actor).annotate(on=on_duty(at), out=Exists(busy))


def board(units: Sequence[Unit], actor: Actor) -> list[Row]:
    """Return units with what each is sent to; by whose and what they are, the longest out first, then by their code."""
    busy = Assignment.objects.visible_to(actor).open().filter(unit__in=units)
    incidents = busy.select_related("incident__category_at_call", "incident__category_confirmed")
    held = {assignment.unit_id: assignment for assignment in incidents}
    return sorted((Row(unit, held.get(unit.pk), _state(unit)) for unit in units), key=_order)


def grouped(rows: Iterable[Row]) -> list[Group]:
    """Return the units by organisation and kind."""
    return [Group(list(same)) for _, same in groupby(rows, key=lambda row: _order(row)[:3])]


def _state(unit: Unit) -> str:
    return OUT if unit.out else FREE if unit.on else OFF  # type: ignore[attr-defined]  # by `stated`


def _order(row: Row) -> tuple[str, int, str, int, str, str]:
    unit = row.unit
    since = row.held.dispatched_at.isoformat() if row.held else ""
    return unit.organisation.name, unit.organisation_id, unit.kind, STATES.index(row.state), since, unit.code
