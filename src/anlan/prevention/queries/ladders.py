"""The ladder of the deadline by which a problem runs: the steps that were taken, and the days on which others come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from anlan.core.city.areas import local_day
from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.core.time import deadlines
from anlan.prevention.access import PRINTS_ALL
from anlan.prevention.models import Escalation, Problem, Task
from anlan.prevention.moves import clock_of
from anlan.prevention.queries.tasks import next_task
from anlan.prevention.rules import to_take

DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Rung:
    """One step of the ladder for a deadline: the day on which it was taken, or on which it comes."""

    word: str
    day: dt.date | None
    taken: bool

    @property
    def mark(self) -> str:
        """Return the mark in the timeline."""
        return "late" if self.taken else "next"


@dataclass(frozen=True)
class Ladder:
    """The ladder of the deadline that a problem runs by: of its next task, or of its own next step."""

    subject: str
    title: str
    due_on: dt.date
    rungs: list[Rung]

    def has(self, given: Escalation) -> bool:
        """Whether a step that was taken is one of this ladder's."""
        return (given.subject, given.due_on) == (self.subject, self.due_on)

    @property
    def coming(self) -> Rung | None:
        """Return the next step of the ladder."""
        return next((rung for rung in self.rungs if not rung.taken and rung.day), None)


def printable(actor: Actor) -> QuerySet[Escalation]:
    """Return the steps whose papers an actor may print, the newest first: officers those to their own organisation."""
    seen = Problem.objects.visible_to(actor).order_by()
    steps = Escalation.objects.exclude(number="").filter(problem__in=seen.values("pk")).order_by("-at", "-pk")
    if not (actor.is_system or actor.roles & set(PRINTS_ALL)):
        steps = steps.filter(organisation__in=actor.organisation_ids if Role.OFFICER in actor.roles else [])
    return steps.select_related("problem", "task", "organisation")


def ladder_of(problem: Problem, tasks: Sequence[Task], given: Sequence[Escalation], today: dt.date) -> Ladder | None:
    """Return the ladder of the deadline that comes next, or has passed; none once struck off."""
    if problem.due_on is None:
        return None
    task = next_task(problem, tasks)
    subject = task.number if task else problem.number
    taken = {
        step.step: local_day(step.at) for step in given if (step.subject, step.due_on) == (subject, problem.due_on)
    }
    clock = clock_of("task", task.state) if task else clock_of("problem", problem.state)
    rules = deadlines.rule_of(clock).rungs()
    coming = to_take([rule.step for rule in rules], [rule.step for rule in rules], taken)
    rungs, first = [], max([today, *(day + DAY for day in taken.values())])
    for step, days, _minutes in rules:
        come = None
        if step in coming:
            come = max(problem.due_on + days * DAY, first)
            first = come + DAY
        rungs.append(Rung(str(Escalation.Step(step).label), taken.get(step, come), step in taken))
    return Ladder(subject, task.title if task else "", problem.due_on, rungs)
