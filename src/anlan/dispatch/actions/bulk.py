"""Many incidents at once with the units that went: the same rows, entries and clocks as the single verbs leave."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db.models.functions import Coalesce

from anlan.core import ledger
from anlan.core.city.current import city_read_once
from anlan.core.ledger.inserts import insert
from anlan.core.ledger.verbs import verb
from anlan.core.models import ClockRun
from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.core.time.clock_book import ClockBook, ClockEvent, Facts
from anlan.dispatch import rules
from anlan.dispatch.actions.assignments import SHIFT_BEGAN, kinds_to_come, require_shift, shift_told
from anlan.dispatch.models import Assignment, Milestone, Shift, Unit
from anlan.dispatch.rules import ENDED, DispatchRefused, Step
from anlan.intake.models import Report
from anlan.triage.actions import DESK
from anlan.triage.actions.bulk import open_incidents, zone_at
from anlan.triage.models import Incident


@verb("dispatch.bulk.run_incidents")
def run_incidents(
    *, rows: Sequence[Mapping[str, Any]], actor: Actor, at: dt.datetime, key: str | None = None
) -> dict[str, Any]:
    """Open many incidents and walk each as far as its row tells, the units that went included.

    A row is one of `triage.bulk.open_incidents`; with `sent_at` it may have `units`, each a mapping of `unit` (its
    code) and `stamps` (pairs of milestone and time in order, the first is the sending). A stamp that is not there is
    missing. An incident with several units lists them all. In a row of the `past` (as `open_incidents` has it) a unit
    may have `over_at`, from when it was free again though nobody stamped it, and `entry_missing` says that nobody
    knows when the call was typed in.
    """
    actor.require(*DESK)
    opened: dict[str, Any] = open_incidents(rows=rows, actor=actor, at=at)
    going = [(n, told) for n, row in enumerate(rows) for told in row.get("units", ())]
    if not going:
        return opened
    with city_read_once():
        _store(rows, opened, going, actor)
    return opened


def _store(
    rows: Sequence[Mapping[str, Any]], opened: dict[str, Any], going: list[tuple[int, Mapping[str, Any]]], actor: Actor
) -> None:
    units = {one.code: one for one in Unit.objects.all()}
    walked = [_walked(told, units, bool(rows[n].get("past"))) for n, told in going]
    ids = insert(Assignment, [
        {"incident_id": opened["ids"][n], "unit_id": units[told["unit"]].pk, **columns}
        for (n, told), columns in zip(going, walked, strict=True)
    ])  # fmt: skip
    heard = _heard(rows, {n for n, _ in going})
    stamps, entries = [], []
    for pk, (n, told) in zip(ids, going, strict=True):
        for step, at in (*heard[n], *told["stamps"]):
            stamps.append({"assignment_id": pk, "step": step, "at": at, "device_at": None})
        payload = ledger.canonical({"assignment": pk, "unit": told["unit"], "incident": opened["incidents"][n]})
        entries += [
            ledger.row_of(f"dispatch.unit_{step}", actor, at, f"assignment:{pk}", payload)
            for step, at in told["stamps"]
        ]
    insert(Milestone, stamps)
    ledger.append_rows(entries)
    _start_clocks(ids, opened, going, units)


def _walked(told: Mapping[str, Any], units: Mapping[str, Unit], past: bool) -> dict[str, Any]:
    """Return an assignment's columns after its stamps, each checked in the table."""
    if told["unit"] not in units:
        raise DispatchRefused("unknown_unit")
    (first, sent), *more = told["stamps"]
    if first != Step.DISPATCHED:
        raise DispatchRefused("no_such_step")
    state, ended, backup = str(first), None, False
    for step, at in more:
        if step == Step.BACKUP_ASKED:
            backup = True
            continue
        (rules.require_told_step if past else rules.require_step)(state, step)
        state = str(step)
        if step in ENDED and ended is None:
            ended = at
    if past and ended is None and (ended := told.get("over_at")):
        state = Step.CLEARED.value
    return {"state": state, "dispatched_at": sent, "ended_at": ended, "backup": backup}


def _heard(rows: Sequence[Mapping[str, Any]], wanted: set[int]) -> dict[int, tuple[tuple[str, dt.datetime], ...]]:
    """Return for each incident when its first report was received and entered."""
    first = {n: rows[n]["reports"][0][0] for n in wanted}
    times: dict[int, tuple[dt.datetime, dt.datetime]] = {}
    asked = list(set(first.values()))
    for start in range(0, len(asked), 900):
        some = Report.objects.filter(pk__in=asked[start : start + 900])
        times |= {pk: (heard, typed) for pk, heard, typed in some.values_list("pk", "received_at", "entered_at")}
    told = {n: ((Step.RECEIVED.value, times[pk][0]), (Step.ENTERED.value, times[pk][1])) for n, pk in first.items()}
    return {n: stamps[:1] if rows[n].get("entry_missing") else stamps for n, stamps in told.items()}


def _start_clocks(
    ids: list[int], opened: dict[str, Any], going: list[tuple[int, Mapping[str, Any]]], units: Mapping[str, Unit]
) -> None:
    book = ClockBook.now()
    zoned = book.asks_for("zone")
    held = _categories([opened["ids"][n] for n, _ in going])
    runs = []
    for pk, (n, told) in zip(ids, going, strict=True):
        unit = units[told["unit"]]
        category, kind, lon, lat, begun = held[opened["ids"][n]]
        zone = zone_at(lon, lat, begun) if zoned else None
        facts = {"category": category, "kind": kind, "zone": zone, "unit_kind": unit.kind}
        runs += book.runs(f"assignment:{pk}", _told(told["stamps"], unit, facts))
    insert(ClockRun, runs)


def _told(stamps: Iterable[tuple[str, dt.datetime]], unit: Unit, facts: Facts) -> Iterator[ClockEvent]:
    state = ""
    for step, at in stamps:
        state = state if step == Step.BACKUP_ASKED else str(step)
        yield ClockEvent(f"dispatch.unit_{step}", at, unit.organisation_id, facts, kinds_to_come(state))


def _categories(wanted: Sequence[int]) -> dict[int, Any]:
    found: dict[int, Any] = {}
    code = Coalesce("category_confirmed__code", "category_at_call__code")
    for start in range(0, len(wanted), 900):
        some = Incident.objects.filter(pk__in=wanted[start : start + 900]).annotate(code=code)
        rows = some.values_list("pk", "code", "kind", "lon", "lat", "opened_at")
        found |= {pk: told for pk, *told in rows}
    return found


@verb("dispatch.bulk.write_rota")
def write_rota(
    *, rows: Sequence[Mapping[str, Any]], actor: Actor, at: dt.datetime, key: str | None = None
) -> dict[str, Any]:
    """Put units on duty for many shifts at once: rows of `unit begins_at ends_at people`; what stands stays."""
    actor.require(*DESK, Role.OFFICER)
    active = Unit.objects.select_for_update(of=("self",)).select_related("organisation").filter(active=True)
    units = {one.code: one for one in active}
    told = {(row["unit"], row["begins_at"]): row for row in rows}
    for row in told.values():
        require_shift(units.get(row["unit"]), row["begins_at"], row["ends_at"], row["people"], actor)
    stand: dict[str, dict[dt.datetime, dt.datetime]] = defaultdict(dict)
    for code, begins_at, ends_at in Shift.objects.values_list("unit__code", "begins_at", "ends_at"):
        stand[code][begins_at] = ends_at
    fresh = [row for (code, begins_at), row in told.items() if begins_at not in stand[code]]
    for row in fresh:
        stand[row["unit"]][row["begins_at"]] = row["ends_at"]
    for code in {row["unit"] for row in fresh}:
        rules.require_apart(stand[code].items())
    insert(Shift, [{"unit_id": units[row["unit"]].pk, "begins_at": row["begins_at"], "ends_at": row["ends_at"],
                    "people": row["people"]} for row in fresh])  # fmt: skip
    ledger.append_rows([
        ledger.row_of(SHIFT_BEGAN, actor, at, f"unit:{row['unit']}",
                      ledger.canonical(shift_told(row["begins_at"], row["ends_at"], row["people"]))) for row in fresh
    ])  # fmt: skip
    return {"shifts": len(fresh)}
