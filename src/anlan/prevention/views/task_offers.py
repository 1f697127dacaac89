"""Which steps a task's page offers to whom, and what has happened to the task."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.prevention import actions
from anlan.prevention.forms.steps import EvidenceForm, ExtendForm, ReasonForm, StepForm, VerifyForm
from anlan.prevention.models import ExtensionRequest, Task
from anlan.prevention.queries.problems import by_whom
from anlan.prevention.rules import TASK_MOVES, TaskState
from anlan.prevention.views.offers import Offer

FORMS: dict[str, type[StepForm]] = {
    "add_evidence": EvidenceForm,
    "finish": StepForm,
    "verify": VerifyForm,
    "ask_extension": ExtendForm,
    "extend": ExtendForm,
    "refuse_extension": ReasonForm,
}
TASK_ACTS: dict[str, Callable[..., dict[str, Any]]] = {
    "add_evidence": lambda seen, **told: actions.add_evidence(**told),
    "finish": lambda seen, **told: actions.finish_task(**told),
    "verify": lambda seen, **told: actions.verify(**told),
    "ask_extension": lambda **told: actions.ask_extension(**told),
    "extend": lambda **told: actions.extend(**told),
    "refuse_extension": lambda seen, **told: actions.refuse_extension(**told),
}
ASIDE = {"ask_extension", "extend", "refuse_extension"}  # possible, and not what the page asks for


def task_form(verb: str, data: Any = None, files: Any = None, asked: ExtensionRequest | None = None) -> StepForm:
    """Return the form of a task's step, empty, as it was asked for, or as it was sent."""
    known = {"due_on": asked.due_on, "reason": asked.reason} if asked and verb == "extend" else None
    return FORMS[verb](data, files, auto_id=f"{verb}-%s", initial=known)


def task_offers(
    task: Task, actor: Actor, today: dt.date, asked: ExtensionRequest | None, sent: tuple[str, StepForm] | None = None
) -> list[Offer]:
    """Return the steps that this person can take with a task now; a refused one stays, open, as typed."""
    words = {"verify": (_("Verify"), "v"), "add_evidence": (_("Add evidence"), "e"), "finish": (_("Works done"), "f"),
             "ask_extension": (_("Ask for an extension"), "a"), "extend": (_("Extend"), "x"),
             "refuse_extension": (_("Refuse the extension"), "r")}  # fmt: skip
    found: list[Offer] = []
    for verb, (button, key) in words.items():
        again = sent[1] if sent and sent[0] == verb else None
        if again is not None or may_take(verb, task, actor, today, asked):
            opened = again is not None or (sent is None and verb == "verify")
            form = again if again is not None else task_form(verb, asked=asked)
            likely = not found and (verb not in ASIDE or (asked is not None and verb == "extend"))
            found.append(Offer(verb, button, key, form, opened, likely))
    return found


def may_take(verb: str, task: Task, actor: Actor, today: dt.date, asked: ExtensionRequest | None) -> bool:
    """Whether a step of a task is this person's, as things stand."""
    own, moves = task.organisation_id in actor.organisation_ids, TASK_MOVES[task.state]
    led = task.problem.lead_id in actor.organisation_ids
    officer = own and Role.OFFICER in actor.roles and task.organisation.active
    verifier = Role.VERIFIER in actor.roles
    waits, in_time = task.state in {TaskState.OPEN, TaskState.REFUSED}, today <= task.due_on
    grants = Role.SUPERVISOR in actor.roles and waits and not own
    return {
        "add_evidence": (officer or verifier) and task.state != TaskState.PASSED,
        "finish": officer and "finish" in moves,
        "verify": verifier and "pass" in moves and not own and not led and actor.name != task.finished_by,
        "ask_extension": officer and waits and not asked and in_time,
        "extend": grants and (in_time or asked is not None),
        "refuse_extension": grants and asked is not None,
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
    told += [event for row in task.requests.select_related("by", "answered_by") for event in _of_request(row)]
    told += [Event(row.at, row.get_step_display(), by_whom(row.organisation), mark="late")
             for row in task.escalations.select_related("organisation")]  # fmt: skip
    if task.finished_at:
        told.append(Event(task.finished_at, _("Works done"), by_whom(task.organisation)))
    return sorted(told, key=lambda event: event.at, reverse=True)


def _of_request(row: ExtensionRequest) -> list[Event]:
    """Return that an extension was asked for, and that it was refused; a granted one is told by the extension."""
    asked = _("Extension until %(day)s asked for") % {"day": row.due_on}
    told = [Event(row.at, asked, by_whom(row.by), row.reason, "now")]
    if row.answer == ExtensionRequest.Answer.REFUSED and row.answered_at:
        told.append(Event(row.answered_at, _("Extension refused"), by_whom(row.answered_by), row.words, "late"))
    return told
