"""Many incidents at once with the units that went: the same rows, entries and clocks as the single verbs leave."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from django.db.models.functions import Coalesce

from anlan.core import ledger
from anlan.core.chunks import keyed
from anlan.core.city.current import city_read_once
from anlan.core.ledger.inserts import insert
from anlan.core.ledger.verbs import verb
from anlan.core.models import ClockRun
from anlan.core.people.actors import Actor
from anlan.core.refusals import Refused
from anlan.core.time.clock_book import ClockBook, ClockEvent, Facts
from anlan.dispatch import rules
from anlan.dispatch.models import Assignment, Milestone, Unit
from anlan.dispatch.rules import ENDED
from anlan.dispatch.states import Stamp
from anlan.intake.models import Report
from anlan.triage.access import DESK
from anlan.triage.actions import open_incidents
from anlan.triage.models import Incident
from anlan.triage.queries.clocks import zone_at


class _Crew(NamedTuple):
    """A unit as its row has it, and the place of its incident among the rows."""

    n: int
    record: Mapping[str, Any]

    @property
    def code(self) -> str:
        """The unit's code."""
        return str(self.record["unit"])

    @property
    def stamps(self) -> Sequence[tuple[str, dt.datetime]]:
        """Its stamps in order, the first is the sending."""
        stamps: Sequence[tuple[str, dt.datetime]] = self.record["stamps"]
        return stamps


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
    crews = [_Crew(n, unit) for n, row in enumerate(rows) for unit in row.get("units", ())]
    if not crews:
        return opened
    with city_read_once():
        units = {unit.code: unit for unit in Unit.objects.all()}
        ids = _store(rows, opened, crews, units, actor)
        _start_clocks(ids, opened, crews, units)
    return opened


def _store(
    rows: Sequence[Mapping[str, Any]], opened: dict[str, Any], crews: list[_Crew], units: Mapping[str, Unit],
    actor: Actor,
) -> list[int]:  # fmt: skip
    """Store the assignments with their stamps and entries; return their ids."""
    walked = [_walked(crew, units, bool(rows[crew.n].get("past"))) for crew in crews]
    ids = insert(Assignment, [
        {"incident_id": opened["ids"][crew.n], "unit_id": units[crew.code].pk, **columns}
        for crew, columns in zip(crews, walked, strict=True)
    ])  # fmt: skip
    heard = _heard(rows, {crew.n for crew in crews})
    insert(Milestone, [
        {"assignment_id": pk, "step": step, "at": at, "device_at": None}
        for pk, crew in zip(ids, crews, strict=True) for step, at in (*heard[crew.n], *crew.stamps)
    ])  # fmt: skip
    entries = []
    for pk, crew in zip(ids, crews, strict=True):
        payload = ledger.canonical({"assignment": pk, "unit": crew.code, "incident": opened["incidents"][crew.n]})
        entries += [
            ledger.row_of(f"dispatch.unit_{step}", actor, at, f"assignment:{pk}", payload) for step, at in crew.stamps
        ]
    ledger.append_rows(entries)
    return ids


def _walked(crew: _Crew, units: Mapping[str, Unit], past: bool) -> dict[str, Any]:
    """Return an assignment's columns after its stamps, each checked in the table."""
    if crew.code not in units:
        raise Refused("unknown_unit_code", "unit")
    (first, sent_at), *more = crew.stamps
    if first != Stamp.DISPATCHED:
        raise Refused("no_such_step", "step")
    require_step = rules.require_past_step if past else rules.require_step
    state, ended, backup = str(first), None, False
    for step, at in more:
        if step == Stamp.BACKUP_ASKED:
            backup = True
            continue
        require_step(state, step)
        state = str(step)
        if step in ENDED and ended is None:
            ended = at
    if past and ended is None and (ended := crew.record.get("over_at")):
        state = Stamp.CLEARED.value
    return {"state": state, "dispatched_at": sent_at, "ended_at": ended, "backup": backup}


def _heard(rows: Sequence[Mapping[str, Any]], wanted: set[int]) -> dict[int, tuple[tuple[str, dt.datetime], ...]]:
    """Return for each incident when its first report was received and entered."""
    first = {n: rows[n]["reports"][0][0] for n in wanted}
    times: dict[int, tuple[dt.datetime, dt.datetime]] = {}
    for reports in keyed(Report.objects.all(), set(first.values())):
        times |= {pk: (heard, typed) for pk, heard, typed in reports.values_list("pk", "received_at", "entered_at")}
    stamps = {n: ((Stamp.RECEIVED.value, times[pk][0]), (Stamp.ENTERED.value, times[pk][1])) for n, pk in first.items()}
    return {n: both[:1] if rows[n].get("entry_missing") else both for n, both in stamps.items()}


def _start_clocks(ids: list[int], opened: dict[str, Any], crews: list[_Crew], units: Mapping[str, Unit]) -> None:
    book = ClockBook.now()
    zoned = book.asks_for("zone")
    scopes = _scopes([opened["ids"][crew.n] for crew in crews])
    runs = []
    for pk, crew in zip(ids, crews, strict=True):
        unit = units[crew.code]
        category, kind, urgency, lon, lat, begun = scopes[opened["ids"][crew.n]]
        zone = zone_at(lon, lat, begun) if zoned else None
        known = {"category": category, "kind": kind, "urgency": str(urgency), "zone": zone, "unit_kind": unit.kind}
        runs += book.runs(f"assignment:{pk}", _entries(crew.stamps, unit, known))
    insert(ClockRun, runs)


def _entries(stamps: Iterable[tuple[str, dt.datetime]], unit: Unit, facts: Facts) -> Iterator[ClockEvent]:
    """Yield what the clocks hear of a unit's way."""
    state = ""
    for step, at in stamps:
        state = state if step == Stamp.BACKUP_ASKED else str(step)
        yield ClockEvent(f"dispatch.unit_{step}", at, unit.organisation_id, facts, rules.kinds_to_come(state))


def _scopes(wanted: Sequence[int]) -> dict[int, Any]:
    """Return of each incident what the scopes of clocks may ask for."""
    found: dict[int, Any] = {}
    code = Coalesce("category_confirmed__code", "category_at_call__code")
    for incidents in keyed(Incident.objects.annotate(code=code), set(wanted)):
        values = incidents.values_list("pk", "code", "kind", "urgency", "lon", "lat", "opened_at")
        found |= {pk: scope for pk, *scope in values}
    return found
