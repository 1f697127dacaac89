"""What prevention has for somebody: problems, tasks and answers that wait, and how a step is pressed from the list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from anlan.core.city.areas import local_day
from anlan.core.city.current import city_zone
from anlan.core.pages.offers import Offered, form_of
from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.core.time.rules import end_of
from anlan.core.web.matters import AHEAD, MOST, Matter, Press, presses, waits
from anlan.core.workflow import Workflow
from anlan.core.workflow.moves import Move
from anlan.prevention.models import ExtensionRequest, Problem, Task
from anlan.prevention.moves import PROBLEMS, PROVE, TASKS
from anlan.prevention.offers.tasks import ADD_EVIDENCE
from anlan.prevention.queries.tasks import visible_tasks
from anlan.prevention.states import ProblemState, RequestState, TaskState
from anlan.prevention.words import named, title_of

DOING = (TaskState.OPEN, TaskState.REFUSED)


@waits("prevention")
def matters(actor: Actor, at: dt.datetime) -> Iterator[Matter]:
    """Give what is due within a week and whose next step is this person's."""
    soon = local_day(at + AHEAD)
    for problem in _problems(actor, soon):
        due = (known for known in PROBLEMS.moves if problem.state in known.due)
        step = next((known for known in due if PROBLEMS.may(known.name, actor, problem, at)), None)
        if step:
            url = f"{reverse('prevention:inbox')}?p={problem.number}"
            note = _("Problem · %(number)s · %(state)s")
            yield _matter(problem, problem.due_on, note, url, step)
    for task in _proved(list(_tasks(actor, soon))):
        due = (known for known in TASKS.moves if task.state in known.due)
        offered: Offered | None = next((known for known in due if TASKS.may(known.name, actor, task, at)), None)
        if offered is None and task.state in DOING and PROVE.refusal(actor, task, at) is None:
            offered = ADD_EVIDENCE  # without it nobody says that works are done
        if offered:
            day = task.verify_by if task.state == TaskState.WORKS_DONE else task.due_on
            yield _task(task, day, str(offered.label), _press(offered, task.last_seen(task.answered)))
    if Role.SUPERVISOR in actor.roles:
        for request in _asked(soon):
            if request.task.organisation_id not in actor.organisation_ids:
                yield _task(request.task, request.answer_by, _("Answer the extension"))


@presses("prevention")
def press(number: str, step: Press, actor: Actor, at: dt.datetime, key: str | None) -> None:
    """Make a move that asks for nothing, if the record still stands as the list showed it."""
    of_task = number.startswith("T")
    cycle: Workflow[Any] = TASKS if of_task else PROBLEMS
    rows: QuerySet[Any] = visible_tasks(actor) if of_task else Problem.objects.visible_to(actor)
    if step.move not in cycle.doors or form_of(cycle[step.move]).base_fields or not rows.filter(number=number).exists():
        raise Http404
    cycle.doors[step.move](number, step.seen, {}, actor=actor, at=at, key=key)


def _press(step: Offered, seen: str) -> Press | None:
    """Return how a step is pressed from the list, where it asks for nothing."""
    return None if form_of(step).base_fields else Press(step.name, seen, step.key)


def _problems(actor: Actor, soon: dt.date) -> QuerySet[Any]:
    """Return the problems that may wait for this person; those in work wait by their tasks."""
    mine = Q()
    if Role.OFFICER in actor.roles:
        mine |= Q(lead__in=actor.organisation_ids, state__in=PROBLEMS["plan_tasks"].due | PROBLEMS["sign_for"].due)
    if Role.SUPERVISOR in actor.roles:
        mine |= Q(state__in=PROBLEMS["instruct"].due | PROBLEMS["strike_off"].due)
    if Role.LEADER in actor.roles:
        mine |= Q(state__in=PROBLEMS["arbitrate"].due)
    if not mine:
        return Problem.objects.none()
    busy = Task.objects.filter(problem=OuterRef("pk")).exclude(state=TaskState.PASSED)
    found = Problem.objects.visible_to(actor).open().filter(mine, due_on__lte=soon)
    waiting = found.exclude(Exists(busy), state=ProblemState.IN_WORK)
    return waiting.select_related("lead").annotate(moved=Max("moves__pk")).order_by("due_on", "pk")[:MOST]


def _tasks(actor: Actor, soon: dt.date) -> QuerySet[Any]:
    mine = Q()
    if Role.OFFICER in actor.roles:
        mine |= Q(organisation__in=actor.organisation_ids, state__in=DOING, due_on__lte=soon)
    if Role.VERIFIER in actor.roles:
        mine |= Q(state=TaskState.WORKS_DONE, verify_by__lte=soon)
    if not mine:
        return Task.objects.none()
    found = Task.objects.filter(mine).exclude(problem__state=ProblemState.STRUCK_OFF)
    answered = Count("requests", filter=~Q(requests__state=RequestState.ASKED), distinct=True)
    own = Q(evidence__organisation=F("organisation"), evidence__erased_at=None)
    found = found.annotate(
        answered=answered, shown=Max("evidence__added_at", filter=own), looked=Max("results__verified_at")
    )
    return found.select_related("problem__lead", "organisation").order_by("due_on", "pk")[:MOST]


def _proved(tasks: list[Any]) -> list[Any]:
    """Learn at once of which tasks the doer has shown something since a verifier last looked."""
    for task in tasks:
        task.is_proved = task.shown is not None and (task.looked is None or task.shown >= task.looked)
    return tasks


def _asked(soon: dt.date) -> QuerySet[ExtensionRequest]:
    waiting = ExtensionRequest.objects.waiting().filter(answer_by__lte=soon)
    return waiting.select_related("task__problem", "task__organisation").order_by("answer_by", "pk")[:MOST]


def _matter(problem: Any, day: dt.date | None, note: str, url: str, step: Move) -> Matter:
    words = note % {"number": problem.number, "state": problem.get_state_display()}
    return Matter(problem.number, title_of(problem), words, url, _end(day), str(step.label), due_day=True,
                  press=_press(step, str(problem.moved or 0)))  # fmt: skip


def _task(task: Task, day: dt.date | None, step: str, press: Press | None = None) -> Matter:
    note = _("Task · %(number)s · %(problem)s · %(by)s") % {
        "number": task.number, "problem": title_of(task.problem), "by": named(task.organisation),
    }  # fmt: skip
    url = reverse("prevention:task", args=[task.number])
    return Matter(task.number, task.title, note, url, _end(day), step, due_day=True, press=press)


def _end(day: dt.date | None) -> dt.datetime | None:
    return end_of(day, city_zone()) if day else None
