"""Calling back whoever did not speak, or whose call broke off: owed until somebody says what came of it."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from anlan.core import ledger
from anlan.core.ledger.verbs import verb
from anlan.core.models import ClockRun, LedgerEntry
from anlan.core.people.actors import Actor, NotAllowed
from anlan.core.people.roles import Role
from anlan.core.refusals import Refused
from anlan.core.time import deadlines
from anlan.core.time.clock import stamp
from anlan.core.time.deadlines import Timed
from anlan.intake.access import TAKES_CALLS
from anlan.intake.models import Erasure, Report
from anlan.intake.queries.callbacks import CALL_BACK, owed_on, subject_of
from anlan.intake.states import CallBack

CALLED: Final = "intake.called_back"
TRIES: Final = 3  # then a person decides what to do about it: it stays unsorted, or with its incident


def owe_call_back(report: Report, actor: Actor, at: dt.datetime) -> None:
    """Note that whoever called has to be called back, and by when; only inside the verb that receives the call."""
    payload = {"report": report.pk}
    ledger.append("intake.call_back_owed", actor=actor, at=at, subject=f"report:{report.number}", payload=payload)
    _begin(report, at)


def end_call_back(report: Report, at: dt.datetime) -> None:
    """End a call-back that nobody can or need make: the call carries nothing, or its number is gone."""
    deadlines.begin([Timed(subject_of(report), at, None)])


def owe_again(report: Report, at: dt.datetime) -> None:
    """Owe the call-back that ended because a call was said to carry nothing, until when it was owed before."""
    run = ClockRun.objects.filter(subject=subject_of(report)).order_by("-pk").first()
    if run is None or run.stopped_at is None or Erasure.objects.filter(report=report).exists():
        return
    called = LedgerEntry.objects.filter(subject=f"report:{report.number}", kind=CALLED, at__gte=stamp(run.started_at))
    if not called.exists():
        deadlines.begin([Timed(subject_of(report), at, CALL_BACK, report.organisation_id, run.due_at)])


@verb("intake.record_call_back")
def record_call_back(
    *, report_id: int, outcome: str, actor: Actor, at: dt.datetime, key: str | None = None
) -> dict[str, Any]:
    """Say what came of a call-back; unanswered, it is tried again within the same time, three times in all."""
    actor.require(*TAKES_CALLS, Role.SUPERVISOR)
    report = Report.objects.visible_to(actor).select_for_update().filter(pk=report_id).first()
    if report is None:
        raise NotAllowed(f"{actor.name} may not call back here, or the report does not exist")
    if outcome not in CallBack.values:
        raise Refused("unknown_outcome", "outcome")
    if not owed_on([report]):
        raise Refused("no_call_back_owed")
    subject = f"report:{report.number}"
    tries = LedgerEntry.objects.filter(subject=subject, kind=CALLED).count() + 1
    ledger.append(CALLED, actor=actor, at=at, subject=subject, payload={"report": report.pk, "outcome": str(outcome)})
    deadlines.begin([Timed(subject_of(report), at, None)])
    if outcome == CallBack.NO_ANSWER and tries < TRIES:
        _begin(report, at)
    return {"report_id": report.pk, "number": report.number, "tries": tries}


def _begin(report: Report, at: dt.datetime) -> None:
    deadlines.begin([Timed(subject_of(report), at, CALL_BACK, report.organisation_id)])
