"""What voice does when an incident is closed: it asks the reports that the rule names."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence

from anlan.core.chunks import chunks
from anlan.core.ledger.followers import follow_together
from anlan.core.models import LedgerEntry
from anlan.core.people.actors import system
from anlan.core.time.clock import now
from anlan.intake.states import COUNTED
from anlan.triage.models import IncidentReport
from anlan.voice import rules
from anlan.voice.actions import Closed, ask_all
from anlan.voice.queries import one_in


@follow_together("voice.asking", ["triage.incident_closed"])
def ask_whether_it_helped(entries: Sequence[LedgerEntry]) -> None:
    """Ask the reports of closed incidents that can be asked, each only once."""
    closed = [(entry, int(json.loads(entry.payload)["incident"])) for entry in entries]
    reports = _to_ask({incident for _, incident in closed})
    rows = [
        Closed(report, dt.datetime.fromisoformat(entry.at), entry.pk)
        for entry, incident in closed for report in reports.get(incident, ())
    ]  # fmt: skip
    if rows:
        ask_all(closed=rows, actor=system("voice"), at=now())


def _to_ask(incidents: set[int]) -> dict[int, list[int]]:
    """Return by incident its reports that can be asked (they count, somebody holds a code) and that the rule names."""
    links = IncidentReport.objects.filter(
        unlinked_at=None, report__validity__in=COUNTED, report__tracking__isnull=False
    ).order_by("report_id")
    reports: dict[int, list[int]] = {}
    share = one_in()
    for some in chunks(sorted(incidents)):
        rows = links.filter(incident__in=some).values_list("incident_id", "report_id", "report__number")
        for incident, report, number in rows:
            if rules.is_asked(number, share):
                reports.setdefault(incident, []).append(report)
    return reports
