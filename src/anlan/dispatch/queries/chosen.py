"""The incident that the dispatcher has before the eyes: its crews, clocks, timeline, and the next move."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from anlan.core.models import ClockRun
from anlan.core.people.actors import Actor
from anlan.dispatch import rules
from anlan.dispatch.actions import may_stamp
from anlan.dispatch.models import Assignment
from anlan.dispatch.queries.clock_faces import Face, crew_faces, incident_faces
from anlan.dispatch.queries.units import Near, assignments_of, seen_of, units_near
from anlan.intake.models import Category
from anlan.intake.words import area_label
from anlan.triage import rules as triage_rules
from anlan.triage.models import Incident
from anlan.triage.queries.incidents import others
from anlan.triage.views.incidents import MOVERS, history, holds, may, opens


@dataclass(frozen=True)
class Step:
    """A move that one key makes: what it is called and what its form sends."""

    label: str
    fields: dict[str, str] = field(default_factory=dict)
    asks_disposal: bool = False


@dataclass(frozen=True)
class Crew:
    """One unit sent to the incident, its clocks, and its next stamp where this person may give it."""

    assignment: Assignment
    faces: list[Face]
    next: Step | None
    may_clear: bool
    seen: bool

    @property
    def ended(self) -> bool:
        """Whether it said that the danger on the spot has ended."""
        return any(stamp.step == rules.Step.RESOLVED for stamp in self.assignment.milestones.all())


@dataclass(frozen=True)
class Chosen:
    """Everything that the console shows of one incident."""

    incident: Incident
    crews: list[Crew]
    faces: list[Face]
    runs: list[ClockRun]
    near: list[Near]
    may: dict[str, bool]
    may_send: bool
    next: Step | None
    timeline: list[dict[str, Any]]
    opens: set[int]

    def context(self) -> dict[str, Any]:
        """Return it as the template's names, with what the moves' forms offer."""
        return vars(self) | {
            "organisations": others(self.incident),
            "disposals": Incident.Disposal.choices,
            "categories": Category.objects.filter(active=True),
            "links": [link for link in self.incident.links.all() if link.unlinked_at is None],
        }


def chosen(incident: Incident, actor: Actor, at: dt.datetime, kind: str) -> Chosen:
    """Gather what the console shows of an incident."""
    assignments = assignments_of(incident)
    faces = crew_faces(assignments, at)
    seen = seen_of(incident, actor)
    crews = [_crew(one, faces[one.pk], actor, one.pk in seen) for one in assignments]
    moves = may(incident, actor)
    takes_units = triage_rules.DISPATCHED in triage_rules.MOVES[incident.state]
    may_send = takes_units and bool(actor.roles.intersection(MOVERS)) and holds(incident, actor)
    near = units_near(incident, at, actor, kind) if incident.state != triage_rules.CLOSED else []
    own = incident_faces(incident, at)
    return Chosen(
        incident=incident,
        crews=sorted(crews, key=lambda one: one.assignment.ended_at is not None),
        faces=own,
        runs=[face.run for face in own if face.run and face.state == "running"],
        near=near,
        may=moves,
        may_send=may_send,
        next=_next(incident, crews, near if may_send else [], moves),
        timeline=_timeline(incident, assignments),
        opens=opens(incident, actor),
    )


def _crew(one: Assignment, faces: list[Face], actor: Actor, seen: bool) -> Crew:
    step, stamps = rules.next_step(one.state), one.ended_at is None and may_stamp(one, actor)
    label = f"{area_label(one.unit)}: {rules.Step(step).label}" if step else ""
    told = {"verb": "stamp", "assignment": str(one.pk), "step": str(step)}
    step_of = Step(label, told, asks_disposal=step == rules.Step.RESOLVED) if stamps and step else None
    return Crew(one, faces, step_of, stamps and one.state != rules.Step.FIELD_FEEDBACK, seen)


def _next(incident: Incident, crews: list[Crew], near: list[Near], moves: dict[str, bool]) -> Step | None:
    """Return the usual next move: sign for it, walk the crew that is out, resolve what one ended, send one, close."""
    if moves["sign_for"]:
        return Step(_("Sign for"), {"verb": "sign_for", "seen": incident.state})
    for crew in crews:
        if crew.next:
            return crew.next
    if incident.state == triage_rules.DISPATCHED and moves["resolve"] and any(crew.ended for crew in crews):
        return Step(_("Resolve"), {"verb": "resolve", "seen": incident.state}, asks_disposal=True)
    free = next((one for one in near if one.key and one.apart_m is not None), None)  # else it is nobody's guess
    if free:
        return Step(_("Send %(unit)s") % {"unit": area_label(free.unit)}, {"verb": "send", "unit": free.unit.code})
    if moves["close"] and incident.state == triage_rules.RESOLVED:
        return Step(_("Close the incident"), {"verb": "close", "seen": incident.state}, asks_disposal=True)
    return None


def _timeline(incident: Incident, assignments: list[Assignment]) -> list[dict[str, Any]]:
    """Return what happened to the incident and on the way of its crews, the latest first.

    At the same moment a crew is sent after the incident was opened, and ends the danger before it is resolved.
    """
    stamped = [
        {"what": f"{area_label(one.unit)}: {stamp.get_step_display()}", "at": stamp.at, "device_at": stamp.device_at}
        for one in assignments
        for stamp in one.milestones.all()
        if stamp.step not in {rules.Step.RECEIVED, rules.Step.ENTERED}
    ]
    after = {f"triage.incident_{what}" for what in ("resolved", "closed")}
    told = [*reversed(history(incident)), *stamped]
    told.sort(key=lambda one: (one["at"], 1 if "kind" not in one else 2 if one["kind"] in after else 0))
    return told[::-1]
