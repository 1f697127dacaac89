"""Which steps a task's page offers: its moves, and the acts that change no state."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _

from anlan.core.pages import Act
from anlan.core.pages.forms import ReasonForm
from anlan.core.pages.offers import Step
from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.prevention import actions
from anlan.prevention.forms.tasks import EvidenceForm, ExtendForm
from anlan.prevention.models import Task
from anlan.prevention.moves import DOER, TASKS
from anlan.prevention.states import TaskState


def _proves(task: Task, actor: Actor, today: dt.date) -> bool:
    return task.state != TaskState.PASSED and (_does(task, actor) or Role.VERIFIER in actor.roles)


def _asks(task: Task, actor: Actor, today: dt.date) -> bool:
    return _does(task, actor) and _waits(task) and not _is_asked(task) and today <= task.due_on


def _extends(task: Task, actor: Actor, today: dt.date) -> bool:
    return _grants(task, actor) and (today <= task.due_on or _is_asked(task))


def _refuses(task: Task, actor: Actor, today: dt.date) -> bool:
    return _grants(task, actor) and _is_asked(task)


def _is_asked(task: Task) -> bool:
    return bool(task.asked)  # type: ignore[attr-defined]  # by `explained`


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
    lambda number, seen, asked, **who: actions.extend(task=number, seen=seen, **asked, **who),
    due=_is_asked, aside=True,
)  # fmt: skip
REFUSE = Act(
    "refuse_extension", _("Refuse the extension"), "r", ReasonForm,
    _("A supervisor of another organisation answers what is asked for; ask one."), _refuses,
    lambda number, seen, asked, **who: actions.refuse_extension(task=number, **asked, **who), aside=True,
)  # fmt: skip
STEPS: tuple[Step, ...] = (
    TASKS["verify"],
    ADD_EVIDENCE,
    TASKS["finish"],
    ASK,
    EXTEND,
    REFUSE,
)  # as the page offers them
