"""What somebody did last and can still take back: the foot of the console and of a crew's page."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from anlan.core.models import Undo
from anlan.core.people.actors import Actor
from anlan.core.words import area_label
from anlan.core.workflow.moves import Words
from anlan.core.workflow.undo import last_of, undoable
from anlan.dispatch.models import Assignment
from anlan.dispatch.states import Stamp
from anlan.triage.moves import INCIDENTS


@dataclass(frozen=True)
class LastAct:
    """An act, of which incident, when, what a form sends that takes it back, and for how many seconds yet."""

    number: str
    words: Words
    at: dt.datetime
    fields: dict[str, str]
    left_s: int


def last_act(actor: Actor, at: dt.datetime) -> LastAct | None:
    """Return what somebody did last, to an incident or with a unit, while it can be taken back."""
    found = last_of(actor, at)
    of, _colon, which = found.entry.subject.partition(":") if found else ("", "", "")
    if found and of == "incident":
        made = INCIDENTS[found.move]
        return _act(found, which, made.label or made.only or "", {"verb": "undo"}, at)
    if found and of == "assignment":
        sent = Assignment.objects.select_related("unit", "incident").get(pk=int(which))
        return _of_unit(found, sent, at)
    return None


def last_step(assignment: Assignment, actor: Actor, at: dt.datetime) -> LastAct | None:
    """Return somebody's last stamp of one assignment, while it can be taken back; a sending is the desk's own."""
    found = undoable(assignment.subject, actor, at)
    return _of_unit(found, assignment, at) if found and found.move != Stamp.DISPATCHED else None


def _of_unit(found: Undo, sent: Assignment, at: dt.datetime) -> LastAct:
    unit = area_label(sent.unit)
    words = _("%(unit)s sent") if found.move == Stamp.DISPATCHED else f"%(unit)s: {Stamp(found.move).label}"
    fields = {"verb": "stamp", "assignment": str(sent.pk), "step": "undone"}
    return _act(found, sent.incident.number, words % {"unit": unit}, fields, at)


def _act(found: Undo, number: str, words: Words, fields: dict[str, str], at: dt.datetime) -> LastAct:
    left_s = int((found.until - at).total_seconds())
    return LastAct(number, words, dt.datetime.fromisoformat(found.entry.at), fields, left_s)
