"""The verbs of voice: a closed matter's report is asked once, and answered once by whoever holds its code."""

from __future__ import annotations

import datetime as dt
from typing import Any

from anlan.core import ledger
from anlan.core.ledger.verbs import verb
from anlan.core.people.actors import Actor, NotAllowed
from anlan.core.refusals import Refused
from anlan.intake.models import Report
from anlan.intake.queries.tracking import report_of_code
from anlan.triage.actions import object_to
from anlan.voice import rules
from anlan.voice.models import Satisfaction
from anlan.voice.queries import is_closed, one_in


@verb("voice.ask")
def ask(*, report_ids: list[int], actor: Actor, at: dt.datetime, key: str | None = None) -> dict[str, Any]:
    """Ask those of the reports that the sampling rule names and that were not asked before."""
    if not actor.is_system:
        raise NotAllowed(f"{actor.name} may not choose who is asked; the sampling rule does")
    share = one_in()
    reports = Report.objects.filter(pk__in=report_ids).order_by("pk")
    named = [report for report in reports if rules.is_asked(report.number, share)]
    before = set(Satisfaction.objects.filter(report__in=named).values_list("report_id", flat=True))
    fresh = [report for report in named if report.pk not in before]
    for report in fresh:
        question = Satisfaction.objects.create(report=report, asked_at=at)
        payload = {"report": report.pk, "one_in": share}
        ledger.append("voice.asked", actor=actor, at=at, subject=f"satisfaction:{question.pk}", payload=payload)
    return {"asked": [report.number for report in fresh]}


@verb("voice.answer")
def answer(
    *, tracking_code: str, helped: str, past: bool = False, actor: Actor, at: dt.datetime, key: str | None = None
) -> dict[str, Any]:
    """Take the one answer of whoever holds the code; the same one again, as after a lost page, changes nothing.

    Who says that it did not help says that it is not put right: somebody decides on that, but for a history of the
    past.
    """
    report = report_of_code(tracking_code)
    if report is None:
        raise NotAllowed("no report has this tracking code")
    question = Satisfaction.objects.select_for_update().filter(report=report).first()
    if question is not None and question.answered_at and question.helped == helped:
        return {"number": report.number, "helped": helped}
    _require_open(question, report, at)
    assert question is not None
    if helped not in Satisfaction.Helped.values:
        raise Refused("unknown_answer")
    question.answered_at, question.helped = at, helped
    question.save(update_fields=["answered_at", "helped"])
    payload = {"report": report.pk, "helped": helped}
    ledger.append("voice.answered", actor=actor, at=at, subject=f"satisfaction:{question.pk}", payload=payload)
    if helped == Satisfaction.Helped.NO and not past:
        object_to(tracking_code=tracking_code, actor=actor, at=at)
    return {"number": report.number, "helped": helped}


def _require_open(question: Satisfaction | None, report: Report, at: dt.datetime) -> None:
    if question is None:
        raise Refused("not_asked")
    if question.answered_at:
        raise Refused("answered_before")
    if not is_closed(report):
        raise Refused("open_again")
    if not rules.is_open(question.asked_at, at):
        raise Refused("answering_over")
