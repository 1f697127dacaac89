"""Taking back a sending or a stamp within seconds, with whatever it brought about."""

from __future__ import annotations

import datetime as dt
from contextlib import AbstractContextManager
from typing import Any, Final

from anlan.core import ledger
from anlan.core.ledger.verbs import verb
from anlan.core.models import Undo
from anlan.core.people.actors import Actor
from anlan.core.refusals import Refused
from anlan.core.workflow import undo as kept_acts
from anlan.dispatch.access import require_crew_or_desk
from anlan.dispatch.models import Assignment
from anlan.dispatch.states import Stamp
from anlan.triage.actions.entries import locked as locked_incident
from anlan.triage.models import Incident
from anlan.triage.moves import INCIDENTS, UNDO_S
from anlan.triage.states import State

CHANGED: Final = ["state", "ended_at", "backup"]


def keeping(assignment: Assignment, step: Stamp, actor: Actor, at: dt.datetime) -> AbstractContextManager[None]:
    """Keep what a step changes, so that whoever made it can take it back for some seconds."""
    before = kept_acts.columns_of(assignment, CHANGED)
    kind = f"dispatch.unit_{step.value}"
    return kept_acts.kept(assignment.subject, step.value, kind, UNDO_S, before, actor=actor, at=at)


@verb("dispatch.undo")
def undo(*, assignment: int, actor: Actor, at: dt.datetime) -> dict[str, Any]:
    """Take back one's own last step of an assignment: a stamp is as if it had not been, a unit that was sent is free.

    What the step did to the incident, or which unit was sent in its place, goes back with it.
    """
    found = locked(assignment)
    require_crew_or_desk(actor, found)
    kept = kept_acts.require_undoable(found.subject, actor, at)
    if found.incident.state == State.CLOSED:  # no unit goes back to what nobody looks at any more
        raise Refused("undo_overtaken")
    beside = kept_acts.going_with(kept)
    if kept.move == Stamp.DISPATCHED and beside and found.incident.assignments.open().exclude(pk=found.pk).exists():
        raise Refused("undo_overtaken")  # the incident stands as it does for the sake of the others too
    for consequence in beside:
        _with(consequence, actor, at)
    _back(found, kept, actor, at)
    return {"assignment": assignment, "incident": found.incident.number, "undone": kept.move}


def locked(pk: int) -> Assignment:
    """Return an assignment with its row locked until the verb ends, and before it its incident's, as a sending does.

    So of two that act on one incident at once the second sees what the first did, and neither waits for the other.
    """
    of = Assignment.objects.filter(pk=pk).values("incident")
    Incident.objects.select_for_update().filter(pk__in=of).first()
    rows = Assignment.objects.select_for_update(of=("self",)).filter(pk=pk)
    found = rows.select_related("unit__organisation", "incident__owner").first()
    if found is None:
        raise Refused("unknown_assignment", "assignment")
    return found


def _with(kept: Undo, actor: Actor, at: dt.datetime) -> None:
    kind, _, of = kept.entry.subject.partition(":")
    if kind == "incident":
        INCIDENTS.take_back(locked_incident(of), kept, actor=actor, at=at)
    else:
        _back(locked(int(of)), kept, actor, at)


def _back(assignment: Assignment, kept: Undo, actor: Actor, at: dt.datetime) -> None:
    """Set an assignment back, with its clocks and without the stamp; one that was only sent is gone."""
    after, subject, step, cause = assignment.state, assignment.subject, kept.move, kept.entry_id
    payload = {"assignment": assignment.pk, "unit": assignment.unit.code, "incident": assignment.incident.number}
    columns = kept_acts.give_back(kept, assignment)
    if step == Stamp.DISPATCHED:
        assignment.milestones.all().delete()
        assignment.delete()
    else:
        _require_still_free(assignment)
        assignment.milestones.filter(step=step).order_by("-pk")[0].delete()
        assignment.save(update_fields=columns)
    payload |= {"move": step, "from": after, "to": "" if step == Stamp.DISPATCHED else assignment.state}
    with ledger.caused_by(cause):
        ledger.append("dispatch.unit_undone", actor=actor, at=at, subject=subject, payload=payload)


def _require_still_free(assignment: Assignment) -> None:
    """Refuse to bring back to an incident a unit that was sent elsewhere since."""
    elsewhere = Assignment.objects.open().filter(unit=assignment.unit_id).exclude(pk=assignment.pk)
    if assignment.ended_at is None and elsewhere.exists():
        raise Refused("undo_overtaken")
