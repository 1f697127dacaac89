"""What is said now reaches somebody: received, and linked, opened or left to the queue in the same transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from anlan.core.ledger.verbs import verb
from anlan.core.people.actors import Actor, system
from anlan.core.refusals import Refused
from anlan.intake.actions import receive_report, receive_reports
from anlan.intake.models import Report
from anlan.intake.rules.reports import is_live
from anlan.triage.actions.bulk import open_incidents
from anlan.triage.actions.incidents import open_incident, urgency_of
from anlan.triage.actions.links import link_report
from anlan.triage.models import Incident
from anlan.triage.rules import AT_ONCE

BY_ITSELF = system("live")  # Anlan opens it on the word of the report: nobody gets a right by reporting


@verb("triage.take_report")
def take_report(
    *,
    actor: Actor,
    at: dt.datetime,
    key: str | None = None,
    tells_of: str = "",
    urgency: int | None = None,
    **report: Any,
) -> dict[str, Any]:
    """Receive a report as `receive_report` does; link it to the incident that the desk saw it tells of, or open one.

    A live report opens one where it is urgent at once; any other waits in the queue. Also answers with the `incident`,
    if there is one, and why it could not be linked to the one that was named (`refused`).
    """
    answer = receive_report(actor=actor, at=at, key=key, urgency=urgency, **report)
    return answer | _placed(answer, tells_of, urgency, actor, at)


@verb("triage.take_reports")
def take_reports(
    *, rows: Sequence[dict[str, Any]], actor: Actor, at: dt.datetime, key: str | None = None
) -> dict[str, Any]:
    """Receive many reports as `receive_reports` does, and open an incident of each new one that is urgent at once."""
    answer = receive_reports(rows=rows, actor=actor, at=at, key=key)
    new = Report.objects.filter(pk__in=answer["report_ids"]).select_related("category").order_by("pk")
    urgent = [{"reports": [(report.pk, at)]} for report in new if _opens(report, None)]
    opened = open_incidents(rows=urgent, actor=BY_ITSELF, at=at)["incidents"] if urgent else []
    return {**answer, "incidents": opened}


def _placed(
    answer: dict[str, Any], tells_of: str, urgency: int | None, actor: Actor, at: dt.datetime
) -> dict[str, Any]:
    report_id, refused = answer["report_id"], ""
    if answer["repeated"]:
        return {"incident": None, "refused": ""}
    if tells_of:
        try:
            link_report(number=tells_of, report_id=report_id, actor=actor, at=at)
            return {"incident": tells_of, "refused": ""}
        except Incident.DoesNotExist:
            refused = "closed_already"
        except Refused as error:  # closed while somebody spoke: the call is saved all the same
            refused = error.code
    report = Report.objects.select_related("category").get(pk=report_id)
    if not _opens(report, urgency):
        return {"incident": None, "refused": refused}
    opened = open_incident(report_id=report_id, urgency=urgency or 3, actor=BY_ITSELF, at=at)
    return {"incident": opened["incident"], "refused": refused}


def _opens(report: Report, urgency: int | None) -> bool:
    """Whether an incident is opened by saving: somebody has to go at once, and it is no history."""
    live = is_live(report.channel, report.validity, report.received_at, report.entered_at)
    return live and urgency_of(report, urgency) == AT_ONCE
