"""Which steps a task's page offers, each with its form and its key."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.prevention import actions
from anlan.prevention.forms.fields import ReasonForm, StepForm
from anlan.prevention.forms.tasks import EvidenceForm, ExtendForm, VerifyForm
from anlan.prevention.models import ExtensionRequest, Task
from anlan.prevention.offers.steps import Offer, Sent
from anlan.prevention.rules import TASK_MOVES
from anlan.prevention.states import TaskState

FORMS: dict[str, type[StepForm]] = {
    "add_evidence": EvidenceForm,
    "finish": StepForm,
    "verify": VerifyForm,
    "ask_extension": ExtendForm,
    "extend": ExtendForm,
    "refuse_extension": ReasonForm,
}
TASK_ACTS: dict[str, Callable[..., dict[str, Any]]] = {
    "add_evidence": lambda seen, **asked: actions.add_evidence(**asked),
    "finish": lambda seen, **asked: actions.finish_task(**asked),
    "verify": lambda seen, **asked: actions.verify(**asked),
    "ask_extension": lambda **asked: actions.ask_extension(**asked),
    "extend": lambda **asked: actions.extend(**asked),
    "refuse_extension": lambda seen, **asked: actions.refuse_extension(**asked),
}
ASIDE = {"ask_extension", "extend", "refuse_extension"}  # possible, and not what the page asks for


def task_form(verb: str, data: Any = None, files: Any = None, asked: ExtensionRequest | None = None) -> StepForm:
    """Return the form of a task's step, empty, as it was asked for, or as it was sent."""
    known = {"due_on": asked.due_on, "reason": asked.reason} if asked and verb == "extend" else None
    return FORMS[verb](data, files, auto_id=f"{verb}-%s", initial=known)


def task_offers(
    task: Task, actor: Actor, today: dt.date, asked: ExtensionRequest | None, sent: Sent = None
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
