"""Which reports tell of an incident: linked to it, taken away again, or made an incident of their own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from anlan.core.ledger.verbs import verb
from anlan.core.people.actors import Actor
from anlan.core.refusals import Refused
from anlan.intake.actions import await_again
from anlan.intake.models import Report
from anlan.triage import rules
from anlan.triage.access import DESK
from anlan.triage.actions.entries import locked
from anlan.triage.actions.incidents import open_incident
from anlan.triage.actions.kin import free_report, put, take_along
from anlan.triage.models import Incident, IncidentReport
from anlan.triage.moves import INCIDENTS
from anlan.triage.queries.live import is_untouched
from anlan.triage.states import Disposal


@verb("triage.link_report")
def link_report(*, number: str, report_id: int, actor: Actor, at: dt.datetime) -> dict[str, Any]:
    """Say that one more report tells of this incident: it can raise the urgency and say where, and hides nothing."""
    actor.require(*DESK)
    incident = locked(number)
    report = free_report(report_id)
    rules.require_unended(incident.state)
    put(incident, report, actor, at)
    take_along(incident, report, actor, at)
    return {"incident": number, "urgency": incident.urgency}


@verb("triage.unlink_report")
def unlink_report(*, number: str, report_id: int, actor: Actor, at: dt.datetime) -> dict[str, Any]:
    """Take a report away again; the row stays with its time, and the last report cannot go."""
    actor.require(*DESK)
    incident = locked(number)
    rules.require_part([report_id], _reports(incident))
    IncidentReport.objects.filter(incident=incident, report_id=report_id, unlinked_at=None).update(unlinked_at=at)
    report = Report.objects.get(pk=report_id)
    INCIDENTS.store([INCIDENTS.note("incident_report_unlinked", incident, at, report=report.number)], actor)
    await_again(report, at)
    return {"incident": number}


@verb("triage.split_incident")
def split_incident(
    *, number: str, report_ids: Sequence[int], actor: Actor, at: dt.datetime, key: str | None = None
) -> dict[str, Any]:
    """Make a second incident of some of the reports: they told of something else."""
    actor.require(*DESK)
    incident = locked(number)
    rules.require_part(report_ids, _reports(incident))
    IncidentReport.objects.filter(incident=incident, report_id__in=report_ids, unlinked_at=None).update(unlinked_at=at)
    first, *others = sorted(report_ids)
    second = open_incident(report_id=first, urgency=incident.urgency, actor=actor, at=at)["incident"]
    for report_id in others:
        link_report(number=second, report_id=report_id, actor=actor, at=at)
    INCIDENTS.store([INCIDENTS.note("incident_split", incident, at, into=second)], actor)
    return {"incident": number, "into": second}


@verb("triage.relink_report")
def relink_report(
    *, report_id: int, instead: str, number: str, actor: Actor, at: dt.datetime, key: str | None = None
) -> dict[str, Any]:
    """Put a report to another incident instead of the one that it opened, which ends as known already.

    Only while nothing was done with that one: nobody's work is closed by this.
    """
    actor.require(*DESK)
    opened_by_it = {incident.number: incident for incident in map(locked, sorted({instead, number}))}[instead]
    if instead == number or not is_untouched(opened_by_it) or _reports(opened_by_it) != [report_id]:
        raise Refused("worked_on_already")
    opened_by_it.links.filter(unlinked_at=None).update(unlinked_at=at)
    INCIDENTS.store([INCIDENTS.note("incident_report_relinked", opened_by_it, at, into=number)], actor)
    answer = link_report(number=number, report_id=report_id, actor=actor, at=at)
    INCIDENTS.take("close", [opened_by_it], {"disposal": Disposal.REPEAT_OF}, actor=actor, at=at)
    return answer


def _reports(incident: Incident) -> list[int]:
    return list(incident.links.filter(unlinked_at=None).values_list("report_id", flat=True))
