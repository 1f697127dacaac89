"""The verbs of dispatch: a unit is sent, stamps its way, is reassigned, and its work is reviewed."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any

from anlan.core import ledger
from anlan.core.ledger.verbs import verb
from anlan.core.people.actors import Actor, NotAllowed
from anlan.core.people.roles import Role
from anlan.core.time import clocks
from anlan.core.time.clock import stamp as written
from anlan.dispatch import rules
from anlan.dispatch.models import Assignment, Milestone, Shift, Unit
from anlan.dispatch.rules import ENDED, DispatchRefused, Step
from anlan.triage import actions as triage
from anlan.triage.actions import DESK
from anlan.triage.models import Incident

REVIEWS = (Role.DISPATCHER, Role.SUPERVISOR)
SHIFT_BEGAN = "dispatch.shift_began"


@verb("dispatch.dispatch_unit")
def dispatch_unit(*, number: str, unit: str, actor: Actor, at: dt.datetime, key: str | None = None) -> dict[str, Any]:
    """Send a unit to an incident; one that is elsewhere, off shift or closed is refused."""
    actor.require(*DESK, Role.OFFICER)
    incident = Incident.objects.select_for_update().get(number=number)
    one = Unit.objects.select_for_update().filter(code=unit).first()
    if one is None:
        raise DispatchRefused("unknown_unit")
    _require_of(actor, one)
    triage.require_holder(actor, incident)
    busy = Assignment.objects.open().filter(unit=one).exists()
    rules.require_free(busy, is_on_shift(one, at), one.active)
    if incident.state != Incident.State.DISPATCHED:
        triage.send(number=number, actor=actor, at=at)
    assignment = Assignment.objects.create(incident=incident, unit=one, dispatched_at=at)
    _first_stamps(assignment, at)
    _leave(Step.DISPATCHED, assignment, actor, at)
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
    one = _locked(assignment)
    require_crew_or_desk(actor, one)
    if step not in rules.CREW or step in {Step.RESOLVED, Step.BACKUP_ASKED}:
        raise DispatchRefused("no_such_step")
    _take(one, Step(step), actor, at, device_at)
    return {"assignment": one.pk, "state": one.state}


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
    one = _locked(assignment)
    require_crew_or_desk(actor, one)
    _take(one, Step.RESOLVED, actor, at, device_at)
    Incident.objects.select_for_update().get(pk=one.incident_id)  # of two crews that end at once one sees the other
    working = one.incident.assignments.exclude(state__in=[*ENDED, Step.RESOLVED, Step.FIELD_FEEDBACK]).exists()
    if not working and one.incident.state == Incident.State.DISPATCHED:
        triage.resolve(number=one.incident.number, disposal=disposal, actor=_holder(actor, one), at=at)
    return {"assignment": one.pk, "state": one.state, "resolved": not working}


@verb("dispatch.ask_backup")
def ask_backup(
    *, assignment: int, device_at: dt.datetime | None = None, actor: Actor, at: dt.datetime, key: str | None = None
) -> dict[str, Any]:
    """Ask for a second unit; the desk sees it at once."""
    one = _locked(assignment)
    require_crew_or_desk(actor, one)
    if one.state not in rules.OUT:
        raise DispatchRefused("no_such_step")
    one.backup = True
    one.save(update_fields=["backup"])
    Milestone.objects.create(assignment=one, step=Step.BACKUP_ASKED, at=at, device_at=device_at)
    _leave(Step.BACKUP_ASKED, one, actor, at, device_at)
    return {"assignment": one.pk}


@verb("dispatch.reassign")
def reassign(*, assignment: int, unit: str, actor: Actor, at: dt.datetime, key: str | None = None) -> dict[str, Any]:
    """Send another unit in place of this one, which is free from now on."""
    actor.require(*DESK)
    one = _locked(assignment)
    _take(one, Step.REASSIGNED, actor, at, None)
    return dispatch_unit(number=one.incident.number, unit=unit, actor=actor, at=at)


@verb("dispatch.review")
def review(*, assignment: int, actor: Actor, at: dt.datetime) -> dict[str, Any]:
    """Look at what was done, by somebody who was not there; then it can be archived."""
    actor.require(*REVIEWS)
    one = _locked(assignment)
    _take(one, Step.REVIEWED, actor, at, None)
    return {"assignment": one.pk, "state": one.state}


@verb("dispatch.archive")
def archive(*, assignment: int, actor: Actor, at: dt.datetime) -> dict[str, Any]:
    """File a reviewed assignment."""
    actor.require(*REVIEWS)
    one = _locked(assignment)
    _take(one, Step.ARCHIVED, actor, at, None)
    return {"assignment": one.pk, "state": one.state}


@verb("dispatch.begin_shift")
def begin_shift(
    *,
    unit: str,
    begins_at: dt.datetime,
    ends_at: dt.datetime,
    people: int,
    actor: Actor,
    at: dt.datetime,
    key: str | None = None,
) -> dict[str, Any]:
    """Put a unit on duty; the same shift again is one shift, and no two of a unit overlap."""
    actor.require(*DESK, Role.OFFICER)
    found = Unit.objects.select_for_update().select_related("organisation").filter(code=unit, active=True).first()
    one = require_shift(found, begins_at, ends_at, people, actor)
    told: dict[str, Any] = {"begins_at": begins_at, "ends_at": ends_at, "people": people}
    shift = one.shifts.filter(**told).first()
    if shift is None:
        rules.require_apart([(begins_at, ends_at), *one.shifts.values_list("begins_at", "ends_at")])
        shift = Shift.objects.create(unit=one, **told)
        ledger.append(SHIFT_BEGAN, actor=actor, at=at, subject=f"unit:{unit}", payload=shift_told(**told))
    return {"unit": unit, "shift": shift.pk}


def require_shift(unit: Unit | None, begins_at: dt.datetime, ends_at: dt.datetime, people: int, actor: Actor) -> Unit:
    """Return the unit that a shift is of, or refuse a shift that cannot be."""
    if unit is None:
        raise DispatchRefused("unknown_unit")
    _require_of(actor, unit)
    if ends_at <= begins_at or not 0 < people < 1000:
        raise DispatchRefused("shift_impossible")
    return unit


def shift_told(begins_at: dt.datetime, ends_at: dt.datetime, people: int) -> dict[str, Any]:
    """Return what a shift's entry says."""
    return {"begins_at": written(begins_at), "ends_at": written(ends_at), "people": people}


def is_on_shift(unit: Unit, at: dt.datetime) -> bool:
    """Whether a unit is on duty; one for which no shift was ever written is always."""
    on_duty = unit.shifts.filter(begins_at__lte=at, ends_at__gt=at).exists()
    return on_duty or not unit.shifts.exists()


def _first_stamps(assignment: Assignment, at: dt.datetime) -> None:
    """Stamp what lies before the sending: when it was heard and when it was typed in."""
    link = assignment.incident.links.filter(unlinked_at=None).select_related("report").order_by("linked_at").first()
    rows = [(Step.RECEIVED, link.report.received_at), (Step.ENTERED, link.report.entered_at)] if link else []
    Milestone.objects.bulk_create(
        [Milestone(assignment=assignment, step=step, at=moment) for step, moment in [*rows, (Step.DISPATCHED, at)]]
    )


def _take(one: Assignment, step: Step, actor: Actor, at: dt.datetime, device_at: dt.datetime | None) -> None:
    rules.require_step(one.state, step)
    one.state = step
    if step in ENDED and one.ended_at is None:
        one.ended_at = at
    one.save(update_fields=["state", "ended_at"])
    Milestone.objects.create(assignment=one, step=step, at=at, device_at=device_at)
    _leave(step, one, actor, at, device_at)


def _leave(step: Step, one: Assignment, actor: Actor, at: dt.datetime, device_at: dt.datetime | None = None) -> None:
    """Leave the entry, and let the clocks of this kind of unit hear it."""
    kind = f"dispatch.unit_{step.value}"
    told = {"assignment": one.pk, "unit": one.unit.code, "incident": one.incident.number}
    told |= {"device_at": written(device_at)} if device_at else {}
    ledger.append(kind, actor=actor, at=at, subject=one.subject, payload=told)
    clocks.heard(
        kind, subject=one.subject, at=at, holder=one.unit.organisation, facts=facts_of(one),
        still=kinds_to_come(one.state),
    )  # fmt: skip


@cache
def kinds_to_come(state: str) -> frozenset[str]:
    """Return the kinds of entries that an assignment in this state can leave yet."""
    return frozenset(f"dispatch.unit_{step}" for step in rules.still_to_come(state))


def facts_of(one: Assignment) -> dict[str, str | None]:
    """Return what the scopes of clocks may ask for."""
    return triage.facts(one.incident) | {"unit_kind": one.unit.kind}


def _locked(pk: int) -> Assignment:
    found = Assignment.objects.select_for_update(of=("self",)).filter(pk=pk)
    one = found.select_related("unit__organisation", "incident__owner").first()
    if one is None:
        raise DispatchRefused("unknown_assignment")
    return one


def require_crew_or_desk(actor: Actor, one: Assignment) -> None:
    """Refuse whoever is neither of the unit's organisation nor of the desk."""
    if not actor.is_system and not actor.roles & {*DESK, Role.OFFICER}:
        raise NotAllowed(f"{actor.name} is neither of the crew nor of the desk")
    _require_of(actor, one.unit)


def may_stamp(one: Assignment, actor: Actor) -> bool:
    """Whether this person is of the crew's house or of the desk."""
    try:
        require_crew_or_desk(actor, one)
    except NotAllowed:
        return False
    return True


def _require_of(actor: Actor, unit: Unit) -> None:
    """The desk may act for every unit, an officer for those of the own organisation."""
    if actor.is_system or actor.roles.intersection(DESK) or unit.organisation_id in actor.organisation_ids:
        return
    raise NotAllowed(f"{actor.name} is not of {unit.organisation.code}, whose unit {unit.code} is")


def _holder(actor: Actor, one: Assignment) -> Actor:
    """A crew's word resolves also what the control room holds: it sent the crew."""
    held = one.incident.owner_id in actor.organisation_ids
    return actor if actor.is_system or held else triage.desk_for(actor, one.incident)
