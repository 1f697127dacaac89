"""The verbs of voice: a closed matter's report is asked once, and answered once by whoever holds its code."""

from __future__ import annotations

import datetime as dt
from typing import Any

from anlan.core import ledger
from anlan.core.city.current import city
from anlan.core.ledger.verbs import verb
from anlan.core.people.actors import Actor, NotAllowed
from anlan.intake.actions.tracking import report_of_code
from anlan.intake.models import Report
from anlan.triage.models import Incident
from anlan.triage.queries.incidents import incident_of
from anlan.voice import rules
from anlan.voice.models import Satisfaction
from anlan.voice.rules import VoiceRefused


@verb("voice.ask")
def ask(*, report_ids: list[int], actor: Actor, at: dt.datetime, key: str | None = None) -> dict[str, Any]:
    """Ask those of the reports that the sampling rule names and that were not asked before."""
    if not actor.is_system:
        raise NotAllowed(f"{actor.name} may not choose who is asked; the sampling rule does")
    share = one_in()
    reports = Report.objects.filter(pk__in=report_ids).order_by("pk")
    named = [one for one in reports if rules.is_asked(one.number, share)]
    before = set(Satisfaction.objects.filter(report__in=named).values_list("report_id", flat=True))
    fresh = [one for one in named if one.pk not in before]
    for report in fresh:
        row = Satisfaction.objects.create(report=report, asked_at=at)
        told = {"report": report.pk, "one_in": share}
        ledger.append("voice.asked", actor=actor, at=at, subject=f"satisfaction:{row.pk}", payload=told)
    return {"asked": [report.number for report in fresh]}


@verb("voice.answer")
def answer(*, tracking_code: str, helped: str, actor: Actor, at: dt.datetime, key: str | None = None) -> dict[str, Any]:
    """Take the one answer of whoever holds the code; the same one again, as after a lost page, changes nothing."""
    report = report_of_code(tracking_code)
    if report is None:
        raise NotAllowed("no report has this tracking code")
    row = Satisfaction.objects.select_for_update().filter(report=report).first()
    if row is not None and row.answered_at and row.helped == helped:
        return {"number": report.number, "helped": helped}
    _require_open(row, report, at)
    assert row is not None
    if helped not in Satisfaction.Helped.values:
        raise VoiceRefused("unknown_answer")
    row.answered_at, row.helped = at, helped
    row.save(update_fields=["answered_at", "helped"])
    told = {"report": report.pk, "helped": helped}
    ledger.append("voice.answered", actor=actor, at=at, subject=f"satisfaction:{row.pk}", payload=told)
    return {"number": report.number, "helped": helped}


def one_in() -> int:
    """Return of how many closed reports one is asked in this city."""
    here = city()
    return int(here.option("satisfaction_one_in", rules.ONE_IN)) if here else rules.ONE_IN


def is_closed(report: Report) -> bool:
    """Whether the matter of a report is closed now: one that was taken up again is not asked about."""
    incident = incident_of(report)
    return incident is not None and incident.state == Incident.State.CLOSED


def _require_open(row: Satisfaction | None, report: Report, at: dt.datetime) -> None:
    if row is None:
        raise VoiceRefused("not_asked")
    if row.answered_at:
        raise VoiceRefused("answered_before")
    if not is_closed(report):
        raise VoiceRefused("open_again")
    if not rules.is_open(row.asked_at, at):
        raise VoiceRefused("too_late")
