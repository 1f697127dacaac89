"""What a reporter says of a matter with the tracking code: more of it, or that it is not put right."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from anlan.core.ledger.verbs import verb
from anlan.core.people.actors import Actor, NotAllowed, system
from anlan.core.refusals import Refused
from anlan.core.sealed.files import PhotoBytes
from anlan.core.time import deadlines
from anlan.core.time.deadlines import Timed
from anlan.intake.actions.tracking import FOR_THE_HOLDER, add_to_report
from anlan.intake.models import Report
from anlan.intake.queries.tracking import report_of_code
from anlan.intake.states import COUNTED
from anlan.triage import rules
from anlan.triage.actions.at_once import open_at_once
from anlan.triage.actions.entries import locked
from anlan.triage.actions.kin import put
from anlan.triage.models import Incident
from anlan.triage.moves import INCIDENTS, OBJECTS
from anlan.triage.queries.followed import current
from anlan.triage.queries.incidents import incident_of
from anlan.triage.queries.organisations import control_room, objection_days


@verb("triage.object")
def object_to(
    *,
    tracking_code: str,
    words: str = "",
    photos: Sequence[PhotoBytes] = (),
    actor: Actor,
    at: dt.datetime,
    key: str | None = None,
) -> dict[str, Any]:
    """Say that a matter is not put right: it is taken up again, and the control room decides within a clock.

    What is written with it becomes a report of its own. Over for too long, it is looked at anew instead; being dealt
    with, the words go to whoever deals with it.
    """
    first = report_of_code(tracking_code)
    if first is None:
        raise NotAllowed("no report has this tracking code")
    incident = _incident(first)
    if incident and rules.is_ended(incident.state):
        if not rules.may_reopen(incident.closed_at, at, objection_days()):
            return {"done": "again"} | _say(tracking_code, words, photos, actor, at, again=True)
        _reopen(incident, first, bool(words or photos), actor, at)
    if words or photos:
        _say(tracking_code, words, photos, actor, at, again=False)
    return {"done": "objected"}


def stand_with(first: Report, added: Report, at: dt.datetime) -> None:
    """Put what a reporter added to the incident of the first report, while somebody deals with it.

    Where nobody does, it waits to be sorted, or opens an incident of its own where somebody has to go at once.
    """
    followed = incident_of(current(first))
    incident = locked(followed.number) if followed else None
    if incident and not rules.is_ended(incident.state):
        put(incident, added, system(FOR_THE_HOLDER), at)
    else:
        open_at_once(added.pk, at)


def _incident(first: Report) -> Incident | None:
    """Return the incident that a reporter's matter is, held under lock; none where they said it anew already."""
    followed = current(first)
    found = incident_of(followed)
    if first.validity not in COUNTED or (found is None and followed == first):
        raise Refused("nothing_to_object")
    return locked(found.number) if found else None


def _reopen(incident: Incident, first: Report, with_words: bool, actor: Actor, at: dt.datetime) -> None:
    room = control_room()
    said = INCIDENTS.note("incident_objected", incident, at, report=first.number, words=with_words)
    INCIDENTS.store([said], actor)
    INCIDENTS.take("reopen", [incident], {"objected": True, "room": room}, actor=system(FOR_THE_HOLDER), at=at)
    deadlines.begin([Timed(incident.subject, at, OBJECTS, holder=room.pk)])


def _say(
    tracking_code: str, words: str, photos: Sequence[PhotoBytes], actor: Actor, at: dt.datetime, *, again: bool
) -> dict[str, Any]:
    return add_to_report(tracking_code=tracking_code, words=words, photos=photos, again=again, actor=actor, at=at)
