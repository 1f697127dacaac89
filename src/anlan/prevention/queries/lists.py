"""What the lists show: problems, tasks, results, and the numbered lists as they were issued and as they stand."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Case, Count, F, Q, QuerySet, When

from anlan.core.city.areas import local_day
from anlan.core.models import Organisation
from anlan.core.people.actors import Actor
from anlan.prevention.models import Extension, ListedTask, Problem, Result, Task, TaskList
from anlan.prevention.moves import TASKS
from anlan.prevention.queries.tasks import visible_tasks
from anlan.prevention.rules import fate
from anlan.prevention.spans import Part, bar
from anlan.prevention.states import Fate, RequestState, TaskState

MARKS = {Fate.ON_TIME: "done", Fate.OPEN: "calm", Fate.EXTENDED: "warn", Fate.LATE: "late", Fate.OVERDUE: "late"}


def problem_list(actor: Actor) -> QuerySet[Problem]:
    """Return the problem list, the newest number first, with how many tasks each has and how many passed."""
    passed = Count("tasks", filter=Q(tasks__state=TaskState.PASSED))
    problems = Problem.objects.visible_to(actor).select_related("lead", "site")
    return problems.annotate(planned=Count("tasks"), passed=passed).order_by("-number")


def task_list(actor: Actor) -> QuerySet[Task]:
    """Return the task list, what is not passed first, the soonest due before the others."""
    over = Case(When(state=TaskState.PASSED, then=1), default=0)
    return visible_tasks(actor).annotate(over=over).order_by("over", "due_on", "number")


def only(tasks: QuerySet[Task], which: str, today: dt.date) -> QuerySet[Task]:
    """Narrow a task list to one of the parts that `only_words` names."""
    waits, checked = Q(state__in=TASKS["finish"].source), Q(state__in=TASKS["verify"].source)
    return tasks.filter({
        "waiting": waits,
        "late": waits & Q(due_on__lt=today) | checked & Q(verify_by__lt=today),
        "asked": Q(requests__state=RequestState.ASKED),
        "extended": Q(due_on__gt=F("first_due_on")),
        "check": checked,
        "passed": Q(state=TaskState.PASSED),
    }[which])  # fmt: skip


def achievement_list(actor: Actor) -> QuerySet[Result]:
    """Return what verifiers passed, the newest first, with how much evidence stands behind each."""
    results = Result.objects.filter(passed=True, task__in=visible_tasks(actor).order_by().values("pk"))
    results = results.select_related("task__problem", "task__organisation", "by")
    return results.annotate(pieces=Count("task__evidence")).order_by("-verified_at", "-pk")


def issued_lists(actor: Actor) -> QuerySet[TaskList]:
    """Return the numbered lists with at least one task that the actor may see, the newest first."""
    lines = ListedTask.objects.filter(task__in=visible_tasks(actor))
    return TaskList.objects.filter(pk__in=lines.values("list")).select_related("issuer").order_by("-number")


@dataclass(frozen=True)
class Line:
    """One line of an issued list and what became of its task."""

    item: ListedTask
    fate: Fate
    why: str  # the deadline was moved

    @property
    def mark(self) -> str:
        """Return the mark of the fate."""
        return MARKS[self.fate]


def lines_of(lists: Sequence[TaskList], actor: Actor, today: dt.date) -> dict[int, list[Line]]:
    """Return the visible lines of lists, by list."""
    items = ListedTask.objects.filter(list__in=lists, task__in=visible_tasks(actor))
    moved = Extension.objects.filter(task__in=items.order_by().values("task")).order_by("pk")
    why = dict(moved.values_list("task", "reason"))
    found: dict[int, list[Line]] = {issued.pk: [] for issued in lists}
    for item in items.select_related("task__organisation", "task__problem").order_by("list", "line"):
        task = item.task
        done = local_day(task.finished_at) if task.finished_at else None
        became = Fate(fate(task.state, done, item.due_on, task.due_on, today))
        found[item.list_id].append(Line(item, became, why.get(task.pk, "")))
    return found


def tally(lines: Sequence[Line]) -> list[Part]:
    """Count the lines of a list by what became of them, as the parts of a bar."""
    counts = Counter(line.fate for line in lines)
    return bar([(mark, str(became.label), counts[became]) for became, mark in MARKS.items()])


def doers(actor: Actor) -> list[Organisation]:
    """Return the organisations that have a task or a problem which the actor may see."""
    tasks = visible_tasks(actor).order_by()
    led = Problem.objects.visible_to(actor).order_by()
    either = Q(pk__in=tasks.values("organisation")) | Q(pk__in=led.values("lead"))
    return list(Organisation.objects.filter(either).order_by("code"))
