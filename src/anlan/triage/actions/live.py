"""What is said now reaches somebody: received, and linked, opened or left to the queue in the same transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from anlan.core.ledger.verbs import verb
from anlan.core.people.actors import Actor
from anlan.core.refusals import Refused
from anlan.intake.actions import receive_report, receive_reports
from anlan.intake.models import Report
from anlan.intake.states import COUNTED
from anlan.triage.actions.at_once import BY_ITSELF, open_at_once, opens
from anlan.triage.actions.bulk import open_incidents
from anlan.triage.actions.links import link_report
from anlan.triage.actions.together import take_together
from anlan.triage.models import Incident


@verb("triage.take_report", take_together)
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
    unsaid: dict[str, Any] = {"urgency": None, "answers": []}  # no part of an old key: it was not asked then
    report = {name: value for name, value in (report | {"urgency": urgency}).items() if unsaid.get(name, ()) != value}
    answer = receive_report(actor=actor, at=at, key=key, **report)
    return answer | _placed(answer, tells_of, urgency, actor, at)


@verb("triage.take_reports")
def take_reports(
    *, rows: Sequence[dict[str, Any]], actor: Actor, at: dt.datetime, key: str | None = None
) -> dict[str, Any]:
    """Receive many reports as `receive_reports` does, and open an incident of each new one that is urgent at once."""
    answer = receive_reports(rows=rows, actor=actor, at=at, key=key)
    new = Report.objects.filter(pk__in=answer["report_ids"]).select_related("category").order_by("pk")
    new = new.prefetch_related("later_answers__question")
    urgent = [{"reports": [(report.pk, at)]} for report in new if opens(report)]
    opened = open_incidents(rows=urgent, actor=BY_ITSELF, at=at)["incidents"] if urgent else []
    return {**answer, "incidents": opened}


def _placed(
    answer: dict[str, Any], tells_of: str, urgency: int | None, actor: Actor, at: dt.datetime
) -> dict[str, Any]:
    report_id, refused = answer["report_id"], ""
    if answer["repeated"]:
        return {"incident": None, "refused": ""}
    if tells_of and Report.objects.filter(pk=report_id, validity__in=COUNTED).exists():  # a misdial tells of nothing
        try:
            link_report(number=tells_of, report_id=report_id, actor=actor, at=at)
            return {"incident": tells_of, "refused": ""}
        except Incident.DoesNotExist:
            refused = "closed_already"
        except Refused as error:  # closed while somebody spoke: the call is saved all the same
            refused = error.code
    return {"incident": open_at_once(report_id, at, urgency) or None, "refused": refused}
