"""Who acts for a unit: the desk for every one, an officer for the own ones."""

from __future__ import annotations

from typing import Final

from anlan.core.people.actors import Actor, NotAllowed
from anlan.core.people.roles import Role
from anlan.dispatch.models import Assignment, Unit, UnitAccess, acted_for
from anlan.triage.access import DESK, MOVERS, is_desk, is_on_duty
from anlan.triage.models import OPEN, Incident

REVIEWERS: Final = (Role.DISPATCHER, Role.SUPERVISOR)
Work = dict[str, str | int]  # by what somebody has an incident in hand, as the entries name it
OVERSEERS: Final = (*DESK, Role.LEADER, Role.ANALYST, Role.AUDITOR)  # they see every unit


def require_of(actor: Actor, unit: Unit) -> None:
    """The desk may act for every unit, an officer for those of the log-in, else of the own organisation."""
    if actor.is_system or is_desk(actor) or Unit.objects.filter(acted_for(actor), pk=unit.pk).exists():
        return
    raise NotAllowed(f"{actor.name} does not act for {unit.code} of {unit.organisation.code}")


def is_crew(actor: Actor) -> bool:
    """Whether this log-in was given units: it is a crew's, and begins with its assignment."""
    officer = Role.OFFICER in actor.roles and not actor.roles.intersection(OVERSEERS)
    return officer and UnitAccess.objects.filter(person=actor.person_id).exists()


def require_crew_or_desk(actor: Actor, assignment: Assignment) -> None:
    """Refuse whoever is neither of the unit's organisation nor of the desk."""
    if not actor.is_system and not actor.roles.intersection(MOVERS):
        raise NotAllowed(f"{actor.name} is neither of the crew nor of the desk")
    require_of(actor, assignment.unit)


def may_stamp(assignment: Assignment, actor: Actor) -> bool:
    """Whether this person is of the crew's house or of the desk."""
    try:
        require_crew_or_desk(actor, assignment)
    except NotAllowed:
        return False
    return True


def is_reviewer(actor: Actor) -> bool:
    """Whether this person looks at what was done, and files it."""
    return bool(actor.roles.intersection(REVIEWERS))


def work_in_hand(incident: Incident, actor: Actor, assignment: int | None = None) -> Work | None:
    """Return by what somebody has an open incident in hand: the desk, a crew's house while it is out, the holder's.

    A crew's log-in has in hand what its units are at, and nothing else that the house holds.

    On an assignment's page it is that assignment or none; it ends with it.
    """
    if incident.state not in OPEN:
        return None
    if is_on_duty(actor):
        return {"incident": incident.number}
    if Role.OFFICER not in actor.roles:
        return None
    out = Assignment.objects.visible_to(actor).open().filter(incident=incident)
    own = out.filter(unit__organisation_id__in=actor.organisation_ids)
    crew = (own.filter(pk=assignment) if assignment else own).values_list("pk", flat=True).first()
    if crew is not None:
        return {"incident": incident.number, "assignment": crew}
    holds = incident.owner_id in actor.organisation_ids and not is_crew(actor)
    return {"incident": incident.number} if holds else None
