"""Problems and their tasks: a small town with two places to mend and everybody who deals with them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from anlan.core.city.areas import local_day
from anlan.core.people.actors import Actor, system
from anlan.prevention import actions
from anlan.prevention.models import Problem, Task
from tests.make.city import city, organisation
from tests.make.people import actor
from tests.make.reports import storms
from tests.make.studies import study

A, B = (119.95, 31.74), (119.97, 31.75)
JAN = dt.datetime(2016, 1, 13, 1, 0, tzinfo=dt.UTC)  # a Wednesday morning


def day(n: int) -> dt.datetime:
    """Return the n-th day after the raising."""
    return JAN + dt.timedelta(days=n)


@dataclass
class Town:
    """Who acts here, and short ways to a state."""

    analyst: Actor
    supervisor: Actor
    officer: Actor
    verifier: Actor
    leader: Actor
    study: int

    def raised(self, *sites: int, at: dt.datetime = JAN) -> list[str]:
        """Raise sites as problems; return their numbers."""
        numbers: list[str] = actions.raise_problems(
            title="Ponding", addressee="government", study=self.study, sites=sites or (1, 2), actor=self.analyst, at=at
        )["problems"]
        return numbers

    def assigned(self, lead: str = "drains", **values: Any) -> str:
        """Raise one and instruct its lead; return its number."""
        number = self.raised(1)[0]
        self.instruct(number, lead, **values)
        return number

    def instruct(self, number: str, lead: str = "drains", **values: Any) -> None:
        """Note the paper by which the government names a lead."""
        paper = {"reference": "常政办〔2016〕12号", "on": dt.date(2016, 1, 13), "actor": self.supervisor, "at": day(0)}
        actions.instruct(problems=[number], lead=lead, **(paper | values))

    def signed(self) -> str:
        """Return a problem that its lead signed for."""
        number = self.assigned()
        actions.sign_for(problems=[number], actor=self.officer, at=day(1))
        return number

    def planned(self, *kinds: str) -> tuple[str, list[str]]:
        """Return a problem in work with its tasks."""
        number = self.signed()
        return number, self.plan(number, *(kinds or ("permanent",)))

    def plan(self, number: str, *kinds: str, at: dt.datetime | None = None, **values: Any) -> list[str]:
        """Plan tasks of a problem, due in thirty days; return their numbers."""
        at = at or day(2)
        row = {"problem": number, "title": "New pipe", "responsible": "Head of works", "criterion": "DN 800 laid",
               "due_on": (at + dt.timedelta(days=30)).date()} | values  # fmt: skip
        rows = [row | {"kind": kind} for kind in kinds]
        return actions.plan_tasks(tasks=rows, actor=self.officer, at=at)["tasks"]  # type: ignore[no-any-return]

    def done(self, task: str, at: dt.datetime | None = None) -> None:
        """Prove a task and say that its works are done."""
        actions.add_evidence(task=task, words="Pipe laid", actor=self.officer, at=at or day(10))
        actions.finish_task(task=task, actor=self.officer, at=at or day(10))

    def accepted(self) -> str:
        """Return a problem whose one task was passed."""
        number, tasks = self.planned()
        self.done(tasks[0])
        actions.verify(task=tasks[0], passed=True, actor=self.verifier, at=day(12))
        return number

    def returned(self) -> str:
        """Return a problem that its lead sent back."""
        number = self.assigned()
        actions.return_problem(problem=number, reason="not ours", actor=self.officer, at=day(1))
        return number

    def disputed(self) -> str:
        """Return a problem that was sent back twice."""
        number = self.returned()
        self.instruct(number, at=day(2))
        actions.return_problem(problem=number, reason="not ours at all", actor=self.officer, at=day(3))
        return number

    def struck_off(self) -> str:
        """Return a problem that rain has tested and that left the list."""
        number = self.accepted()
        self.storm(40, peak=45)
        actions.strike_off(problem=number, actor=self.supervisor, at=day(50))
        return number

    def storm(self, n: int, *, peak: float) -> None:
        """Record two hours of rain."""
        start = day(n)
        actions.record_storm(
            start=start, end=start + dt.timedelta(hours=2), peak_mm_h=peak, actor=self.analyst, at=day(n + 1)
        )


def town() -> Town:
    """Build the town, its study and its people."""
    city()
    organisation("government", kind="government")
    storms(2015, [A, B])
    return Town(
        analyst=actor("analyst"),
        supervisor=actor("supervisor", at="government"),
        officer=actor("officer", at="drains"),
        verifier=actor("verifier", at="government"),
        leader=actor("leader", at="government"),
        study=study(2015, adopt=True).pk,
    )


def problem(number: str) -> Problem:
    """Return a problem as it stands."""
    return Problem.objects.get(number=number)


def task(number: str) -> Task:
    """Return a task as it stands."""
    return Task.objects.get(number=number)


def works(problem: str, due_on: dt.date, **values: Any) -> dict[str, Any]:
    """Return the line of a plan: works at a problem, by whom and by when."""
    line = {"problem": problem, "kind": "permanent", "title": "Pipe", "responsible": "Head of works",
            "criterion": "laid", "due_on": due_on}  # fmt: skip
    return line | values


def hazard(*, at: dt.datetime) -> str:
    """Raise a problem that waits for its instruction; return its number."""
    others = [{"origin": "hazard", "title": "Open shaft"}]
    raised = actions.raise_problems(title="Round", addressee="control", others=others, actor=system("test"), at=at)
    return str(raised["problems"][0])


def hazard_task(lead: str, *, at: dt.datetime, finished: bool = False) -> str:
    """Plan the task of a new hazard for a lead, its works done if asked; return its number."""
    me, number, today = system("test"), hazard(at=at), local_day(at)
    actions.instruct(problems=[number], reference="12", on=today, lead=lead, actor=me, at=at)
    actions.sign_for(problems=[number], actor=me, at=at)
    task = str(actions.plan_tasks(tasks=[works(number, today, title="Cover")], actor=me, at=at)["tasks"][0])
    if finished:
        actions.finish_tasks(rows=[{"task": task, "words": "Bolted"}], actor=me, at=at)
    return task
