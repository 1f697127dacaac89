"""What is here of calls that come in again, and when the units that they name were out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import Q

from anlan.core.chunks import chunks
from anlan.core.models import LedgerEntry
from anlan.core.refusals import Refused
from anlan.core.time.clock import stamp
from anlan.dispatch.callfiles import rules
from anlan.dispatch.callfiles.rules import LONGEST_OUT, Call, Spell
from anlan.dispatch.models import Assignment, Milestone, Unit
from anlan.intake.models import Report
from anlan.triage.models import Incident, IncidentReport

# What an incident's entries are called that a record has the time of.
ENTRIES: Final = {"handed_at": "triage.incident_handed_over", "signed_at": "triage.incident_signed",
                  "resolved_at": "triage.incident_resolved", "closed_at": "triage.incident_closed"}  # fmt: skip


@dataclass
class HeldCall:
    """What is here of a call that came before."""

    report_id: int
    entered_at: dt.datetime
    incidents: set[int] = field(default_factory=set)
    entries: set[tuple[str, str]] = field(default_factory=set)
    stamps: set[tuple[str, str, dt.datetime]] = field(default_factory=set)

    def require_same(self, call: Call) -> None:
        """Refuse a call that has a step that is not held, or at another time: an import changes no incident."""
        for name, kind in ENTRIES.items():
            if call.get(name) and (kind, stamp(call[name])) not in self.entries:
                raise Refused("differs", "report.id", what=name)
        for unit in call["units"]:
            for step, at in unit["stamps"]:
                if (unit["unit"], step, at) not in self.stamps:
                    raise Refused("differs", "report.id", what=f"{step} ({unit['unit']})")


def held_calls(calls: Sequence[Call]) -> dict[str, HeldCall]:
    """Return what is here by the numbers of the source."""
    found = {number: HeldCall(pk, entered_at) for number, (pk, entered_at) in _reports(calls).items()}
    by_report = {held.report_id: held for held in found.values()}
    by_incident: dict[int, list[HeldCall]] = {}
    for ids in chunks(list(by_report)):
        links = IncidentReport.objects.filter(report_id__in=ids)
        for report, incident in links.values_list("report_id", "incident_id"):
            by_report[report].incidents.add(incident)
            by_incident.setdefault(incident, []).append(by_report[report])
    for ids in chunks(list(by_incident)):
        _add_entries(ids, by_incident)
        _add_stamps(ids, by_incident)
    return found


def report_ids(calls: Sequence[Call]) -> dict[str, int]:
    """Return the reports that are here by the numbers of the source."""
    return {number: pk for number, (pk, _) in _reports(calls).items()}


def linked(reports: Sequence[int]) -> set[int]:
    """Return which of the reports tell of an incident, or told of one."""
    found: set[int] = set()
    for ids in chunks(reports):
        found |= set(IncidentReport.objects.filter(report_id__in=ids).values_list("report_id", flat=True))
    return found


def spells_here(named: Sequence[Mapping[str, Any]], units: Mapping[str, Unit]) -> dict[str, list[Spell]]:
    """Return when the units that calls name were out around the times of these calls, as far as it is here."""
    spells = [rules.spell(unit) for unit in named]
    if not spells:
        return {}
    wanted = {units[unit["unit"]].pk for unit in named if unit["unit"] in units}
    first, last = min(begun for begun, _ in spells), max(free or begun for begun, free in spells)
    near = Q(dispatched_at__gt=first - LONGEST_OUT, dispatched_at__lte=last, ended_at__gt=first)
    found: dict[str, list[Spell]] = {}
    assignments = Assignment.objects.filter(near | Q(ended_at=None), unit_id__in=wanted).order_by()
    for code, begun, free in assignments.values_list("unit__code", "dispatched_at", "ended_at"):
        found.setdefault(code, []).append((begun, free))
    return found


def _reports(calls: Sequence[Call]) -> dict[str, tuple[int, dt.datetime]]:
    """Return the report of each number of the source, with when it was entered."""
    found: dict[str, tuple[int, dt.datetime]] = {}
    sources = {call["report"]["source"] for call in calls}
    for numbers in chunks([call["report"]["source_id"] for call in calls]):
        reports = Report.objects.filter(source__in=sources, source_id__in=numbers)
        found |= {str(number): (pk, at) for pk, number, at in reports.values_list("pk", "source_id", "entered_at")}
    return found


def _add_entries(incidents: Sequence[int], held: Mapping[int, list[HeldCall]]) -> None:
    numbers = Incident.objects.filter(pk__in=incidents).values_list("pk", "number")
    subjects = {f"incident:{number}": pk for pk, number in numbers}
    entries = LedgerEntry.objects.filter(subject__in=subjects, kind__in=ENTRIES.values())
    for subject, kind, at in entries.values_list("subject", "kind", "at"):
        for call in held[subjects[subject]]:
            call.entries.add((kind, at))


def _add_stamps(incidents: Sequence[int], held: Mapping[int, list[HeldCall]]) -> None:
    stamps = Milestone.objects.filter(assignment__incident_id__in=incidents)
    for pk, unit, step, at in stamps.values_list("assignment__incident_id", "assignment__unit__code", "step", "at"):
        for call in held[pk]:
            call.stamps.add((unit, step, at))
