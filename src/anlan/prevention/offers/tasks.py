"""Which steps a task's page offers: its moves, and the acts that change no state."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from anlan.core.city.areas import local_day
from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.core.workflow.moves import Move, Words
from anlan.prevention import actions
from anlan.prevention.forms.fields import ReasonForm, StepForm
from anlan.prevention.forms.tasks import EvidenceForm, ExtendForm
from anlan.prevention.models import ExtensionRequest, Task
from anlan.prevention.moves import DOER, TASKS
from anlan.prevention.offers.steps import Offer, Sent, shown
from anlan.prevention.states import TaskState

Asked = ExtensionRequest | None


@dataclass(frozen=True)
class Act:
    """Something done with a task that changes no state: whose it is, its form, its words, its verb."""

    name: str
    label: Words
    key: str
    form: type[StepForm]
    whose: Words
    may: Callable[[Task, Actor, dt.date, Asked], bool]
    press: Callable[..., Any]  # takes the task's number, what the page showed, what was typed, and who
    aside: bool = False
    opens: bool = False


def _proves(task: Task, actor: Actor, today: dt.date, asked: Asked) -> bool:
    return task.state != TaskState.PASSED and (_does(task, actor) or Role.VERIFIER in actor.roles)


def _asks(task: Task, actor: Actor, today: dt.date, asked: Asked) -> bool:
    return _does(task, actor) and _waits(task) and not asked and today <= task.due_on


def _extends(task: Task, actor: Actor, today: dt.date, asked: Asked) -> bool:
    return _grants(task, actor) and (today <= task.due_on or asked is not None)


def _refuses(task: Task, actor: Actor, today: dt.date, asked: Asked) -> bool:
    return _grants(task, actor) and asked is not None


def _does(task: Task, actor: Actor) -> bool:
    return DOER(actor, task) is None and task.organisation.active


def _waits(task: Task) -> bool:
    return task.state in {TaskState.OPEN, TaskState.REFUSED}


def _grants(task: Task, actor: Actor) -> bool:
    own = task.organisation_id in actor.organisation_ids
    return Role.SUPERVISOR in actor.roles and _waits(task) and not own


ADD_EVIDENCE = Act(
    "add_evidence", _("Add evidence"), "e", EvidenceForm,
    _("Evidence comes from the organisation that does the task, or from a verifier."), _proves,
    lambda number, seen, asked, **who: actions.add_evidence(task=number, **asked, **who),
)  # fmt: skip
ASK = Act(
    "ask_extension", _("Ask for an extension"), "a", ExtendForm,
    _("An officer of the organisation that does the task asks for a later deadline."), _asks,
    lambda number, seen, asked, **who: actions.ask_extension(task=number, seen=seen, **asked, **who), aside=True,
)  # fmt: skip
EXTEND = Act(
    "extend", _("Extend"), "x", ExtendForm,
    _("A supervisor of another organisation grants a later deadline; ask one."), _extends,
    lambda number, seen, asked, **who: actions.extend(task=number, seen=seen, **asked, **who), aside=True,
)  # fmt: skip
REFUSE = Act(
    "refuse_extension", _("Refuse the extension"), "r", ReasonForm,
    _("A supervisor of another organisation answers what is asked for; ask one."), _refuses,
    lambda number, seen, asked, **who: actions.refuse_extension(task=number, **asked, **who), aside=True,
)  # fmt: skip
STEPS: dict[str, Move | Act] = {  # in the order in which the page offers them
    step.name: step for step in (TASKS["verify"], ADD_EVIDENCE, TASKS["finish"], ASK, EXTEND, REFUSE)
}


def press(name: str, number: str, seen: str | None, asked: dict[str, Any], **who: Any) -> dict[str, Any]:
    """Take a step with a task by its verb."""
    step = STEPS[name]
    act = step.press if isinstance(step, Act) else TASKS.doors[name]
    answer: dict[str, Any] = act(number, seen, asked, **who)
    return answer


def task_form(name: str, data: Any = None, files: Any = None, asked: Asked = None) -> StepForm:
    """Return the form of a task's step, empty, as it was asked for, or as it was sent."""
    known = {"due_on": asked.due_on, "reason": asked.reason} if asked and name == "extend" else None
    form: StepForm = STEPS[name].form(data, files, auto_id=f"{name}-%s", initial=known)
    return form


def task_offers(task: Task, actor: Actor, at: dt.datetime, asked: Asked, sent: Sent = None) -> list[Offer]:
    """Return the steps that this person can take with a task now."""
    acts = [step for step in STEPS.values() if isinstance(step, Act)]
    mine = [*TASKS.offers(actor, task, at), *(act for act in acts if act.may(task, actor, local_day(at), asked))]
    due = [move for move in TASKS.moves if task.state in move.due] + ([EXTEND] if asked else [])
    return shown(STEPS.values(), mine, due, lambda step: task_form(step.name, asked=asked), sent)
