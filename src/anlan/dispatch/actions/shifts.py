"""Units are put on duty: one shift, or a rota of many at once."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from anlan.core import ledger
from anlan.core.ledger.inserts import insert
from anlan.core.ledger.verbs import verb
from anlan.core.people.actors import Actor
from anlan.core.refusals import Refused
from anlan.core.time.clock import stamp as written
from anlan.dispatch import rules
from anlan.dispatch.access import require_of
from anlan.dispatch.models import Shift, Unit
from anlan.triage.access import MOVERS

SHIFT_BEGAN: Final = "dispatch.shift_began"


@verb("dispatch.begin_shift")
def begin_shift(
    *,
    unit: str,
    begins_at: dt.datetime,
    ends_at: dt.datetime,
    people: int,
    actor: Actor,
    at: dt.datetime,
    key: str | None = None,
) -> dict[str, Any]:
    """Put a unit on duty; the same shift again is one shift, and no two of a unit overlap."""
    actor.require(*MOVERS)
    known = Unit.objects.select_for_update().select_related("organisation").filter(code=unit, active=True).first()
    found = _require_shift(known, begins_at, ends_at, people, actor)
    columns: dict[str, Any] = {"begins_at": begins_at, "ends_at": ends_at, "people": people}
    shift = found.shifts.filter(**columns).first()
    if shift is None:
        rules.require_apart([(begins_at, ends_at), *found.shifts.values_list("begins_at", "ends_at")])
        shift = Shift.objects.create(unit=found, **columns)
        ledger.append(SHIFT_BEGAN, actor=actor, at=at, subject=f"unit:{unit}", payload=_payload(**columns))
    return {"unit": unit, "shift": shift.pk}


@verb("dispatch.bulk.write_rota")
def write_rota(
    *, rows: Sequence[Mapping[str, Any]], actor: Actor, at: dt.datetime, key: str | None = None
) -> dict[str, Any]:
    """Put units on duty for many shifts at once: rows of `unit begins_at ends_at people`; what stands stays."""
    actor.require(*MOVERS)
    active = Unit.objects.select_for_update(of=("self",)).select_related("organisation").filter(active=True)
    units = {unit.code: unit for unit in active}
    wanted = {(shift["unit"], shift["begins_at"]): shift for shift in rows}
    for shift in wanted.values():
        _require_shift(units.get(shift["unit"]), shift["begins_at"], shift["ends_at"], shift["people"], actor)
    fresh = _fresh(wanted)
    insert(Shift, [{"unit_id": units[shift["unit"]].pk, "begins_at": shift["begins_at"], "ends_at": shift["ends_at"],
                    "people": shift["people"]} for shift in fresh])  # fmt: skip
    ledger.append_rows([
        ledger.row_of(SHIFT_BEGAN, actor, at, f"unit:{shift['unit']}", ledger.canonical(
            _payload(shift["begins_at"], shift["ends_at"], shift["people"]))) for shift in fresh
    ])  # fmt: skip
    return {"shifts": len(fresh)}


def _fresh(wanted: Mapping[tuple[str, dt.datetime], Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the shifts that do not stand yet, or refuse those that overlap with others of the unit."""
    stand: dict[str, dict[dt.datetime, dt.datetime]] = defaultdict(dict)
    for code, begins_at, ends_at in Shift.objects.values_list("unit__code", "begins_at", "ends_at"):
        stand[code][begins_at] = ends_at
    fresh = [shift for (code, begins_at), shift in wanted.items() if begins_at not in stand[code]]
    for shift in fresh:
        stand[shift["unit"]][shift["begins_at"]] = shift["ends_at"]
    for code in {shift["unit"] for shift in fresh}:
        rules.require_apart(stand[code].items())
    return fresh


def _require_shift(unit: Unit | None, begins_at: dt.datetime, ends_at: dt.datetime, people: int, actor: Actor) -> Unit:
    """Return the unit that a shift is of, or refuse a shift that cannot be."""
    if unit is None:
        raise Refused("unknown_unit_code", "unit")
    require_of(actor, unit)
    rules.require_shift_possible(begins_at, ends_at, people)
    return unit


def _payload(begins_at: dt.datetime, ends_at: dt.datetime, people: int) -> dict[str, Any]:
    """Return what a shift's entry says."""
    return {"begins_at": written(begins_at), "ends_at": written(ends_at), "people": people}
