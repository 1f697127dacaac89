"""Which steps a task's page offers to whom, and what has happened to the task."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from anlan.core.actors import Actor
from anlan.core.roles import Role
from anlan.prevention import actions
from anlan.prevention.forms import EvidenceForm, ExtendForm, StepForm, VerifyForm
from anlan.prevention.models import Task
from anlan.prevention.offering import Offer
from anlan.prevention.reading import by_whom
from anlan.prevention.rules import TASK_MOVES, TaskState

FORMS: dict[str, type[StepForm]] = {
    "add_evidence": EvidenceForm,
    "finish": StepForm,
    "verify": VerifyForm,
    "extend": ExtendForm,
}
TASK_ACTS: dict[str, Callable[..., dict[str, Any]]] = {
    "add_evidence": lambda seen, **told: actions.add_evidence(**told),
    "finish": lambda seen, **told: actions.finish_task(**told),
    "verify": lambda seen, **told: actions.verify(**told),
    "extend": lambda **told: actions.extend(**told),
}


def task_form(verb: str, data: Any = None, files: Any = None) -> StepForm:
    """Return the form of a task's step, empty or as it was sent."""
    return FORMS[verb](data, files, auto_id=f"{verb}-%s")


def task_offers(task: Task, actor: Actor, today: dt.date, sent: tuple[str, StepForm] | None = None) -> list[Offer]:
    """Return the steps that this person can take with a task now; a refused one stays, open, as typed."""
    words = {"verify": (_("Verify"), "v"), "add_evidence": (_("Add evidence"), "e"), "finish": (_("Works done"), "f"),
             "extend": (_("Extend"), "x")}  # fmt: skip
    found: list[Offer] = []
    for verb, (button, key) in words.items():
        again = sent[1] if sent and sent[0] == verb else None
        if again is not None or may_take(verb, task, actor, today):
            opened = again is not None or (sent is None and verb == "verify")
            form = again if again is not None else task_form(verb)
            found.append(Offer(verb, button, key, form, opened, not found and verb != "extend"))
    return found


def may_take(verb: str, task: Task, actor: Actor, today: dt.date) -> bool:
    """Whether a step of a task is this person's, as things stand."""
    own, moves = task.organisation_id in actor.organisation_ids, TASK_MOVES[task.state]
    led = task.problem.lead_id in actor.organisation_ids
    officer = own and Role.OFFICER in actor.roles and task.organisation.active
    verifier = Role.VERIFIER in actor.roles
    waits = task.state in {TaskState.OPEN, TaskState.REFUSED}
    return {
        "add_evidence": (officer or verifier) and task.state != TaskState.PASSED,
        "finish": officer and "finish" in moves,
        "verify": verifier and "pass" in moves and not own and not led and actor.name != task.finished_by,
        "extend": Role.SUPERVISOR in actor.roles and waits and not own and today <= task.due_on,
    }[verb]


@dataclass(frozen=True)
class Event:
    """One line of a task's history: when, what, by which organisation, in which words, and its mark."""

    at: dt.datetime
    what: str
    by: str = ""
    words: str = ""
    mark: str = "done"


def history_of(task: Task) -> list[Event]:
    """Return what has happened to a task and its problem, the newest first."""
    told = [Event(row.at, row.get_after_display(), by_whom(row.organisation), row.words)
            for row in task.problem.moves.select_related("organisation")]  # fmt: skip
    told += [
        Event(row.verified_at, _("Passed") if row.passed else _("Refused"), by_whom(row.by), row.words,
              "done" if row.passed else "late")
        for row in task.results.select_related("by")
    ]  # fmt: skip
    told += [Event(row.at, _("Extended from %(before)s to %(after)s") % {"before": row.before, "after": row.after},
                   by_whom(row.by), row.reason) for row in task.extensions.select_related("by")]  # fmt: skip
    told += [Event(row.at, row.get_step_display(), by_whom(row.organisation), mark="late")
             for row in task.escalations.select_related("organisation")]  # fmt: skip
    if task.finished_at:
        told.append(Event(task.finished_at, _("Works done"), by_whom(task.organisation)))
    return sorted(told, key=lambda event: event.at, reverse=True)
