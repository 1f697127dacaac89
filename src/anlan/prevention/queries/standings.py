"""How problems and tasks stand: whose step is next, and how far from its deadline."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from anlan.prevention.models import Problem, Task
from anlan.prevention.moves import turn
from anlan.prevention.states import TaskState
from anlan.prevention.words import against, named, turn_word


@dataclass(frozen=True)
class Standing:
    """Whose step is next, how late it is, and the mark of the state."""

    holder: str
    mark: str
    words: str


def standing(problem: Problem, today: dt.date, by: Task | None = None) -> Standing:
    """Say how a problem stands against its clock; whose step is next the task says `by` which it runs."""
    waited_for = turn(problem.state, bool(problem.lead and problem.lead.active))
    holder = task_standing(by, today).holder if by else turn_word(waited_for, problem)
    if problem.due_on is None:
        return Standing(holder, "done", problem.get_state_display())
    return Standing(holder, *against(problem.due_on, today))


def task_standing(task: Task, today: dt.date) -> Standing:
    """Say how a task stands: by its deadline until works are done, then by the verifier's own."""
    if task.state == TaskState.PASSED:
        return Standing("—", "done", task.get_state_display())
    if task.state == TaskState.WORKS_DONE and task.verify_by:
        return Standing(_("Verifier"), *against(task.verify_by, today))
    holder = named(task.organisation) if task.organisation.active else _("Supervisor")
    return Standing(holder, *against(task.due_on, today))
