"""What every verb of an incident does: it locks the row, and leaves an entry for the clocks of what is no move."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from anlan.core.people.actors import Actor
from anlan.core.workflow import Step
from anlan.intake.models import Category
from anlan.triage import rules
from anlan.triage.models import Incident
from anlan.triage.moves import ASKS, INCIDENTS
from anlan.triage.queries.organisations import control_room

Shape = Callable[[str, Mapping[str, Any]], dict[str, Any]]


def locked(number: str) -> Incident:
    """Return an incident with its row locked until the verb ends."""
    return Incident.objects.select_for_update().get(number=number)


def typed(move: str) -> Shape:
    """Return what a move's verb takes of its form: the number and what the move asks for."""
    return lambda number, asked: {"number": number, **{name: asked.get(name, "") for name in ASKS.get(move, ())}}


def opened(incident: Incident, report: str, at: dt.datetime) -> Step:
    """Note that an incident was opened by a report."""
    return INCIDENTS.note("incident_opened", incident, at, report=report, urgency=incident.urgency,
                          category=incident.category.code)  # fmt: skip


def linked(
    incident: Incident, report: str, place: rules.Place, counted: int, at: dt.datetime, answered: Iterable[int] = ()
) -> Step:
    """Note that one more report tells of it: many that count and its answers can raise it, and it can say where."""
    urgency = rules.raised(incident.urgency, counted, answered)
    lon, lat = rules.placed((incident.lon, incident.lat), place)
    fields = {"urgency": urgency, "lon": lon, "lat": lat}
    return INCIDENTS.note("incident_report_linked", incident, at, fields, report=report, urgency=urgency)


def bring_back(incident: Incident, danger: bool, actor: Actor, at: dt.datetime) -> None:
    """Take a matter back to the control room, where somebody can be sent, from whom cannot: danger was told of it."""
    if danger and INCIDENTS.may("bring_back", actor, incident, at):
        INCIDENTS.take("bring_back", [incident], {"room": control_room()}, actor=actor, at=at)


def confirmed(incident: Incident, category: Category, at: dt.datetime) -> Step:
    """Note what it really was, beside what was said at the call."""
    fields, at_call = {"category_confirmed": category, "kind": category.kind}, incident.category_at_call.code
    raised = {"urgency": rules.AT_ONCE} if category.urgent_at_least == rules.AT_ONCE < incident.urgency else {}
    return INCIDENTS.note("incident_category_confirmed", incident, at, fields | raised, category=category.code,
                          at_call=at_call, **raised)  # fmt: skip
