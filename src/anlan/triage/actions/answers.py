"""Key questions answered once somebody asked back: the incident they tell of becomes more urgent, never less."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from anlan.core.ledger.verbs import verb
from anlan.core.people.actors import Actor
from anlan.intake.actions import answer_questions as note_answers
from anlan.intake.queries.questions import raised_by
from anlan.triage import rules
from anlan.triage.access import DESK
from anlan.triage.actions.entries import locked
from anlan.triage.models import IncidentReport
from anlan.triage.moves import INCIDENTS


@verb("triage.answer_questions")
def answer_questions(
    *, report_id: int, answers: Sequence[str], actor: Actor, at: dt.datetime, key: str | None = None
) -> dict[str, Any]:
    """Note which key questions about a report are now answered yes, and raise the incident that it tells of."""
    actor.require(*DESK)
    link = IncidentReport.objects.filter(report_id=report_id, unlinked_at=None).select_related("incident").first()
    incident = locked(link.incident.number) if link else None
    if incident:
        rules.require_open(incident.state)
    new = note_answers(report_id=report_id, answers=answers, actor=actor, at=at)["answers"]
    if incident:
        urgency = rules.raised(incident.urgency, 0, raised_by(new))
        payload = {"answers": new, "urgency": urgency}
        INCIDENTS.store([INCIDENTS.note("incident_questions_answered", incident, at, {"urgency": urgency}, **payload)],
                        actor)  # fmt: skip
    return {"incident": incident.number if incident else "", "answers": new}
