"""Calls that another system recorded come in with what came of them: a report, its incident and the units that went."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from anlan.core import ledger
from anlan.core.city.current import city_read_once, city_zone
from anlan.core.ledger.verbs import verb
from anlan.core.models import Organisation
from anlan.core.people.actors import Actor
from anlan.core.refusals import Refused
from anlan.dispatch.actions.bulk import run_incidents
from anlan.dispatch.callfiles import rules
from anlan.dispatch.callfiles.rules import Call, Spell
from anlan.dispatch.models import Unit
from anlan.dispatch.queries.calls import HeldCall, held_calls, linked, report_ids, spells_here
from anlan.intake.actions import receive_reports, refused_row
from anlan.intake.models import Category
from anlan.intake.rules.resident_ids import is_resident_id
from anlan.triage.access import DESK
from anlan.triage.rules import DISPOSALS


@verb("dispatch.receiving.receive_calls")
def receive_calls(
    *,
    rows: Sequence[Call],
    actor: Actor,
    at: dt.datetime,
    key: str | None = None,
    keep_overlaps: bool = False,
    unknown_units: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Receive calls with their history: good ones go in whole, the others come back as `refused` with the reason.

    A row has `report` (as `receive_reports` takes it, with `source_id` and `received_at`), `record`, `line`, and of
    its incident what `run_incidents` takes in a row of the past. What is here already is counted as `repeated`, and
    refused where the row now tells something that is not held. With `unknown_units` (organisation and kind) a unit
    that the city does not have is made, and sent nowhere; `keep_overlaps` takes units that were at two places.
    """
    actor.require(*DESK)
    with city_read_once():
        batch = _Batch.begin(rows, at, keep_overlaps, bool(unknown_units))
        passed, refused = batch.checked(rows)
        reports = [{"record": call["record"], "line": call["line"], **_plain(call["report"])} for call in passed]
        answer = receive_reports(rows=reports, actor=actor, at=at, past=True)
        refused += answer["refused"]
        kept_out = {row["record"] for row in answer["refused"]}
        fresh = _fresh([call for call in passed if call["record"] not in kept_out], batch.held)
        made = _make_units(batch.units, fresh, unknown_units, actor, at) if unknown_units else 0
        opened = run_incidents(rows=fresh, actor=actor, at=at)
    return {
        "accepted": len(fresh),
        "repeated": len(rows) - len(fresh) - len(refused),
        "masked": answer["masked"],
        "incidents": len(opened["incidents"]),
        "assignments": sum(len(call["units"]) for call in fresh),
        "units_made": made,
        "refused": sorted(refused, key=lambda row: row["record"]),
    }


@dataclass
class _Batch:
    """What is known here of the calls and units of one batch."""

    at: dt.datetime
    zone: ZoneInfo
    keep_overlaps: bool
    makes_units: bool
    units: dict[str, Unit]
    gates: dict[str, bool]
    kinds: dict[str, str]
    held: dict[str, HeldCall]
    taken: dict[str, list[Spell]]
    seen: dict[str, Call] = field(default_factory=dict)

    @classmethod
    def begin(cls, calls: Sequence[Call], at: dt.datetime, keep_overlaps: bool, makes_units: bool) -> _Batch:
        units = {unit.code: unit for unit in Unit.objects.all()}
        return cls(
            at, city_zone(), keep_overlaps, makes_units, units,
            dict(Category.objects.filter(active=True).values_list("code", "exclusion_gate")),
            dict(Organisation.objects.filter(active=True).values_list("code", "kind")),
            held_calls(calls), spells_here([unit for call in calls for unit in call["units"]], units),
        )  # fmt: skip

    def checked(self, calls: Sequence[Call]) -> tuple[list[Call], list[dict[str, Any]]]:
        """Return the calls that can go in, and the others with the reason."""
        passed, refused = [], []
        for call in calls:
            try:
                self._check(call)
                passed.append(call)
            except Refused as error:
                refused.append(refused_row(dict(call), error))
        return passed, refused

    def _check(self, call: Call) -> None:
        """Refuse what cannot have been so, or what tells otherwise than what is here."""
        rules.require_possible(call, self.at)
        self._require_known(call)
        number = call["report"]["source_id"]
        before = self.seen.get(number)
        if before and _without_place(before) != _without_place(call):
            raise Refused("differs", "report.id", what="record")
        if (held := self.held.get(number)) and held.incidents:
            held.require_same(call)
        elif not before:
            self._require_free(call)
        self.seen[number] = call

    def _require_known(self, call: Call) -> None:
        """Refuse what the city does not have, and what may hide danger to life where it was diverted."""
        for unit in call["units"]:
            self._require_unit(unit["unit"])
        if (call.get("disposal") or DISPOSALS[0]) not in DISPOSALS:
            raise Refused("unknown_disposal", "disposal", known=", ".join(DISPOSALS))
        confirmed = call.get("category")
        if confirmed and confirmed not in self.gates:
            raise Refused("unknown_category", "category.confirmed", known=", ".join(self.gates))
        if to := call.get("to"):
            codes = (call["report"]["category"], confirmed)
            gates = [self.gates.get(code, False) for code in codes if code]
            rules.require_holdable(gates, call["diverted"], self.kinds[to])

    def _require_unit(self, code: str) -> None:
        if code not in self.units and not self.makes_units:
            raise Refused("unknown_unit", "units.column", unit=code[:40])
        if len(code) > 32:
            raise Refused("too_long", "units.column", most=32)
        if is_resident_id(code):
            raise Refused("resident_id", "units.column")

    def _require_free(self, call: Call) -> None:
        """Refuse a unit that was elsewhere then, at another call of the batch too."""
        own: dict[str, list[Spell]] = {}
        for unit in call["units"]:
            code, spell = unit["unit"], rules.spell(unit)
            taken = [*self.taken.get(code, ()), *own.get(code, ())]
            rules.require_free_then(code, spell, taken, keep=self.keep_overlaps, zone=self.zone)
            own.setdefault(code, []).append(spell)
        for code, spells in own.items():
            self.taken.setdefault(code, []).extend(spells)


def _fresh(calls: Sequence[Call], held: Mapping[str, HeldCall]) -> list[dict[str, Any]]:
    """Return the calls whose report tells of no incident yet, ready for `run_incidents`."""
    ids = report_ids(calls)
    told_of = linked(list(ids.values()))
    found = []
    for call in calls:
        number = call["report"]["source_id"]
        if ids[number] not in told_of:
            told_of.add(ids[number])
            found.append(_past(call, ids[number], held.get(number)))
    return found


def _past(call: Call, report: int, before: HeldCall | None) -> dict[str, Any]:
    """Return a call as `run_incidents` takes an incident of the past."""
    entered = call["report"].get("entered_at")
    units = [unit | {"stamps": sorted(unit["stamps"], key=lambda stamp: stamp[1])} for unit in call["units"]]
    # A report that was imported by itself says when that was, not when the call was typed in.
    late = before is not None and before.entered_at != entered
    return {**call, "reports": [(report, entered or call["report"]["received_at"])], "units": units,
            "entry_missing": call["entry_missing"] or late}  # fmt: skip


def _make_units(
    known: Mapping[str, Unit], calls: Iterable[Call], of: Mapping[str, str], actor: Actor, at: dt.datetime
) -> int:
    """Make the units that are not known here: for the history, and sent nowhere until the city's folder lists them."""
    codes = sorted({unit["unit"] for call in calls for unit in call["units"]} - set(known))
    organisation = Organisation.objects.get(code=of["organisation"])
    for code in codes:
        Unit.objects.create(code=code, name=code, name_en=code, kind=of["kind"], organisation=organisation,
                            active=False)  # fmt: skip
        payload = {"unit": code, "organisation": organisation.code, "kind": of["kind"]}
        ledger.append("dispatch.unit_made", actor=actor, at=at, subject=f"unit:{code}", payload=payload)
    return len(codes)


def _plain(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return a report as `receive_reports` takes it: an entry time that nobody stamped is not told."""
    return {name: value for name, value in report.items() if name != "entered_at" or value is not None}


def _without_place(call: Call) -> dict[str, Any]:
    """Return a call without its place in the file."""
    return {name: value for name, value in call.items() if name not in {"record", "line"}}
