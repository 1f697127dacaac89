"""The incident that the dispatcher has before the eyes: its crews, clocks, timeline, and the next move."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from anlan.core.models import ClockRun
from anlan.core.people.actors import Actor
from anlan.core.words import area_label
from anlan.core.workflow.moves import Words
from anlan.dispatch import rules
from anlan.dispatch.access import may_stamp
from anlan.dispatch.models import Assignment, Unit
from anlan.dispatch.queries.assignments import assignments_of, seen_of
from anlan.dispatch.queries.clocks import Face, faces_of
from anlan.dispatch.queries.units import Near, units_near
from anlan.dispatch.states import Stamp
from anlan.dispatch.words import act
from anlan.triage import rules as triage_rules
from anlan.triage.forms import Field, Form, Sent, at_field, disposal_of, forms_of
from anlan.triage.models import Incident
from anlan.triage.moves import ASKS, INCIDENTS
from anlan.triage.offers import may, takes_units
from anlan.triage.queries.history import history
from anlan.triage.queries.incidents import reports_open_to


@dataclass(frozen=True)
class NextMove:
    """A move that one key makes: what it is called and what its form sends."""

    label: Words
    fields: dict[str, str] = field(default_factory=dict)
    disposal: Field | None = None  # what came of it, where that is asked

    def takes(self, sent: Sent | None) -> bool:
        """Whether this is what was sent."""
        return sent is not None and all(sent.posted.get(name) == value for name, value in self.fields.items())


@dataclass(frozen=True)
class Crew:
    """One unit sent to the incident, its clocks, and its next stamp where this person may give it."""

    assignment: Assignment
    faces: list[Face]
    next: NextMove | None
    may_clear: bool
    seen: bool

    @property
    def ended(self) -> bool:
        """Whether it said that the danger on the spot has ended."""
        return any(stamp.step == Stamp.RESOLVED for stamp in self.assignment.milestones.all())


@dataclass(frozen=True)
class Chosen:
    """Everything that the console shows of one incident."""

    incident: Incident
    crews: list[Crew]
    faces: list[Face]
    runs: list[ClockRun]
    near: list[Near]
    may: dict[str, Any]
    may_send: bool
    next: NextMove | None
    forms: list[Form]
    timeline: list[dict[str, Any]]
    opens: set[int]

    @property
    def at_field(self) -> bool:
        """Whether a field says why what was sent was refused."""
        return at_field(self.forms) or bool(self.next and self.next.disposal and self.next.disposal.wrong)

    def context(self) -> dict[str, Any]:
        """Return it as the template's names."""
        return vars(self) | {
            "moves_open": at_field(self.forms),
            "links": [link for link in self.incident.links.all() if link.unlinked_at is None],
        }


def chosen(
    incident: Incident, actor: Actor, at: dt.datetime, kind: str, kept: Sequence[str] = (), sent: Sent | None = None
) -> Chosen:
    """Gather what the console shows of an incident, with the keys that units were given, and of a form refused."""
    assignments = assignments_of(incident)
    own, faces = faces_of(incident, assignments, at)
    seen = seen_of(assignments, actor)
    crews = [_crew(each, faces[each.pk], actor, each.pk in seen, sent) for each in assignments]
    moves, may_send = may(incident, actor, at), takes_units(incident, actor, at)
    near = units_near(incident, at, actor, kind, kept) if incident.state != triage_rules.CLOSED else []
    usual = _next(incident, crews, near if may_send else [], moves, sent)
    here = usual is not None and usual.takes(sent)
    return Chosen(
        incident=incident,
        crews=sorted(crews, key=lambda crew: crew.assignment.ended_at is not None),
        faces=own,
        runs=[face.run for face in own if face.run and face.state == "running"],
        near=near,
        may=moves,
        may_send=may_send,
        next=usual,
        forms=forms_of(incident, moves, None if here else sent),  # the foot holds the undo
        timeline=_timeline(incident, assignments),
        opens=reports_open_to(incident, actor),
    )


def _crew(assignment: Assignment, faces: list[Face], actor: Actor, seen: bool, sent: Sent | None) -> Crew:
    step = rules.next_step(assignment.state)
    stamps = assignment.ended_at is None and may_stamp(assignment, actor)
    label = f"{area_label(assignment.unit)}: {act(step)}" if step else ""
    fields = {"verb": "stamp", "assignment": str(assignment.pk), "step": str(step)}
    asks = assignment.incident if step == Stamp.RESOLVED else None
    next_step = _asking(label, fields, asks, sent) if stamps and step else None
    return Crew(assignment, faces, next_step, stamps and assignment.state != Stamp.FIELD_FEEDBACK, seen)


def _next(
    incident: Incident, crews: list[Crew], near: list[Near], moves: dict[str, Any], sent: Sent | None
) -> NextMove | None:
    """Return the usual next move: sign for it, walk the crew that is out, resolve what one ended, send one, close."""
    if moves["sign_for"]:
        return _made("sign_for", incident)
    free = next((unit for unit in near if unit.key and unit.apart_m is not None), None)  # else it is nobody's guess
    if free and sent and sent.field == "unit":  # the one that was chosen could not go
        return _send(free.unit, incident)
    for crew in crews:
        if crew.next:
            return crew.next
    if incident.state == triage_rules.DISPATCHED and moves["resolve"] and any(crew.ended for crew in crews):
        return _made("resolve", incident, sent)
    if free:
        return _send(free.unit, incident)
    if moves["close"] and incident.state == triage_rules.RESOLVED:
        return _made("close", incident, sent)
    return None


def _send(unit: Unit, incident: Incident) -> NextMove:
    fields = {"verb": "send", "unit": unit.code, "seen": incident.state}
    return NextMove(_("Send %(unit)s") % {"unit": area_label(unit)}, fields)


def _made(name: str, incident: Incident, sent: Sent | None = None) -> NextMove:
    """Return a move of the life cycle as the next one."""
    fields = {"verb": name, "seen": incident.state}
    return _asking(INCIDENTS[name].label, fields, incident if "disposal" in ASKS.get(name, ()) else None, sent)


def _asking(label: Words, fields: dict[str, str], incident: Incident | None, sent: Sent | None) -> NextMove:
    """Return a move that asks what came of an incident; what was sent with it is shown again."""
    if incident is None:
        return NextMove(label, fields)
    again = sent if NextMove(label, fields).takes(sent) else None
    return NextMove(label, fields, disposal_of(incident, again))


def _timeline(incident: Incident, assignments: list[Assignment]) -> list[dict[str, Any]]:
    """Return what happened to the incident and on the way of its crews, the latest first.

    At the same moment a crew is sent after the incident was opened, and ends the danger before it is resolved.
    """
    stamped = [
        {
            "what": f"{area_label(assignment.unit)}: {stamp.get_step_display()}",
            "at": stamp.at,
            "device_at": stamp.device_at,
        }
        for assignment in assignments
        for stamp in assignment.milestones.all()
        if stamp.step not in {Stamp.RECEIVED, Stamp.ENTERED}
    ]
    after = {f"triage.incident_{what}" for what in ("resolved", "closed")}
    events = [*reversed(history(incident)), *stamped]
    events.sort(key=lambda event: (event["at"], 1 if "kind" not in event else 2 if event["kind"] in after else 0))
    return events[::-1]
