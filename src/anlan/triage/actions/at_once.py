"""The opening decision: a live report that is urgent at once has its incident, whenever it comes to be that."""

from __future__ import annotations

import datetime as dt

from anlan.core.people.actors import system
from anlan.intake.models import Report
from anlan.intake.rules.reports import is_live
from anlan.triage.actions.incidents import open_incident, urgency_of
from anlan.triage.rules import AT_ONCE

BY_ITSELF = system("live")  # Anlan opens it on the word of the report: nobody gets a right by reporting


def opens(report: Report, urgency: int | None = None) -> bool:
    """Whether an incident is opened without anybody sorting: somebody has to go at once, and it is no history."""
    live = is_live(report.channel, report.validity, report.received_at, report.entered_at)
    return live and urgency_of(report, urgency) == AT_ONCE


def open_at_once(report_id: int, at: dt.datetime, urgency: int | None = None) -> str:
    """Open the incident of a report that tells of none, if it is urgent at once; return its number, else nothing.

    Inside the verb by which the report came, counts again, or is answered for.
    """
    report = Report.objects.select_related("category").get(pk=report_id)
    if not opens(report, urgency):
        return ""
    return str(open_incident(report_id=report_id, urgency=urgency or 3, actor=BY_ITSELF, at=at)["incident"])
