"""What the pages of prevention show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from anlan.core.city.areas import local_day
from anlan.core.models import Organisation
from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.prevention import rules
from anlan.prevention.models import Extension, ExtensionRequest, Problem, Task
from anlan.prevention.models.problems import SEES_ALL
from anlan.prevention.rules import ProblemState, TaskState
from anlan.prevention.spans import Scale, Span, Times

READS = (Role.OFFICER, Role.ANALYST, Role.SUPERVISOR, Role.VERIFIER, Role.LEADER, Role.AUDITOR)
RAISES = (Role.ANALYST, Role.SUPERVISOR)
PAGE = 50
DONE = (TaskState.WORKS_DONE, TaskState.PASSED)
VIEWS = ("open", "sign", "late", "asked", "check", "rain", "back", "done")


def in_view(problems: QuerySet[Problem], view: str, today: dt.date) -> QuerySet[Problem]:
    """Return the problems of one tab of the inbox."""
    return problems.filter(asked(view, today))


def asked(view: str, today: dt.date) -> Q:
    """Return what one tab of the inbox asks for."""
    wanted = {
        "sign": Q(state=ProblemState.ASSIGNED),
        "late": Q(due_on__lt=today),
        "asked": Q(pk__in=ExtensionRequest.objects.waiting().values("task__problem")),
        "check": Q(pk__in=Task.objects.filter(state=TaskState.WORKS_DONE).values("problem")),
        "rain": Q(state=ProblemState.ACCEPTED),
        "back": Q(state__in=[ProblemState.RETURNED, ProblemState.DISPUTED]),
        "done": Q(state=ProblemState.STRUCK_OFF),
    }
    return wanted.get(view, ~Q(state=ProblemState.STRUCK_OFF))


def view_word(view: str) -> str:
    """Name a tab."""
    return {"open": _("Open"), "sign": _("To sign for"), "late": _("Late"), "asked": _("Extension asked"),
            "check": _("To verify"), "rain": _("Waiting for rain"), "back": _("Returned"),
            "done": _("Struck off")}[view]  # fmt: skip


@dataclass(frozen=True)
class Standing:
    """Whose step is next, how late it is, and the mark of the state."""

    holder: str
    mark: str
    words: str


def standing(problem: Problem, today: dt.date, by: Task | None = None) -> Standing:
    """Say how a problem stands against its clock; whose step is next the task says `by` which it runs."""
    turn = rules.turn(problem.state, bool(problem.lead and problem.lead.active))
    holder = task_standing(by, today).holder if by else turn_word(turn, problem)
    if problem.due_on is None:
        return Standing(holder, "done", problem.get_state_display())
    return Standing(holder, *against(problem.due_on, today))


def against(due_on: dt.date, today: dt.date) -> tuple[str, str]:
    """Return the mark and the words of a day's distance from its deadline."""
    left = (due_on - today).days
    if left < 0:
        return "late", ngettext("%(n)d day late", "%(n)d days late", -left) % {"n": -left}
    coming = ngettext("%(n)d day left", "%(n)d days left", left) % {"n": left}
    return "warn" if left <= 3 else "calm", coming if left else _("due today")


def task_standing(task: Task, today: dt.date) -> Standing:
    """Say how a task stands: by its deadline until works are done, then by the verifier's own."""
    if task.state == TaskState.PASSED:
        return Standing("—", "done", task.get_state_display())
    if task.state == TaskState.WORKS_DONE and task.verify_by:
        return Standing(_("Verifier"), *against(task.verify_by, today))
    holder = named(task.organisation) if task.organisation.active else _("Supervisor")
    return Standing(holder, *against(task.due_on, today))


def task_times(task: Task, given: dt.date | None = None) -> Times:
    """Return a task's days for drawing: from the instruction, or the list, that gave it."""
    problem = task.problem
    done = local_day(task.finished_at) if task.finished_at and task.state in DONE else None
    return Times(given or problem.instruction_on or local_day(problem.raised_at), task.first_due_on, task.due_on, done)


Drawn = tuple[Task, Standing, str, Span | None]


def drawn(tasks: Sequence[Task], scale: Scale | None, today: dt.date) -> list[Drawn]:
    """Return tasks as a table shows them: how each stands, who does it, and its time on the table's scale."""
    spans = scale.spans if scale else []
    return [(task, task_standing(task, today), named(task.organisation), span)
            for task, span in zip(tasks, spans, strict=True)]  # fmt: skip


def visible_tasks(actor: Actor) -> QuerySet[Task]:
    """Return the tasks of the problems that the actor may see."""
    visible = Problem.objects.visible_to(actor).order_by()
    return explained(Task.objects.filter(problem__in=visible.values("pk")))


def explained(tasks: QuerySet[Task]) -> QuerySet[Task]:
    """Return tasks with what a table says of them: `why` the deadline was moved, if a later one is `asked` for."""
    moved = Extension.objects.filter(task=OuterRef("pk")).order_by("-pk")
    waiting = ExtensionRequest.objects.waiting().filter(task=OuterRef("pk"))
    told = tasks.annotate(why=Subquery(moved.values("reason")[:1]), asked=Exists(waiting))
    return told.select_related("problem", "organisation")


def turn_word(turn: str, problem: Problem) -> str:
    """Name who has the next step."""
    if turn == "lead" and problem.lead:
        return named(problem.lead)
    return {"arbiter": _("Arbiter"), "nobody": "—"}.get(turn, _("Supervisor"))


def named(organisation: Organisation | None) -> str:
    """Name an organisation in the reader's language."""
    if organisation is None:
        return "—"
    return organisation.name_en if in_english() else organisation.name


def by_whom(organisation: Organisation | None) -> str:
    """Name the organisation that did something; nothing where the row names none."""
    return named(organisation) if organisation else ""


def organisation_named(actor: Actor) -> str:
    """Name the only organisation of somebody whose inbox is that organisation's; nothing for those who see all."""
    if actor.roles & SEES_ALL or len(actor.organisation_ids) != 1:
        return ""
    return named(Organisation.objects.filter(pk__in=actor.organisation_ids).first())


def in_english() -> bool:
    """Whether the reader reads English."""
    return (get_language() or "en").startswith("en")
