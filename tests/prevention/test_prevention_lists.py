"""The lists as people open, filter, issue and print them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader

from anlan.core.print import Words
from anlan.core.time.clock import frozen
from anlan.prevention import actions
from anlan.prevention.models import TaskList
from anlan.prevention.papers.lists import paper_of
from tests import make
from tests.make.problems import Town, day


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    """Let the pages stand three days after the raising."""
    with frozen(day(3)):
        yield


def test_problems_tasks_and_results_are_views_of_the_same_records(town: Town) -> None:
    """What a verifier passed stands on the achievement list; its problem and task stay on theirs."""
    number = town.accepted()
    browser = make.browser(town.supervisor)
    assert number in browser.get("/lists/").content.decode()
    assert "T-2016-0001" in browser.get("/lists/?view=tasks").content.decode()
    results = browser.get("/lists/?view=results").content.decode()
    assert "DN 800 laid" in results
    assert number not in browser.get("/lists/?org=west-office").content.decode()


def test_an_officer_sees_the_lists_of_their_own_organisation_alone(town: Town) -> None:
    """A stranger's lists are empty, an issued one is not found."""
    _, tasks = town.planned()
    issue(make.browser(town.supervisor), tasks)
    stranger, own = make.browser(make.actor("officer", at="west-office")), make.browser(town.officer)
    assert tasks[0] not in stranger.get("/lists/?view=tasks").content.decode()
    assert stranger.get("/lists/L-2016-001/").status_code == 404
    assert stranger.get("/lists/new/").status_code == 403
    assert tasks[0] in own.get("/lists/?view=tasks").content.decode()
    assert tasks[0] in own.get("/lists/L-2016-001/").content.decode()


def issue(browser: Client, tasks: list[str], **values: Any) -> Any:
    """Issue a list through its form."""
    return browser.post("/lists/new/", {"tasks": tasks, "kind": "督办", "due_on": "2016-03-01"} | values)


def test_a_supervisor_issues_a_list_and_sees_what_became_of_its_lines(town: Town) -> None:
    """On time, within an extension, late and open are told apart by the deadline that the list gave."""
    _, tasks = town.planned("interim", "interim", "permanent", "permanent")
    browser = make.browser(town.supervisor)
    assert issue(browser, tasks)["Location"] == "/lists/L-2016-001/"
    actions.extend(task=tasks[1], due_on=day(60).date(), reason="Frost", actor=town.supervisor, at=day(10))
    for name, n in [(tasks[0], 10), (tasks[1], 40), (tasks[2], 45)]:
        town.done(name, at=day(n))
        actions.verify(task=name, passed=True, actor=town.verifier, at=day(n + 1))
    page = browser.get("/lists/L-2016-001/").content.decode()
    for word in ("Done on time", "Done within an extension", "Done late", "Open"):
        assert f"{word}</span>" in page
    assert "督办" in browser.get("/lists/?view=issued").content.decode()


def test_an_issued_list_is_a_paper_with_what_its_reader_may_open(town: Town) -> None:
    """Its lines and fates in the reader's language; a stranger finds none; what an officer may not open is counted."""
    _, tasks = town.planned("interim", "permanent")
    browser = make.browser(town.supervisor)
    issue(browser, tasks)
    town.done(tasks[0], at=day(3))
    actions.verify(task=tasks[0], passed=True, actor=town.verifier, at=day(3))
    answer: Any = browser.get("/lists/L-2016-001/list.pdf?lang=zh-hans", follow=True)
    assert answer["Content-Type"] == "application/pdf"
    text = "".join(PdfReader(io.BytesIO(answer.content)).pages[0].extract_text().split())
    for words in ("任务清单L-2016-001", "督办", *tasks, "DN800laid", "按期完成", "截至2016-"):
        assert words in text
    stranger = make.browser(make.actor("officer", at="west-office"))
    assert stranger.get("/lists/L-2016-001/list.pdf").status_code == 404
    task_list = TaskList.objects.get()
    said = [part.words for part in paper_of(task_list, [], 2, day(3)).parts if isinstance(part, Words)]
    assert "and 2 lines that you may not open" in said


def test_a_wrong_list_keeps_what_was_chosen_and_typed(town: Town) -> None:
    """The boxes stay ticked and the kind stays written."""
    _, tasks = town.planned("interim", "permanent")
    sent = issue(make.browser(town.supervisor), tasks[:1], due_on="2015-03-01")
    page = sent.content.decode()
    assert (sent.status_code, "lies in the past" in page, page.count(" checked"), "督办" in page) == (
        422,
        True,
        1,
        True,
    )
    none = issue(make.browser(town.supervisor), [])
    assert (none.status_code, "Choose the tasks" in none.content.decode()) == (422, True)


def test_a_task_done_meanwhile_is_named_when_the_list_is_issued(town: Town) -> None:
    """The supervisor is told which one to take off; no list is issued."""
    _, tasks = town.planned("interim", "permanent")
    town.done(tasks[0], at=day(3))
    sent = issue(make.browser(town.supervisor), tasks)
    assert (sent.status_code, f"{tasks[0]} is no open task" in sent.content.decode()) == (422, True)
    assert not TaskList.objects.exists()


def test_a_list_sent_twice_is_issued_once(town: Town) -> None:
    """A double press is one press; changed words under the same form are told."""
    _, tasks = town.planned()
    browser = make.browser(town.supervisor)
    for _ in range(2):
        issue(browser, tasks, key="one")
    assert TaskList.objects.count() == 1
    assert issue(browser, tasks, key="one", kind="交办").status_code == 409


@pytest.mark.parametrize(
    ("address", "most"),
    [("/lists/", 14), ("/lists/?view=tasks", 14), ("/lists/?view=results", 14), ("/lists/?view=issued", 15),
     ("/lists/L-2016-001/", 10), ("/lists/L-2016-001/list.pdf", 11),
     ("/lists/new/", 10), ("/problems/new/", 14), ("/tasks/T-2016-0001/", 16)],
)  # fmt: skip
def test_each_list_asks_a_bounded_number_of_questions(
    town: Town, address: str, most: int, django_assert_max_num_queries: Any
) -> None:
    """However long the list is."""
    _, tasks = town.planned("interim", "permanent", "permanent")
    browser = make.browser(town.supervisor)
    for _ in range(3):
        issue(browser, tasks)
    town.done(tasks[0], at=day(3))
    actions.verify(task=tasks[0], passed=True, actor=town.verifier, at=day(3))
    with django_assert_max_num_queries(most):
        assert browser.get(address).status_code == 200
