"""Key questions answered later than the report was received."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from anlan.core import ledger
from anlan.core.ledger.verbs import verb
from anlan.core.people.actors import Actor, NotAllowed
from anlan.core.people.roles import Role
from anlan.core.refusals import Refused
from anlan.intake.access import TAKES_REPORTS
from anlan.intake.models import Answer, Report
from anlan.intake.queries.questions import answers_of, asked, stored_answers


@verb("intake.answer_questions")
def answer_questions(
    *, report_id: int, answers: Sequence[str], actor: Actor, at: dt.datetime, key: str | None = None
) -> dict[str, Any]:
    """Note which key questions are now answered yes; what was said at once stays, and a yes is never taken back."""
    actor.require(*TAKES_REPORTS, Role.SUPERVISOR)
    report = Report.objects.visible_to(actor).select_for_update().filter(pk=report_id).first()
    if report is None:
        raise NotAllowed(f"{actor.name} may not answer for this report, or it does not exist")
    known = answers_of([report])[report.pk]
    new = [code for code in stored_answers(answers).split() if code not in known]
    if not new:
        raise Refused("nothing_answered", "answers")
    Answer.objects.bulk_create([Answer(report=report, question=each, at=at) for each in asked() if each.code in new])
    payload = {"report": report.pk, "answers": new}
    ledger.append("intake.questions_answered", actor=actor, at=at, subject=f"report:{report.number}", payload=payload)
    return {"report_id": report.pk, "answers": new}
