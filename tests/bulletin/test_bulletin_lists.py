"""Task lists as the bulletin counts them: a list has its own due day, and that day is the one that counts."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from anlan.bulletin.figures.measure import MEASURES
from anlan.bulletin.figures.period import Period
from anlan.core.people.actors import system
from anlan.prevention import actions
from anlan.prevention.models import Problem
from tests import make

ME = system("test")
YEAR = Period(dt.date(2016, 1, 1), dt.date(2016, 12, 31))
START = dt.datetime(2016, 3, 1, 2, tzinfo=dt.UTC)
pytestmark = pytest.mark.django_db


def day(n: int, hour: int = 2) -> dt.datetime:
    return START.replace(hour=hour) + dt.timedelta(days=n)


@pytest.fixture(autouse=True)
def tasks() -> list[str]:
    """Two tasks of one key area, both due on 31 March."""
    make.city()
    make.organisation("government", kind="government")
    others = [{"origin": "key_area", "title": "Station square", "supervision_level": "province",
               "exit_criteria": "60 days"}]  # fmt: skip
    actions.raise_problems(title="Areas", addressee="government", others=others, actor=ME, at=START)
    number = Problem.objects.get().number
    actions.instruct(problems=[number], reference="6", on=START.date(), lead="drains", supporting=[],
                     supervision_level="province", actor=ME, at=START)  # fmt: skip
    actions.sign_for(problems=[number], actor=ME, at=day(1))
    rows = [make.works(number, dt.date(2016, 3, 31), title=name) for name in ("a", "b")]
    made: list[str] = actions.plan_tasks(tasks=rows, actor=ME, at=day(2))["tasks"]
    return made


def issue(tasks: list[str], due_on: dt.date) -> None:
    actions.issue_list(tasks=tasks, kind="督办", due_on=due_on, issuer="government", actor=ME, at=day(3))


def done(task: str, at: dt.datetime, *, passed: bool = True) -> None:
    actions.finish_tasks(rows=[{"task": task, "words": "works done", "at": at}], actor=ME, at=at)
    words = "" if passed else "leaks"
    actions.verify(task=task, passed=passed, words=words, by="government", actor=ME, at=at + dt.timedelta(days=1))


def counted() -> dict[str, Any]:
    """Return what the measures of lists say of 2016."""
    codes = ("lists_issued", "lists_on_time", "lists_late", "lists_extended")
    return {code.removeprefix("lists_"): MEASURES[code].value(MEASURES[code].draw(YEAR)) for code in codes}


def test_a_list_is_on_time_when_every_item_was_done_by_the_day_that_the_list_names(tasks: list[str]) -> None:
    """Both after the deadline of their task and before that of the list."""
    issue(tasks, dt.date(2016, 4, 29))
    done(tasks[0], day(10))
    assert counted() == {"issued": 1, "on_time": 0, "late": 1, "extended": 0}
    done(tasks[1], day(45))
    assert counted() == {"issued": 1, "on_time": 1, "late": 0, "extended": 0}


def test_an_extension_of_a_task_does_not_move_the_day_of_its_list(tasks: list[str]) -> None:
    """Done within the extension, after the list's day: late, and counted beside as extended."""
    issue(tasks, dt.date(2016, 3, 31))
    actions.extend(task=tasks[1], due_on=dt.date(2016, 4, 29), reason="frost", actor=ME, at=day(10))
    done(tasks[0], day(10))
    done(tasks[1], day(40))
    assert counted() == {"issued": 1, "on_time": 0, "late": 1, "extended": 1}


def test_what_no_verifier_passed_is_not_done(tasks: list[str]) -> None:
    """Works refused are not works done in time."""
    issue(tasks, dt.date(2016, 3, 31))
    done(tasks[0], day(10))
    done(tasks[1], day(11), passed=False)
    assert counted()["on_time"] == 0
    share = MEASURES["tasks_on_time"]
    assert share.value(share.draw(YEAR)) == 50


def test_the_day_ends_at_midnight_of_the_city(tasks: list[str]) -> None:
    """Half past midnight in Shanghai is the evening before in UTC, and it is late."""
    issue(tasks, dt.date(2016, 3, 31))
    done(tasks[0], day(30, hour=15))  # 23:00 on 31 March
    done(tasks[1], day(30, hour=16))  # 00:00 on 1 April
    assert counted()["on_time"] == 0
    share = MEASURES["tasks_on_time"]
    assert share.value(share.draw(YEAR)) == 50


def test_a_list_that_is_not_due_in_the_period_is_neither_late_nor_on_time(tasks: list[str]) -> None:
    """It is issued, and that is all that can be said."""
    issue(tasks, dt.date(2017, 1, 31))
    assert counted() == {"issued": 1, "on_time": 0, "late": 0, "extended": 0}
