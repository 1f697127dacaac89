"""What voice does when an incident is closed: it asks the reports that the rule names."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence

from anlan.core.ledger.followers import follow
from anlan.core.models import LedgerEntry
from anlan.core.people.actors import system
from anlan.intake.states import COUNTED
from anlan.triage.models import IncidentReport
from anlan.voice import rules
from anlan.voice.actions import ask
from anlan.voice.queries import one_in


def of_rule(entries: Sequence[LedgerEntry]) -> set[int]:
    """Return the entries of incidents that have a report to be asked."""
    incident_of = {entry.pk: int(json.loads(entry.payload)["incident"]) for entry in entries}
    named = {incident for incident, _report in _to_ask(set(incident_of.values()))}
    return {pk for pk, incident in incident_of.items() if incident in named}


@follow("voice.asking", ["triage.incident_closed"], concerns=of_rule)
def ask_whether_it_helped(entry: LedgerEntry, position: int) -> None:
    """Ask the reports of a closed incident, in their turn and only once."""
    found = _to_ask({int(json.loads(entry.payload)["incident"])})
    at = dt.datetime.fromisoformat(entry.at)
    ask(report_ids=[report for _incident, report in found], actor=system("voice"), at=at)


def _to_ask(incidents: set[int]) -> list[tuple[int, int]]:
    """Return incidents with their reports that can be asked (somebody holds a code) and that the rule names."""
    links = IncidentReport.objects.filter(
        incident__in=incidents, unlinked_at=None, report__validity__in=COUNTED, report__tracking__isnull=False
    )
    share = one_in()
    rows = links.values_list("incident_id", "report_id", "report__number")
    return [(incident, report) for incident, report, number in rows if rules.is_asked(number, share)]
