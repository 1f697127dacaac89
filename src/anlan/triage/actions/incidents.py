"""An incident from its opening to its close: category, urgency, a unit sent, resolved, closed, reopened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from anlan.core.city.areas import local_day
from anlan.core.ledger.verbs import verb
from anlan.core.people.actors import Actor
from anlan.core.refusals import Refused
from anlan.core.series import Series
from anlan.intake.actions import end_look
from anlan.intake.models import Category, Report
from anlan.intake.queries.questions import raises_to
from anlan.triage import rules
from anlan.triage.access import DESK, MOVERS, require_holder
from anlan.triage.actions.entries import bring_back, confirmed, locked, opened, typed
from anlan.triage.actions.kin import free_report, take_along
from anlan.triage.models import Incident, IncidentReport
from anlan.triage.moves import INCIDENTS
from anlan.triage.queries.organisations import control_room


@verb("triage.as_seen")
def as_seen(*, number: str, seen: str, act: Callable[[], Any], actor: Actor, at: dt.datetime) -> Any:
    """Make a move on an incident only while it stands as the page showed it: what was decided on is what is moved."""
    if refused := INCIDENTS.outdated(locked(number), seen):
        raise refused
    return act()


@verb("triage.open_incident")
def open_incident(
    *, report_id: int, urgency: int = 3, actor: Actor, at: dt.datetime, key: str | None = None
) -> dict[str, Any]:
    """Open an incident that a report tells of; the control room holds it first."""
    actor.require(*DESK)
    report = free_report(report_id)
    incident = Incident.objects.create(
        number=Series("E", local_day(at)).next(),
        kind=report.category.kind,
        category_at_call=report.category,
        urgency=urgency_of(report, urgency),
        owner=control_room(),
        lon=report.lon,
        lat=report.lat,
        opened_at=at,
    )
    IncidentReport.objects.create(incident=incident, report=report, linked_at=at)
    INCIDENTS.store([opened(incident, report.number, at)], actor)
    end_look([report.number], at)
    take_along(incident, report, actor, at)
    return {"incident": incident.number}


@verb("triage.confirm_category")
def confirm_category(*, number: str, category: str, actor: Actor, at: dt.datetime) -> dict[str, Any]:
    """Say what it really was; figures use this, and what was said at the call stays beside it."""
    incident = locked(number)
    require_holder(actor, incident)
    rules.require_open(incident.state)
    chosen = Category.objects.filter(code=category, active=True).first()
    if chosen is None:
        raise Refused("unknown_category_code", "category")
    INCIDENTS.store([confirmed(incident, chosen, at)], actor)
    bring_back(incident, chosen.exclusion_gate, actor, at)
    return {"incident": number, "category": category}


@verb("triage.set_urgency")
def set_urgency(*, number: str, urgency: int, actor: Actor, at: dt.datetime) -> dict[str, Any]:
    """Set how soon somebody has to go; at once it is the control room's again, from whom nobody can be sent."""
    actor.require(*DESK)
    incident = locked(number)
    rules.require_open(incident.state)
    danger = urgency == rules.AT_ONCE < incident.urgency
    fields = {"urgency": rules.require_urgency(urgency)}
    INCIDENTS.store([INCIDENTS.note("incident_urgency_set", incident, at, fields, urgency=urgency)], actor)
    bring_back(incident, danger, actor, at)
    return {"incident": number, "urgency": urgency}


@verb("triage.send")
def send(*, number: str, actor: Actor, at: dt.datetime) -> dict[str, Any]:
    """Note that a unit was sent; dispatch says which."""
    INCIDENTS.take("send", [locked(number)], actor=actor, at=at)
    return {"incident": number}


@INCIDENTS.door("resolve", typed("resolve"))
@verb("triage.resolve")
def resolve(*, number: str, disposal: str, actor: Actor, at: dt.datetime) -> dict[str, Any]:
    """Say that the matter itself is over: the danger gone, the water off, the parties heard. Not yet closed."""
    INCIDENTS.take("resolve", [locked(number)], {"disposal": disposal}, actor=actor, at=at)
    return {"incident": number}


@INCIDENTS.door("close", typed("close"))
@verb("triage.close_incident")
def close_incident(*, number: str, disposal: str = "", actor: Actor, at: dt.datetime) -> dict[str, Any]:
    """End the work, with the result that the reporter is told."""
    INCIDENTS.take("close", [locked(number)], {"disposal": disposal}, actor=actor, at=at)
    return {"incident": number}


@verb("triage.undo")
def undo(*, number: str, actor: Actor, at: dt.datetime) -> dict[str, Any]:
    """Take back one's own last move within its seconds: it stands as before, and its clocks run as if nothing was."""
    actor.require(*MOVERS)
    return {"incident": number, "undone": INCIDENTS.take_back(locked(number), actor=actor, at=at)}


@INCIDENTS.door("reopen", typed("reopen"))
@verb("triage.reopen")
def reopen(*, number: str, reason: str, actor: Actor, at: dt.datetime) -> dict[str, Any]:
    """Take it up again: it was not over. The control room holds it, and whose it is is asked anew."""
    values = {"reason": reason, "room": control_room()}
    INCIDENTS.take("reopen", [locked(number)], values, actor=actor, at=at)
    return {"incident": number}


def urgency_of(report: Report, urgency: int | None = None) -> int:
    """Return how urgent an incident of this report is; what was answered, and what the desk says, can raise it."""
    category = report.category
    return rules.urgency_at_call(urgency or 3, category.urgency, category.exclusion_gate, raises_to(report))
