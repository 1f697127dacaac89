"""A small town with two mended-to-be places and everybody who deals with them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pytest

from anlan.core.people.actors import Actor
from anlan.prevention import actions
from anlan.prevention.models import Problem, Task
from tests import make

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
        told: list[str] = actions.raise_problems(
            title="Ponding", addressee="government", study=self.study, sites=sites or (1, 2), actor=self.analyst, at=at
        )["problems"]
        return told

    def assigned(self, lead: str = "drains", **told: Any) -> str:
        number = self.raised(1)[0]
        self.instruct(number, lead, **told)
        return number

    def instruct(self, number: str, lead: str = "drains", **told: Any) -> None:
        values = {"reference": "常政办〔2016〕12号", "on": dt.date(2016, 1, 13), "actor": self.supervisor, "at": day(0)}
        actions.instruct(problems=[number], lead=lead, **(values | told))

    def signed(self) -> str:
        number = self.assigned()
        actions.sign_for(problems=[number], actor=self.officer, at=day(1))
        return number

    def planned(self, *kinds: str) -> tuple[str, list[str]]:
        number = self.signed()
        return number, self.plan(number, *(kinds or ("permanent",)))

    def plan(self, number: str, *kinds: str, at: dt.datetime | None = None, **told: Any) -> list[str]:
        at = at or day(2)
        row = {"problem": number, "title": "New pipe", "responsible": "Head of works", "criterion": "DN 800 laid",
               "due_on": (at + dt.timedelta(days=30)).date()} | told  # fmt: skip
        rows = [row | {"kind": kind} for kind in kinds]
        return actions.plan_tasks(tasks=rows, actor=self.officer, at=at)["tasks"]  # type: ignore[no-any-return]

    def done(self, task: str, at: dt.datetime | None = None) -> None:
        actions.add_evidence(task=task, words="Pipe laid", actor=self.officer, at=at or day(10))
        actions.finish_task(task=task, actor=self.officer, at=at or day(10))

    def accepted(self) -> str:
        number, tasks = self.planned()
        self.done(tasks[0])
        actions.verify(task=tasks[0], passed=True, actor=self.verifier, at=day(12))
        return number

    def struck_off(self) -> str:
        number = self.accepted()
        self.storm(40, peak=45)
        actions.strike_off(problem=number, actor=self.supervisor, at=day(50))
        return number

    def storm(self, n: int, *, peak: float) -> None:
        start = day(n)
        actions.record_storm(
            start=start, end=start + dt.timedelta(hours=2), peak_mm_h=peak, actor=self.analyst, at=day(n + 1)
        )


def built() -> Town:
    """Build the town."""
    make.city()
    make.organisation("government", kind="government")
    make.storms(2015, [A, B])
    return Town(
        analyst=make.actor("analyst"),
        supervisor=make.actor("supervisor", at="government"),
        officer=make.actor("officer", at="drains"),
        verifier=make.actor("verifier", at="government"),
        leader=make.actor("leader", at="government"),
        study=make.study(2015, adopt=True).pk,
    )


@pytest.fixture
def town(db: None) -> Town:
    return built()


def problem(number: str) -> Problem:
    """Return a problem as it stands."""
    return Problem.objects.get(number=number)


def task(number: str) -> Task:
    """Return a task as it stands."""
    return Task.objects.get(number=number)
