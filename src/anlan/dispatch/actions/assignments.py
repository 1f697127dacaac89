"""The verbs of dispatch: a unit is sent, stamps its way, is reassigned, and its work is reviewed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from anlan.core import ledger
from anlan.core.ledger.verbs import verb
from anlan.core.people.actors import Actor
from anlan.core.refusals import Refused
from anlan.core.time import clocks
from anlan.core.time.clock import stamp as written
from anlan.core.workflow.undo import together
from anlan.dispatch import rules
from anlan.dispatch.access import REVIEWERS, require_crew_or_desk, require_of
from anlan.dispatch.actions.undos import keeping, locked
from anlan.dispatch.models import Assignment, Milestone, Unit
from anlan.dispatch.queries.clocks import facts_of
from anlan.dispatch.queries.units import is_on_shift
from anlan.dispatch.rules import ENDED
from anlan.dispatch.states import Stamp
from anlan.triage import actions as triage
from anlan.triage.access import DESK, MOVERS, desk_for, require_holder
from anlan.triage.models import Incident
from anlan.triage.states import State


@verb("dispatch.dispatch_unit")
def dispatch_unit(*, number: str, unit: str, actor: Actor, at: dt.datetime, key: str | None = None) -> dict[str, Any]:
    """Send a unit to an incident; one that is elsewhere, off shift or closed is refused."""
    actor.require(*MOVERS)
    incident = Incident.objects.select_for_update().get(number=number)
    found = Unit.objects.select_for_update().filter(code=unit).first()
    if found is None:
        raise Refused("unknown_unit_code", "unit")
    require_of(actor, found)
    require_holder(actor, incident)
    busy = Assignment.objects.open().filter(unit=found).exists()
    rules.require_free(busy, is_on_shift(found, at), found.active)
    assignment = Assignment.objects.create(incident=incident, unit=found, dispatched_at=at)
    _first_stamps(assignment, at)
    with keeping(assignment, Stamp.DISPATCHED, actor, at):
        if incident.state != State.DISPATCHED:
            with together(assignment.subject):
                triage.send(number=number, actor=actor, at=at)
        _leave(Stamp.DISPATCHED, assignment, actor, at)
    return {"assignment": assignment.pk, "incident": number, "unit": unit}


@verb("dispatch.stamp")
def stamp(
    *,
    assignment: int,
    step: str,
    device_at: dt.datetime | None = None,
    actor: Actor,
    at: dt.datetime,
    key: str | None = None,
) -> dict[str, Any]:
    """Stamp a milestone: by the crew on its device, or by the desk for a crew on the radio."""
    found = locked(assignment)
    require_crew_or_desk(actor, found)
    if step not in rules.PLAIN:
        raise Refused("no_such_step", "step")
    _take(found, Stamp(step), actor, at, device_at)
    return {"assignment": found.pk, "state": found.state}


@verb("dispatch.resolve_on_scene")
def resolve_on_scene(
    *,
    assignment: int,
    disposal: str,
    device_at: dt.datetime | None = None,
    actor: Actor,
    at: dt.datetime,
    key: str | None = None,
) -> dict[str, Any]:
    """Say that the danger on the spot has ended. The incident is resolved when no other unit still works there."""
    found = locked(assignment)
    incident = found.incident
    require_crew_or_desk(actor, found)
    _take(found, Stamp.RESOLVED, actor, at, device_at)
    working = incident.assignments.exclude(state__in=[*ENDED, Stamp.RESOLVED, Stamp.FIELD_FEEDBACK]).exists()
    if not working and incident.state == State.DISPATCHED:
        with together(found.subject):
            triage.resolve(number=incident.number, disposal=disposal, actor=_for_holder(actor, incident), at=at)
    return {"assignment": found.pk, "state": found.state, "resolved": not working}


@verb("dispatch.ask_backup")
def ask_backup(
    *, assignment: int, device_at: dt.datetime | None = None, actor: Actor, at: dt.datetime, key: str | None = None
) -> dict[str, Any]:
    """Ask for a second unit; the desk sees it at once."""
    found = locked(assignment)
    require_crew_or_desk(actor, found)
    if found.state not in rules.OUT:
        raise Refused("no_such_step", "step")
    with keeping(found, Stamp.BACKUP_ASKED, actor, at):
        found.backup = True
        found.save(update_fields=["backup"])
        Milestone.objects.create(assignment=found, step=Stamp.BACKUP_ASKED, at=at, device_at=device_at)
        _leave(Stamp.BACKUP_ASKED, found, actor, at, device_at)
    return {"assignment": found.pk}


@verb("dispatch.reassign")
def reassign(*, assignment: int, unit: str, actor: Actor, at: dt.datetime, key: str | None = None) -> dict[str, Any]:
    """Send another unit in place of this one, which is free from now on."""
    actor.require(*DESK)
    found = locked(assignment)
    _take(found, Stamp.REASSIGNED, actor, at, None)
    with together(found.subject):
        return dispatch_unit(number=found.incident.number, unit=unit, actor=actor, at=at)


@verb("dispatch.review")
def review(*, assignment: int, actor: Actor, at: dt.datetime) -> dict[str, Any]:
    """Look at what was done, by somebody who was not there; then it can be archived."""
    actor.require(*REVIEWERS)
    found = locked(assignment)
    _take(found, Stamp.REVIEWED, actor, at, None)
    return {"assignment": found.pk, "state": found.state}


@verb("dispatch.archive")
def archive(*, assignment: int, actor: Actor, at: dt.datetime) -> dict[str, Any]:
    """File a reviewed assignment."""
    actor.require(*REVIEWERS)
    found = locked(assignment)
    _take(found, Stamp.ARCHIVED, actor, at, None)
    return {"assignment": found.pk, "state": found.state}


def _first_stamps(assignment: Assignment, at: dt.datetime) -> None:
    """Stamp what lies before the sending: when it was heard and when it was typed in."""
    link = assignment.incident.links.filter(unlinked_at=None).select_related("report").order_by("linked_at").first()
    heard = [(Stamp.RECEIVED, link.report.received_at), (Stamp.ENTERED, link.report.entered_at)] if link else []
    Milestone.objects.bulk_create(
        [Milestone(assignment=assignment, step=step, at=moment) for step, moment in [*heard, (Stamp.DISPATCHED, at)]]
    )


def _take(assignment: Assignment, step: Stamp, actor: Actor, at: dt.datetime, device_at: dt.datetime | None) -> None:
    """Take a step, if the table allows it, with its stamp and its entry."""
    rules.require_step(assignment.state, step)
    with keeping(assignment, step, actor, at):
        assignment.state = step
        if step in ENDED and assignment.ended_at is None:
            assignment.ended_at = at
        assignment.save(update_fields=["state", "ended_at"])
        Milestone.objects.create(assignment=assignment, step=step, at=at, device_at=device_at)
        _leave(step, assignment, actor, at, device_at)


def _leave(
    step: Stamp, assignment: Assignment, actor: Actor, at: dt.datetime, device_at: dt.datetime | None = None
) -> None:
    """Leave the entry, and let the clocks of this kind of unit hear it."""
    kind, unit = f"dispatch.unit_{step.value}", assignment.unit
    payload = {"assignment": assignment.pk, "unit": unit.code, "incident": assignment.incident.number}
    payload |= {"device_at": written(device_at)} if device_at else {}
    ledger.append(kind, actor=actor, at=at, subject=assignment.subject, payload=payload)
    clocks.heard(
        kind, subject=assignment.subject, at=at, holder=unit.organisation, facts=facts_of(assignment),
        still=rules.kinds_to_come(assignment.state),
    )  # fmt: skip


def _for_holder(actor: Actor, incident: Incident) -> Actor:
    """A crew's word resolves also what the control room holds: it sent the crew."""
    held = incident.owner_id in actor.organisation_ids
    return actor if actor.is_system or held else desk_for(actor, incident)
