"""The board of units: what each does now, grouped by whose it is and what it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

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


def board(at: dt.datetime, actor: Actor) -> list[Row]:
    """Return the units that are sent, each with what it does now; the longest out first, then by their code."""
    busy = (
        Assignment.objects.visible_to(actor)
        .open()
        .select_related("incident__category_at_call", "incident__category_confirmed")
    )
    held = {assignment.unit_id: assignment for assignment in busy}
    units = units_of(actor).annotate(on=on_duty(at)).order_by("organisation__name", "organisation_id", "kind", "code")
    rows = [Row(unit, held.get(unit.pk), _state(held.get(unit.pk), unit.on)) for unit in units]
    return sorted(rows, key=_order)


def grouped(rows: Iterable[Row]) -> list[Group]:
    """Return the units by organisation and kind."""
    return [Group(list(same)) for _, same in groupby(rows, key=lambda row: _order(row)[:3])]


def _state(held: Assignment | None, on: bool) -> str:
    return OUT if held else FREE if on else OFF


def _order(row: Row) -> tuple[str, int, str, int, str, str]:
    unit = row.unit
    since = row.held.dispatched_at.isoformat() if row.held else ""
    return unit.organisation.name, unit.organisation_id, unit.kind, STATES.index(row.state), since, unit.code
