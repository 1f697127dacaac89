"""What a city raises in one go."""

from __future__ import annotations

import datetime as dt

from anlan.core.actors import system
from anlan.prevention import actions
from anlan.prevention.models import Problem, Task
from tests.prevention.conftest import Town, day

CITY = system("city")


def test_a_city_raises_364_problems_and_plans_800_tasks_at_once(town: Town) -> None:
    """One report, one instruction, one signing, one plan: a few entries more than rows."""
    others = [{"origin": "hazard", "title": f"Place {n}"} for n in range(364)]
    told = {"title": "Ponding", "addressee": "government", "actor": CITY, "at": day(0)}
    problems = actions.raise_problems(others=others, **told)["problems"]
    actions.instruct(problems=problems, reference="12", on=dt.date(2016, 1, 13), lead="drains",
                     supporting=["west-office"], actor=CITY, at=day(0))  # fmt: skip
    actions.sign_for(problems=problems, actor=CITY, at=day(1))
    rows = [
        {"problem": problems[n % 364], "kind": "permanent" if n % 2 else "interim", "title": "Pipe",
         "responsible": "Works", "due_on": dt.date(2016, 5, 31), "criterion": "Laid"} for n in range(800)
    ]  # fmt: skip
    actions.plan_tasks(tasks=rows, actor=CITY, at=day(2))
    assert (Problem.objects.count(), Task.objects.count()) == (364, 800)
    assert Problem.objects.filter(state="in_work", due_on=dt.date(2016, 5, 31)).count() == 364


def test_a_city_finishes_and_verifies_in_bulk(town: Town) -> None:
    """Many works done and many results are the same rows as one by one."""
    number, tasks = town.planned("interim", "permanent")
    done = [{"task": task, "words": "Pipe laid"} for task in tasks]
    assert actions.finish_tasks(rows=done, actor=town.officer, at=day(10))["tasks"] == tasks
    found = [{"task": task, "passed": True} for task in tasks]
    actions.verify_tasks(rows=found, by="government", actor=town.verifier, at=day(12))
    assert Problem.objects.get(number=number).state == "accepted"
