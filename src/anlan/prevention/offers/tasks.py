"""Which steps a task's page offers: its moves, and the acts that change no state."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _

from anlan.core.pages import Act
from anlan.core.pages.offers import Step
from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.core.time.clock import now
from anlan.prevention import actions
from anlan.prevention.forms.tasks import EvidenceForm, ExtendForm
from anlan.prevention.models import Task
from anlan.prevention.moves import DOER, EXTENSIONS, GRANTS, TASKS, waits_for_works
from anlan.prevention.queries.tasks import request_of
from anlan.prevention.states import TaskState


def _proves(task: Task, actor: Actor, today: dt.date) -> bool:
    return task.state != TaskState.PASSED and (_does(task, actor) or Role.VERIFIER in actor.roles)


def _asks(task: Task, actor: Actor, today: dt.date) -> bool:
    return _does(task, actor) and not waits_for_works(task) and not _is_asked(task) and today <= task.due_on


def _is_asked(task: Task) -> bool:
    return bool(task.asked)  # type: ignore[attr-defined]  # by `explained`


def _does(task: Task, actor: Actor) -> bool:
    return DOER(actor, task) is None and task.organisation.active


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


def _answers(name: str) -> Act:
    """Return the answer to what is asked for a task as its life cycle declares it; a later deadline also unasked."""
    made, grants = EXTENSIONS[name], name == "extend"

    def may(task: Task, actor: Actor, today: dt.date) -> bool:
        if asked := request_of(task) if _is_asked(task) else None:
            return EXTENSIONS.may(name, actor, asked, now())
        return grants and GRANTS(actor, task) is None and not waits_for_works(task) and today <= task.due_on

    return Act(
        name, made.label, made.key, made.form, made.whose, may,
        lambda number, seen, asked, **who: EXTENSIONS.doors[name](number, seen, asked, **who),
        due=_is_asked if grants else lambda task: False, aside=made.aside,
    )  # fmt: skip


STEPS: tuple[Step, ...] = (  # as the page offers them
    TASKS["verify"], ADD_EVIDENCE, TASKS["finish"], ASK, _answers("extend"), _answers("refuse_extension"),
)  # fmt: skip
