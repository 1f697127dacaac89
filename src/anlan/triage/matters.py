"""What triage has for somebody: incidents that the own organisation holds, with the arbiter, or let pass by others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db.models import Q, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from anlan.core.models import ClockRun
from anlan.core.people.actors import Actor
from anlan.core.time.rules import Counting
from anlan.core.web.matters import AHEAD, MOST, Matter, Press, presses, waits
from anlan.core.workflow.moves import Move
from anlan.intake.queries.callbacks import owed
from anlan.intake.words import label
from anlan.triage.access import ARBITERS, is_desk
from anlan.triage.models import Incident
from anlan.triage.moves import ASKS, INCIDENTS
from anlan.triage.offers import make_move, next_move
from anlan.triage.queries.followed import Objection, objections
from anlan.triage.states import State
from anlan.triage.words import objection_words, urgency_words

ROUTINE = 3


@waits("triage")
def matters(actor: Actor, at: dt.datetime) -> Iterator[Matter]:
    """Give the open incidents whose next step is this person's, with the clock that is due first."""
    runs = _first_due(actor, at)
    numbers = [subject.removeprefix("incident:") for subject in runs]
    found = list(_incidents(actor, numbers))
    said = objections(found)
    for incident in found:
        step, run = next_move(incident, actor, at), runs[incident.subject]
        if step or _is_let_pass(run, actor, at):
            url = reverse("triage:incident", args=[incident.number])
            note = _note(incident, said.get(incident.subject))
            yield Matter(incident.number, _title(incident), note, url, run.due_at, _words(step),
                         press=_press(step, incident) if step else None)  # fmt: skip
    yield from _call_backs(actor)


def _title(incident: Incident) -> str:
    """Return what it is, and how soon somebody has to go where that is not in its turn."""
    what = label(incident.category)
    return f"{what} · {urgency_words(incident.urgency)}" if incident.urgency < ROUTINE else what


def _note(incident: Incident, objection: Objection | None) -> str:
    note = _("Incident · %(number)s · %(state)s") % {
        "number": incident.number, "state": incident.get_state_display(),
    }  # fmt: skip
    return f"{note} · {objection_words(objection)}" if objection else note


def _is_let_pass(run: ClockRun, actor: Actor, at: dt.datetime) -> bool:
    """Whether minutes ran out that somebody else had: who looks, if not the supervisor?"""
    return bool(actor.roles & set(ARBITERS)) and run.rule.counting == Counting.HOURS and run.due_at <= at


def _words(step: Move | None) -> str:
    if step is None:  # of others, for whom it is late
        return _("See why it is late")
    return _("Send or hand over") if step.name == "hand_over" else str(step.label)


def _call_backs(actor: Actor) -> Iterator[Matter]:
    """Give the calls that somebody at the desk has to call back."""
    for report, run in owed(actor) if is_desk(actor) else ():
        url = reverse("intake:report_page", args=[report.number])
        note = _("Call · %(number)s") % {"number": report.number}
        yield Matter(report.number, label(report.category), note, url, run.due_at, _("Call back"))


@presses("triage")
def press(number: str, step: Press, actor: Actor, at: dt.datetime, key: str | None) -> None:
    """Make a move that asks for nothing, or take the last one back."""
    asks = step.move in ASKS or (step.move not in INCIDENTS.doors and step.move != "undo")
    if asks or not Incident.objects.visible_to(actor).filter(number=number).exists():
        raise Http404
    make_move(number, {"verb": step.move, "seen": step.seen, "key": key or ""}, actor, at)


def _press(step: Move, incident: Incident) -> Press | None:
    return None if step.name in ASKS else Press(step.name, incident.state, step.key)


def _first_due(actor: Actor, at: dt.datetime) -> dict[str, ClockRun]:
    """Return the running clocks of what may be this person's, the one due first of each matter."""
    own = Q(organisation__in=actor.organisation_ids)
    if actor.roles & set(ARBITERS):  # wherever they belong
        disputed = Incident.objects.visible_to(actor).filter(state=State.DISPUTED).order_by("opened_at")[:MOST]
        own |= Q(subject__in=[incident.subject for incident in disputed])
        own |= Q(rule__counting=Counting.HOURS, due_at__lte=at)
    due = ClockRun.objects.running().filter(own, subject__startswith="incident:", due_at__lte=at + AHEAD)
    due = due.select_related("rule")
    return {run.subject: run for run in reversed(due.order_by("due_at")[: MOST * 2])}


def _incidents(actor: Actor, numbers: list[str]) -> QuerySet[Incident]:
    found = Incident.objects.visible_to(actor).open().filter(number__in=numbers[:900])
    return found.select_related("category_at_call", "category_confirmed", "owner")
