"""Tasks as tables show them: those that somebody may see, why a deadline was moved, and their days drawn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from anlan.core.city.areas import local_day
from anlan.core.people.actors import Actor
from anlan.prevention.models import Evidence, Extension, ExtensionRequest, Problem, Task
from anlan.prevention.queries.standings import Standing, task_standing
from anlan.prevention.spans import Scale, Span, Times, scaled
from anlan.prevention.states import ProblemState, TaskState
from anlan.prevention.words import by_whom, named

DONE = (TaskState.WORKS_DONE, TaskState.PASSED)


class Drawn(NamedTuple):
    """A task as a table shows it: how it stands, who does it, and its days on the scale of the table."""

    task: Task
    stands: Standing
    doer: str
    span: Span
    scale: Scale


def visible_tasks(actor: Actor) -> QuerySet[Task]:
    """Return the tasks of the problems that the actor may see."""
    visible = Problem.objects.visible_to(actor).order_by()
    return explained(Task.objects.filter(problem__in=visible.values("pk")))


def explained(tasks: QuerySet[Task]) -> QuerySet[Task]:
    """Return tasks with what a table says of them: `why` the deadline was moved, if a later one is `asked` for."""
    moved = Extension.objects.filter(task=OuterRef("pk")).order_by("-pk")
    waiting = ExtensionRequest.objects.waiting().filter(task=OuterRef("pk"))
    annotated = tasks.annotate(  # the property of a task, known for all of them at once
        why=Subquery(moved.values("reason")[:1]),
        asked=Exists(waiting),  # type: ignore[no-redef]
    )
    return annotated.select_related("problem", "organisation")


def request_of(task: Task) -> ExtensionRequest | None:
    """Return what is asked for a task and not answered yet."""
    found = ExtensionRequest.objects.waiting().filter(task=task).first()
    if found:
        found.task = task
    return found


def evidence_of(task: Task) -> list[tuple[Evidence, str]]:
    """Return a task's evidence with whose it is; of its photos no more than that there are any."""
    pieces = task.evidence.select_related("organisation").defer("salt", "jpeg")
    return [(piece, by_whom(piece.organisation)) for piece in pieces]


def next_task(problem: Problem, tasks: Sequence[Task]) -> Task | None:
    """Return the task by which a problem in work runs, if it waits for one."""
    if problem.state != ProblemState.IN_WORK:
        return None
    return next((task for task in tasks if _waits_until(task) == problem.due_on), None)


def _waits_until(task: Task) -> dt.date | None:
    if task.state == TaskState.WORKS_DONE:
        return task.verify_by
    return task.due_on if task.state != TaskState.PASSED else None


def task_times(task: Task, given: dt.date | None = None) -> Times:
    """Return a task's days for drawing: from the instruction, or the list, that gave it."""
    problem = task.problem
    done = local_day(task.finished_at) if task.finished_at and task.state in DONE else None
    return Times(given or problem.instruction_on or local_day(problem.raised_at), task.first_due_on, task.due_on, done)


def drawn(tasks: Sequence[Task], today: dt.date) -> list[Drawn]:
    """Return tasks as a table shows them, on one scale."""
    scale = scaled([task_times(task) for task in tasks], today)
    return [Drawn(task, task_standing(task, today), named(task.organisation), span, scale)
            for task, span in zip(tasks, scale.spans, strict=True)] if scale else []  # fmt: skip
