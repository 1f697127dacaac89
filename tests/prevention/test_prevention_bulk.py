"""What a city raises in one go."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from anlan.core.models import LedgerEntry
from anlan.core.people.actors import NotAllowed, system
from anlan.core.refusals import Refused
from anlan.prevention import actions
from anlan.prevention.models import Evidence, Problem, Task
from anlan.prevention.queries.storms import last_stood, look_back
from tests import make
from tests.make.problems import Town, day

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


def test_in_bulk_works_leave_what_the_single_verbs_leave(town: Town) -> None:
    """Rows, deadlines and entries: finished, refused, finished again, passed, once one by one and once in one go."""
    single, bulk = Walked(town), Walked(town)
    for walked in (single, bulk):
        walked.ask(town)
    for task, passed in single.first:
        actions.add_evidence(task=task, words="laid", actor=town.officer, at=day(10))
        actions.finish_task(task=task, actor=town.officer, at=day(10))
        actions.verify(task=task, passed=passed, words="leaks", actor=town.verifier, at=day(12))
    rows = [row | {"at": day(10)} for row in bulk.done("laid")]
    actions.finish_tasks(rows=rows, actor=town.officer, at=day(11))
    rows = [row | {"at": day(12)} for row in bulk.found("leaks")]
    actions.verify_tasks(rows=rows, actor=town.verifier, at=day(13))
    assert single.left() == bulk.left()
    for one in (single, bulk):
        again = [{"task": one.first[1][0], "words": "mended", "at": day(20)}]
        actions.finish_tasks(rows=again, actor=town.officer, at=day(21))
        actions.verify_tasks(rows=[{"task": one.first[1][0], "passed": True}], actor=town.verifier, at=day(22))
    assert single.left() == bulk.left()
    assert {row[0] for row in bulk.left()["problems"]} == {"accepted"}
    assert [row[:2] for row in bulk.left()["requests"]] == [("withdrawn", day(10))] * 4


@pytest.mark.parametrize(("rows", "code"), [([{"words": ""}], "evidence_missing"), ([{}, {}], "stands_already")])
def test_in_bulk_one_bad_row_refuses_all(town: Town, rows: list[dict[str, str]], code: str) -> None:
    """Nothing of a refused call stays."""
    _, tasks = town.planned()
    told = [{"task": tasks[0], "words": "laid"} | row for row in rows]
    with pytest.raises(Refused) as refused:
        actions.finish_tasks(rows=told, actor=town.officer, at=day(10))
    assert refused.value.code == code
    with pytest.raises(NotAllowed):
        actions.finish_tasks(rows=[{"task": "T-2016-9999", "words": "laid"}], actor=town.officer, at=day(10))
    assert Task.objects.get(number=tasks[0]).state == "open"
    assert not Evidence.objects.exists()


@pytest.mark.parametrize("n", [-1, 11])
def test_in_bulk_a_row_tells_of_no_moment_that_cannot_be(town: Town, n: int) -> None:
    """Neither before the problem was raised nor after the whole is told; works are verified only once they are done."""
    _, (task,) = town.planned()
    with pytest.raises(Refused) as refused:
        actions.finish_tasks(rows=[{"task": task, "words": "laid", "at": day(n)}], actor=town.officer, at=day(10))
    assert refused.value.code == "moment_out_of_bounds"
    actions.finish_tasks(rows=[{"task": task, "words": "laid", "at": day(9)}], actor=town.officer, at=day(10))
    with pytest.raises(Refused) as refused:
        actions.verify_tasks(rows=[{"task": task, "passed": True, "at": day(8 if n < 0 else 13)}],
                             actor=town.verifier, at=day(12))  # fmt: skip
    assert refused.value.code == "moment_out_of_bounds"


class Walked:
    """Two problems of two tasks each, of which the second task is refused at first."""

    def __init__(self, town: Town) -> None:
        others = [{"origin": "hazard", "title": f"Place {n}"} for n in range(2)]
        told = {"title": "Ponding", "addressee": "government", "actor": CITY, "at": day(0)}
        self.problems = actions.raise_problems(others=others, **told)["problems"]
        for number in self.problems:
            town.instruct(number)
        actions.sign_for(problems=self.problems, actor=town.officer, at=day(1))
        planned = [task for number in self.problems for task in town.plan(number, "interim", "permanent")]
        self.first = [(task, n != 1) for n, task in enumerate(planned)]

    def ask(self, town: Town) -> None:
        for task, _ in self.first:
            actions.ask_extension(task=task, due_on=dt.date(2016, 6, 1), reason="Frost", actor=town.officer, at=day(8))

    def done(self, words: str) -> list[dict[str, str]]:
        return [{"task": task, "words": words} for task, _ in self.first]

    def found(self, words: str) -> list[dict[str, object]]:
        return [{"task": task, "passed": passed, "words": words} for task, passed in self.first]

    def left(self) -> dict[str, list[tuple[object, ...]]]:
        """Return what is stored, without numbers and ids."""
        tasks = Task.objects.filter(problem__number__in=self.problems).order_by("number")
        subjects = [f"task:{one.number}" for one in tasks] + [f"problem:{number}" for number in self.problems]
        told = LedgerEntry.objects.filter(subject__in=subjects).values_list("kind", "at", "actor")
        result = ("results__passed", "results__words", "results__verified_at", "results__by")
        columns = ("state", "due_on", "verify_by", "finished_at", "finished_by")
        problems = Problem.objects.filter(number__in=self.problems).order_by("number")
        return {
            "tasks": list(tasks.values_list(*columns)),
            "problems": list(problems.values_list("state", "due_on", "accepted_at")),
            "results": list(tasks.values_list(*result).order_by("number", "results__pk")),
            "evidence": list(tasks.values_list("evidence__words", "evidence__added_at", "evidence__organisation")
                             .order_by("number", "evidence__pk")),
            "requests": list(tasks.values_list("requests__state", "requests__answered_at", "requests__due_on")
                             .order_by("number", "requests__pk")),
            "entries": sorted(told),
        }  # fmt: skip


def mended(town: Town) -> list[str]:
    """Return two places whose works were accepted."""
    numbers = town.raised(1, 2)
    for number in numbers:
        town.instruct(number)
        actions.sign_for(problems=[number], actor=town.officer, at=day(1))
        (task,) = town.plan(number, "permanent")
        town.done(task)
        actions.verify(task=task, passed=True, actor=town.verifier, at=day(12))
    return numbers


def test_in_bulk_leaves_the_list_what_rain_has_tested_and_nothing_else(town: Town) -> None:
    """Of two mended places one failed in the storm; the other is struck off as the single verb would have done it."""
    dry, failed = mended(town)
    town.storm(40, peak=45)
    place = Problem.objects.get(number=failed)
    make.report(lon=place.lon, lat=place.lat, received_at=day(40) + dt.timedelta(minutes=30), at=day(41))
    rows = [{"problem": number, "reference": "7"} for number in (dry, failed)]
    for early in (20, 40):  # before the storm, and before its water has run off
        assert actions.strike_off_tested(rows=rows, actor=town.supervisor, at=day(early)) == {"problems": []}
    assert actions.strike_off_tested(rows=rows, actor=town.supervisor, at=day(50)) == {"problems": [dry]}
    left = LedgerEntry.objects.get(kind="prevention.problem_struck_off")
    storm = json.loads(left.payload)["storm"]
    assert (left.subject, json.loads(left.payload)["reference"], bool(storm)) == (f"problem:{dry}", "7", True)
    assert Problem.objects.get(number=failed).state == "accepted"


def test_in_bulk_each_place_has_stood_what_its_page_says(town: Town) -> None:
    """Read at once or by itself: the same last storm, also for one that none has tested."""
    numbers = mended(town)
    for n, peak in ((40, 45), (60, 20), (80, 60)):
        town.storm(n, peak=peak)
    place = Problem.objects.get(number=numbers[0])
    make.report(lon=place.lon, lat=place.lat, received_at=day(80) + dt.timedelta(minutes=30), at=day(81))
    for n in (20, 50, 70, 90):
        read = list(Problem.objects.filter(number__in=numbers))
        look_back(read, day(n))
        single = {problem.pk: last_stood(problem, day(n)) for problem in Problem.objects.filter(number__in=numbers)}
        assert {problem.pk: last_stood(problem, day(n)) for problem in read} == single
