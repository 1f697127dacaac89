"""One more report put to an incident, and with it what its reporter said before anybody sorted it."""

from __future__ import annotations

import datetime as dt

from anlan.core.people.actors import Actor
from anlan.intake.actions import end_look
from anlan.intake.models import Report
from anlan.intake.queries.questions import raises_to
from anlan.intake.states import COUNTED
from anlan.triage.actions.entries import linked
from anlan.triage.models import Incident, IncidentReport
from anlan.triage.moves import INCIDENTS
from anlan.triage.queries.followed import kin


def put(incident: Incident, report: Report, actor: Actor, at: dt.datetime) -> None:
    """Link a report to an incident that is held under lock."""
    IncidentReport.objects.create(incident=incident, report=report, linked_at=at)
    place, counted = (report.lon, report.lat), reporters(incident)
    INCIDENTS.store([linked(incident, report.number, place, counted, at, raises_to(report))], actor)
    end_look([report.number], at)


def take_along(incident: Incident, report: Report, actor: Actor, at: dt.datetime) -> None:
    """Put to an incident whatever came under the same tracking code and stood with nobody."""
    for other in kin(report):
        put(incident, other, actor, at)


def reporters(incident: Incident) -> int:
    """Return how many told of an incident: who adds to an own report is not one more."""
    links = incident.links.filter(unlinked_at=None, report__validity__in=COUNTED)
    return links.filter(report__addition=None).count()
