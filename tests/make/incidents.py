"""Incidents."""

from __future__ import annotations

import datetime as dt
from typing import Any

from anlan.core.models import ClockRun
from anlan.core.people.actors import system
from anlan.intake.models import Report
from anlan.triage.actions import arbitrate, hand_over, open_incident, return_incident
from anlan.triage.models import Incident
from tests.make.city import AT
from tests.make.people import actor
from tests.make.reports import report


def incident(of: Report | None = None, *, at: dt.datetime = AT, to: str = "", **values: Any) -> str:
    """Open an incident of a report (else of a new one), handed over where `to` names a house; return its number."""
    me, told = system("test"), of or report(at=at, **values)
    number = str(open_incident(report_id=told.pk, actor=me, at=at)["incident"])
    if to:
        hand_over(number=number, to=to, actor=me, at=at)
    return number


def arbitrated(to: str = "drains", *, at: dt.datetime = AT) -> str:
    """Open an incident that was returned twice and that the arbiter gave to a house; return its number."""
    me, holder, number = system("test"), actor("officer", at=to), incident(to=to, at=at)
    return_incident(number=number, reason="x", actor=holder, at=at)
    hand_over(number=number, to=to, actor=me, at=at)
    return_incident(number=number, reason="x", actor=holder, at=at)
    arbitrate(number=number, to=to, reason="x", actor=me, at=at)
    return number


def running(incident: Incident) -> dict[str, str | None]:
    """Return the clocks that run on an incident, and for whom."""
    runs = ClockRun.objects.running().filter(subject=incident.subject).select_related("rule", "organisation")
    return {run.rule.code: run.organisation.code if run.organisation else None for run in runs}
