"""What the inbox shows of problems: the list as it was asked for, and one problem's ladder, rain and history."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from anlan.core.city.areas import local_day
from anlan.core.models import AreaVersion
from anlan.prevention import rules
from anlan.prevention.models import Escalation, Origin, Problem, Storm, Task
from anlan.prevention.queries.problems import by_whom
from anlan.prevention.rules import ProblemState, TaskState

REPORT = re.compile(r"^R-\d{6}-\d+$")


def asked_for(problems: QuerySet[Problem], words: str, origin: str) -> QuerySet[Problem]:
    """Return the problems that somebody looks for: by number, title, site or instruction, and by origin."""
    found = problems.filter(origin=origin) if origin in set(Origin.values) else problems
    if not words:
        return found
    wanted = Q(number__icontains=words) | Q(title__icontains=words) | Q(instruction_ref__icontains=words)
    wanted |= Q(title_en__icontains=words)
    if words.isdecimal() and len(words) < 6:
        wanted |= Q(site__number=int(words))
    return found.filter(wanted)


def area_of(problem: Problem) -> AreaVersion | None:
    """Return the area of a problem as it was called when the problem was raised, or last if it was gone by then."""
    begun = AreaVersion.objects.filter(area=problem.area_id, valid_from__lte=local_day(problem.raised_at))
    return begun.order_by("-valid_from").first() if problem.area_id else None


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
    taken = {row.step: local_day(row.at) for row in given if (row.subject, row.due_on) == (subject, problem.due_on)}
    rungs = []
    for step, day in rules.ladder_days(problem.due_on):
        missed = step == "remind" and today > problem.due_on  # it is late to say that a deadline nears
        come = None if missed else max(day, today)
        rungs.append(Rung(str(Escalation.Step(step).label), taken.get(step, come), step in taken))
    return Ladder(subject, task.title if task else "", problem.due_on, rungs)


def next_task(problem: Problem, tasks: Sequence[Task]) -> Task | None:
    """Return the task by which a problem in work runs, if it waits for one."""
    working = problem.state == ProblemState.IN_WORK
    return next((one for one in tasks if working and _waits_until(one) == problem.due_on), None)


def _waits_until(task: Task) -> dt.date | None:
    if task.state == TaskState.WORKS_DONE:
        return task.verify_by
    return task.due_on if task.state != TaskState.PASSED else None


@dataclass(frozen=True)
class Tested:
    """The storms strong enough since the works were accepted, and whether the place stood each of them."""

    storms: list[tuple[Storm, bool]]

    @property
    def held(self) -> bool:
        """Whether one of them left no failure."""
        return any(stood for _, stood in self.storms)


@dataclass(frozen=True)
class Past:
    """One line of a problem's history."""

    what: str
    at: dt.datetime
    by: str
    words: str
    mark: str

    @property
    def report(self) -> str:
        """Return the number of the report that reopened it, or nothing."""
        return self.words if REPORT.match(self.words) else ""


def past_of(problem: Problem) -> list[Past]:
    """Return a problem's history, the newest first, down to the report that raised it."""
    marks = {"reopen": "late", "return": "now", "dispute": "now"}
    told = [
        Past(str(row.get_after_display()), row.at, by_whom(row.organisation), row.words,
             marks.get(row.verb, "done"))
        for row in problem.moves.select_related("organisation").order_by("-pk")
    ]  # fmt: skip
    sent = problem.analysis.number if problem.analysis else ""
    return [*told, Past(_("Raised"), problem.raised_at, "", sent, "done")]
