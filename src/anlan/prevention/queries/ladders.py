"""The ladder of the deadline by which a problem runs: the steps that were taken, and the days on which others come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from anlan.core.city.areas import local_day
from anlan.core.time import deadlines
from anlan.prevention.models import Escalation, Problem, Task
from anlan.prevention.moves import clock_of
from anlan.prevention.queries.tasks import next_task


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


def ladder_of(problem: Problem, tasks: Sequence[Task], given: Sequence[Escalation], today: dt.date) -> Ladder | None:
    """Return the ladder of the deadline that comes next, or has passed; none once struck off."""
    if problem.due_on is None:
        return None
    task = next_task(problem, tasks)
    subject = task.number if task else problem.number
    taken = {
        step.step: local_day(step.at) for step in given if (step.subject, step.due_on) == (subject, problem.due_on)
    }
    rungs = []
    clock = clock_of("task", task.state) if task else clock_of("problem", problem.state)
    for step, days, _minutes in deadlines.rule_of(clock).rungs():
        missed = step == "remind" and today > problem.due_on  # it is late to say that a deadline nears
        come = None if missed else max(problem.due_on + dt.timedelta(days=days), today)
        rungs.append(Rung(str(Escalation.Step(step).label), taken.get(step, come), step in taken))
    return Ladder(subject, task.title if task else "", problem.due_on, rungs)
