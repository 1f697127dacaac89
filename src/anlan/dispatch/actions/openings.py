"""Words of an incident's reports open in place to who has it in hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from anlan.core.ledger.verbs import verb
from anlan.core.people.actors import Actor, NotAllowed
from anlan.dispatch.access import Work, work_in_hand
from anlan.intake.actions import open_in_place
from anlan.triage.models import Incident, IncidentReport


@verb("dispatch.open_in_hand")
def open_in_hand(*, work: Work, report_ids: Sequence[int], actor: Actor, at: dt.datetime) -> dict[str, Any]:
    """Note that reports of an incident open to somebody who has it in hand by this work; of others nothing opens."""
    incident, assignment = Incident.objects.get(number=work["incident"]), work.get("assignment")
    if work_in_hand(incident, actor, None if assignment is None else int(assignment)) != work:
        raise NotAllowed(f"{actor.name} has {incident} not in hand by {work}")
    linked = IncidentReport.objects.filter(incident=incident, unlinked_at=None, report__in=report_ids)
    return open_in_place(report_ids=list(linked.values_list("report_id", flat=True)), about=work, actor=actor, at=at)
