"""Calls that another system recorded come in with what came of them: a report, its incident and the units that went."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db.models import Q

from anlan.core import ledger
from anlan.core.city.current import city_read_once, city_zone
from anlan.core.ledger.verbs import verb
from anlan.core.models import LedgerEntry, Organisation
from anlan.core.people.actors import Actor
from anlan.core.refusals import Refused
from anlan.core.time.clock import stamp
from anlan.dispatch.actions.bulk import run_incidents
from anlan.dispatch.callfiles import rules
from anlan.dispatch.callfiles.rules import LONGEST_OUT, Spell, refuse
from anlan.dispatch.models import Assignment, Milestone, Unit
from anlan.intake.actions import receive_reports, refused_row
from anlan.intake.models import Category, Report
from anlan.intake.rules.resident_ids import is_resident_id
from anlan.triage.actions import DESK
from anlan.triage.models import Incident, IncidentReport
from anlan.triage.rules import DISPOSALS

IN_ONE_QUERY: Final = 500
# What an incident's entries are called that a record tells the time of.
TELLS: Final = {"handed_at": "triage.incident_handed_over", "signed_at": "triage.incident_signed",
                "resolved_at": "triage.incident_resolved", "closed_at": "triage.incident_closed"}  # fmt: skip
Call = Mapping[str, Any]


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
        refused: list[dict[str, Any]] = []
        passed = []
        for row in rows:
            try:
                batch.check(row)
                passed.append(row)
            except Refused as error:
                refused.append(refused_row(dict(row), error))
        told = [{"record": row["record"], "line": row["line"], **_plain(row["report"])} for row in passed]
        answer = receive_reports(rows=told, actor=actor, at=at)
        kept_out = {row["record"] for row in answer["refused"]}
        free = _free([row for row in passed if row["record"] not in kept_out], batch)
        made = _make_units(batch, free, unknown_units, actor, at) if unknown_units else 0
        opened = run_incidents(rows=free, actor=actor, at=at)
    refused += answer["refused"]
    return {
        "accepted": len(free),
        "repeated": len(rows) - len(free) - len(refused),
        "masked": answer["masked"],
        "incidents": len(opened["incidents"]),
        "assignments": sum(len(row["units"]) for row in free),
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
    held: dict[str, _Held]
    taken: dict[str, list[Spell]]
    seen: dict[str, Call] = field(default_factory=dict)

    @classmethod
    def begin(cls, rows: Sequence[Call], at: dt.datetime, keep_overlaps: bool, makes_units: bool) -> _Batch:
        units = {one.code: one for one in Unit.objects.all()}
        return cls(
            at, city_zone(), keep_overlaps, makes_units, units,
            dict(Category.objects.filter(active=True).values_list("code", "exclusion_gate")),
            dict(Organisation.objects.filter(active=True).values_list("code", "kind")),
            _held(rows), _taken([one for row in rows for one in row["units"]], units),
        )  # fmt: skip

    def check(self, row: Call) -> None:
        """Refuse what cannot have been so, or what tells otherwise than what is here."""
        rules.require_possible(row, self.at)
        self._require_known(row)
        number = row["report"]["source_id"]
        before = self.seen.get(number)
        if before and _without_place(before) != _without_place(row):
            refuse("report.id", "differs", what="record")
        if (held := self.held.get(number)) and held.incidents:
            held.require_told(row)
        elif not before:
            self._require_free(row)
        self.seen[number] = row

    def _require_known(self, row: Call) -> None:
        for one in row["units"]:
            code = one["unit"]
            if code not in self.units and not self.makes_units:
                refuse("units.column", "unknown_unit", unit=code[:40])
            if len(code) > 32:
                refuse("units.column", "too_long", most=32)
            if is_resident_id(code):
                refuse("units.column", "resident_id")
        if (row.get("disposal") or DISPOSALS[0]) not in DISPOSALS:
            refuse("disposal", "unknown_disposal", known=", ".join(DISPOSALS))
        confirmed = row.get("category")
        if confirmed and confirmed not in self.gates:
            refuse("category.confirmed", "unknown_category", known=", ".join(self.gates))
        if to := row.get("to"):
            codes = (row["report"]["category"], confirmed)
            gates = [self.gates.get(code, False) for code in codes if code]
            rules.require_holdable(gates, row["diverted"], self.kinds[to])

    def _require_free(self, row: Call) -> None:
        spells = [(one["unit"], rules.spell(one)) for one in row["units"]]
        own: dict[str, list[Spell]] = {}
        for code, spell in spells:
            taken = [*self.taken.get(code, ()), *own.get(code, ())]
            rules.require_free_then(code, spell, taken, keep=self.keep_overlaps, zone=self.zone)
            own.setdefault(code, []).append(spell)
        for code, taken in own.items():
            self.taken.setdefault(code, []).extend(taken)


@dataclass
class _Held:
    """What is here of a report that came before."""

    report_id: int
    entered_at: dt.datetime
    incidents: set[int] = field(default_factory=set)
    entries: set[tuple[str, str]] = field(default_factory=set)
    stamps: set[tuple[str, str, dt.datetime]] = field(default_factory=set)

    def require_told(self, row: Call) -> None:
        """Refuse a row that tells of a step that is not held, or of another time: an import changes no incident."""
        for name, kind in TELLS.items():
            if row.get(name) and (kind, stamp(row[name])) not in self.entries:
                refuse("report.id", "differs", what=name)
        for one in row["units"]:
            for step, at in one["stamps"]:
                if (one["unit"], step, at) not in self.stamps:
                    refuse("report.id", "differs", what=f"{step} ({one['unit']})")


def _held(rows: Sequence[Call]) -> dict[str, _Held]:
    """Return what is here by the numbers of the source."""
    found: dict[str, _Held] = {}
    sources = {row["report"]["source"] for row in rows}
    for some in _chunks([row["report"]["source_id"] for row in rows]):
        for pk, number, entered in Report.objects.filter(source__in=sources, source_id__in=some).values_list(
            "pk", "source_id", "entered_at"
        ):
            found[str(number)] = _Held(pk, entered)
    by_report = {one.report_id: one for one in found.values()}
    by_incident: dict[int, list[_Held]] = {}
    for chunk in _chunks(list(by_report)):
        links = IncidentReport.objects.filter(report_id__in=chunk)
        for report, incident in links.values_list("report_id", "incident_id"):
            by_report[report].incidents.add(incident)
            by_incident.setdefault(incident, []).append(by_report[report])
    for ids in _chunks(list(by_incident)):
        _add_steps(ids, by_incident)
    return found


def _add_steps(incidents: Sequence[int], held: Mapping[int, list[_Held]]) -> None:
    subjects = {f"incident:{number}": pk
                for pk, number in Incident.objects.filter(pk__in=incidents).values_list("pk", "number")}  # fmt: skip
    entries = LedgerEntry.objects.filter(subject__in=subjects, kind__in=TELLS.values())
    for subject, kind, at in entries.values_list("subject", "kind", "at"):
        for one in held[subjects[subject]]:
            one.entries.add((kind, at))
    stamps = Milestone.objects.filter(assignment__incident_id__in=incidents)
    for pk, unit, step, moment in stamps.values_list("assignment__incident_id", "assignment__unit__code", "step", "at"):
        for one in held[pk]:
            one.stamps.add((unit, step, moment))


def _taken(told: Sequence[Mapping[str, Any]], units: Mapping[str, Unit]) -> dict[str, list[Spell]]:
    """Return when these units were out around these times, as far as it is here."""
    spells = [rules.spell(one) for one in told]
    if not spells:
        return {}
    wanted = {units[one["unit"]].pk for one in told if one["unit"] in units}
    first, last = min(begun for begun, _ in spells), max(free or begun for begun, free in spells)
    near = Q(dispatched_at__gt=first - LONGEST_OUT, dispatched_at__lte=last, ended_at__gt=first)
    found: dict[str, list[Spell]] = {}
    rows = Assignment.objects.filter(near | Q(ended_at=None), unit_id__in=wanted).order_by()
    for code, begun, free in rows.values_list("unit__code", "dispatched_at", "ended_at"):
        found.setdefault(code, []).append((begun, free))
    return found


def _free(rows: Sequence[Call], batch: _Batch) -> list[dict[str, Any]]:
    """Return the rows whose report tells of no incident yet, ready for `run_incidents`."""
    numbers = [row["report"]["source_id"] for row in rows]
    sources = {row["report"]["source"] for row in rows}
    ids: dict[str, int] = {}
    for some in _chunks(numbers):
        reports = Report.objects.filter(source__in=sources, source_id__in=some)
        ids |= {str(number): pk for number, pk in reports.values_list("source_id", "pk")}
    told_of: set[int] = set()
    for chunk in _chunks(list(ids.values())):
        told_of |= set(IncidentReport.objects.filter(report_id__in=chunk).values_list("report_id", flat=True))
    found = []
    for row in rows:
        pk = ids[row["report"]["source_id"]]
        if pk in told_of:
            continue
        told_of.add(pk)
        found.append(_run(row, pk, batch.held.get(row["report"]["source_id"])))
    return found


def _run(row: Call, report: int, before: _Held | None) -> dict[str, Any]:
    told, entered = row["report"], row["report"].get("entered_at")
    units = [one | {"stamps": sorted(one["stamps"], key=lambda told: told[1])} for one in row["units"]]
    # A report that was imported by itself says when that was, not when the call was typed in.
    late = before is not None and before.entered_at != entered
    return {**row, "reports": [(report, entered or told["received_at"])], "units": units,
            "entry_missing": row["entry_missing"] or late}  # fmt: skip


def _make_units(batch: _Batch, rows: Iterable[Call], told: Mapping[str, str], actor: Actor, at: dt.datetime) -> int:
    """Make the units that are not known here: for the history, and sent nowhere until the city's folder lists them."""
    codes = sorted({one["unit"] for row in rows for one in row["units"]} - set(batch.units))
    organisation = Organisation.objects.get(code=told["organisation"])
    for code in codes:
        Unit.objects.create(code=code, name=code, name_en=code, kind=told["kind"], organisation=organisation,
                            active=False)  # fmt: skip
        payload = {"unit": code, "organisation": organisation.code, "kind": told["kind"]}
        ledger.append("dispatch.unit_made", actor=actor, at=at, subject=f"unit:{code}", payload=payload)
    return len(codes)


def _plain(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return a report as `receive_reports` takes it: an entry time that nobody stamped is not told."""
    return {name: value for name, value in report.items() if name != "entered_at" or value is not None}


def _without_place(row: Call) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in {"record", "line"}}


def _chunks(values: Sequence[Any]) -> list[Sequence[Any]]:
    return [values[start : start + IN_ONE_QUERY] for start in range(0, len(values), IN_ONE_QUERY)]


def refusal_of(record: int, line: int | None, refusal: Refused) -> dict[str, Any]:
    """Return a refusal of what could not be read as the verb would tell it."""
    return refused_row({"record": record, "line": line}, refusal)
