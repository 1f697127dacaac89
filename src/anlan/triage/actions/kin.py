"""One more report put to an incident, and with it what its reporter said before anybody sorted it."""

from __future__ import annotations

import datetime as dt

from anlan.core.people.actors import Actor
from anlan.core.refusals import Refused
from anlan.intake.actions import end_look
from anlan.intake.models import Report
from anlan.intake.queries.questions import raises_to
from anlan.intake.states import COUNTED
from anlan.triage import rules
from anlan.triage.actions.entries import bring_back, linked, locked
from anlan.triage.models import Incident, IncidentReport
from anlan.triage.moves import INCIDENTS
from anlan.triage.queries.followed import family_of, kin


def held_with(report_id: int) -> Incident | None:
    """Lock the incident that a report tells of, if any, and then the report: every verb takes them in this order."""
    known = _told_of(report_id)
    incident = locked(known) if known else None
    list(Report.objects.select_for_update().filter(pk=report_id).values_list("pk"))
    if _told_of(report_id) != known:  # somebody linked it, or took it away, while this waited
        raise Refused("no_such_move")
    return incident


def free_report(report_id: int) -> Report:
    """Return a report that tells of no incident yet; its row is the lock where two people link it at once.

    What came under the same tracking code comes along: it is locked too, in one order whichever of them is asked for.
    """
    family = Report.objects.filter(family_of(report_id)).order_by("pk")
    locks = family.select_for_update(of=("self",), no_key=True).select_related("category").in_bulk()
    if _told_of(report_id):
        raise Refused("report_tells_of_another", "report_id")
    return locks[report_id]


def put(incident: Incident, report: Report, actor: Actor, at: dt.datetime) -> None:
    """Link a report to an incident that is held under lock."""
    IncidentReport.objects.create(incident=incident, report=report, linked_at=at)
    place, counted, before = (report.lon, report.lat), reporters(incident), incident.urgency
    INCIDENTS.store([linked(incident, report.number, place, counted, at, raises_to(report))], actor)
    end_look([report.number], at)
    bring_back(incident, report.category.exclusion_gate or incident.urgency == rules.AT_ONCE < before, actor, at)


def take_along(incident: Incident, report: Report, actor: Actor, at: dt.datetime) -> None:
    """Put to an incident whatever came under the same tracking code and stood with nobody."""
    for other in kin(report):
        put(incident, other, actor, at)


def _told_of(report_id: int) -> str | None:
    links = IncidentReport.objects.filter(report_id=report_id, unlinked_at=None)
    return links.values_list("incident__number", flat=True).first()


def reporters(incident: Incident) -> int:
    """Return how many told of an incident: who adds to an own report is not one more."""
    links = incident.links.filter(unlinked_at=None, report__validity__in=COUNTED)
    return links.filter(report__addition=None).count()
