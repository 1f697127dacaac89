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
from anlan.triage.actions.at_once import open_at_once
from anlan.triage.actions.entries import bring_back
from anlan.triage.actions.kin import held_with
from anlan.triage.moves import INCIDENTS


@verb("triage.answer_questions")
def answer_questions(
    *, report_id: int, answers: Sequence[str], actor: Actor, at: dt.datetime, key: str | None = None
) -> dict[str, Any]:
    """Note which key questions about a report are now answered yes, and raise the incident that it tells of.

    One that tells of none, and is urgent at once by what was answered, has its incident opened.
    """
    actor.require(*DESK)
    incident = held_with(report_id)
    if incident:
        rules.require_unended(incident.state)
    new = note_answers(report_id=report_id, answers=answers, actor=actor, at=at)["answers"]
    if incident is None:
        return {"incident": open_at_once(report_id, at), "answers": new}
    urgency, before = rules.raised(incident.urgency, 0, raised_by(new)), incident.urgency
    payload = {"answers": new, "urgency": urgency}
    INCIDENTS.store([INCIDENTS.note("incident_questions_answered", incident, at, {"urgency": urgency}, **payload)],
                    actor)  # fmt: skip
    bring_back(incident, urgency == rules.AT_ONCE < before, actor, at)
    return {"incident": incident.number, "answers": new}
