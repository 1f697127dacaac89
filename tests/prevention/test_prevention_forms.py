"""Every step of a problem and of its tasks, through the pages that people use."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from anlan.core.actors import Actor
from anlan.core.clock import frozen
from anlan.core.models import Person
from tests import make
from tests.prevention.conftest import Town, day, problem

Enter = Callable[[Actor], Client]
INSTRUCTION = {"reference": "常政办〔2016〕12号", "on": "2016-01-13", "lead": "drains", "supporting": ["west-office"],
               "supervision_level": "city"}  # fmt: skip
PLAN = {"kind": "permanent", "title": "New pipe", "responsible": "Head of works", "organisation": "drains",
        "due_on": "2016-02-15", "criterion": "DN 800 laid"}  # fmt: skip


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    """Let the pages stand two days after the raising."""
    with frozen(day(2)):
        yield


@pytest.fixture
def enter() -> Enter:
    """Return a browser in which somebody is signed in."""

    def browser(actor: Actor) -> Client:
        client = Client()
        client.force_login(Person.objects.get(pk=actor.person_id))
        return client

    return browser


def hidden(client: Client, address: str) -> dict[str, str]:
    """Return what the page's forms carry unseen: the last step shown, and the form's key."""
    page = client.get(address).content.decode()
    return dict(re.findall(r'type="hidden" name="(seen|key)" value="([^"]*)"', page))


def test_a_supervisor_notes_the_instruction(town: Town, enter: Enter) -> None:
    """Paper, lead, those that help and the level of supervision stand on the problem's page afterwards."""
    number, browser = town.raised(1)[0], enter(town.supervisor)
    answer = browser.post(f"/problems/{number}/instruct", INSTRUCTION, follow=True)
    assert answer.status_code == 200
    assert "常政办〔2016〕12号" in answer.content.decode()
    one = problem(number)
    assert (one.state, one.supervision_level, [x.code for x in one.supporting.all()]) == (
        "assigned",
        "city",
        ["west-office"],
    )


@pytest.mark.parametrize(
    ("wrong", "words"),
    [({"reference": ""}, "required"), ({"on": "2016-12-01"}, "has not come"), ({"lead": "nobody"}, "valid choice")],
)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(
    town: Town, enter: Enter, wrong: dict[str, str], words: str
) -> None:
    """Nobody types a paper's number twice."""
    number = town.raised(1)[0]
    answer = enter(town.supervisor).post(f"/problems/{number}/instruct", INSTRUCTION | {"reference": "府〔7〕"} | wrong)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert wrong.get("reference", "府〔7〕") in page
    assert problem(number).state == "raised"


def test_of_two_supervisors_who_press_at_once_the_second_is_told(town: Town, enter: Enter) -> None:
    """The second instruction does not overwrite the first, and what was typed stays."""
    number = town.raised(1)[0]
    first, second = enter(town.supervisor), enter(make.actor("supervisor", at="government"))
    seen = hidden(second, f"/problems/?p={number}")
    first.post(f"/problems/{number}/instruct", INSTRUCTION | hidden(first, f"/problems/?p={number}"))
    told = INSTRUCTION | {"lead": "west-office", "reference": "府〔7〕"} | seen
    answer = second.post(f"/problems/{number}/instruct", told)
    assert answer.status_code == 409
    assert "meanwhile" in answer.content.decode()
    assert "府〔7〕" in answer.content.decode()
    assert problem(number).lead.code == "drains"  # type: ignore[union-attr]


def test_the_same_form_sent_twice_plans_one_task(town: Town, enter: Enter) -> None:
    """A double press is one press."""
    number, browser = town.signed(), enter(town.officer)
    told = PLAN | hidden(browser, f"/problems/?p={number}")
    for _ in range(2):
        assert browser.post(f"/problems/{number}/plan_tasks", told).status_code == 302
    assert problem(number).tasks.count() == 1


def test_a_plan_with_a_past_deadline_keeps_its_words(town: Town, enter: Enter) -> None:
    """The refusal of the verb stands at the field that it names."""
    number = town.signed()
    answer = enter(town.officer).post(f"/problems/{number}/plan_tasks", PLAN | {"due_on": "2015-02-15"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "lies in the past" in page
    assert "DN 800 laid" in page


def test_an_arbiter_decides_on_the_page(town: Town, enter: Enter) -> None:
    """After two returns a leader finds the form, and nobody else does."""
    number = town.assigned()
    officer = enter(town.officer)
    for _ in range(2):
        officer.post(f"/problems/{number}/return", {"reason": "Not our pipe"})
        if problem(number).state == "returned":
            town.instruct(number)
    assert f"/problems/{number}/arbitrate" not in officer.get(f"/problems/?p={number}").content.decode()
    leader = enter(town.leader)
    assert f"/problems/{number}/arbitrate" in leader.get(f"/problems/?p={number}").content.decode()
    leader.post(f"/problems/{number}/arbitrate", {"lead": "west-office", "reason": "By the list of duties"})
    assert problem(number).lead.code == "west-office"  # type: ignore[union-attr]


def test_somebody_elses_step_is_refused_with_words(town: Town, enter: Enter) -> None:
    """An analyst sees the problem; noting the instruction is a supervisor's."""
    number = town.raised(1)[0]
    answer = enter(town.analyst).post(f"/problems/{number}/instruct", INSTRUCTION)
    assert answer.status_code == 409
    assert "A supervisor notes" in answer.content.decode()


def test_links_lead_only_where_one_may_go(town: Town, enter: Enter) -> None:
    """An officer gets no link to the site's page, a call-taker none to the inbox."""
    number = town.assigned()
    assert "/sites/001/" not in enter(town.officer).get(f"/problems/?p={number}").content.decode()
    assert "/sites/001/" in enter(town.supervisor).get(f"/problems/?p={number}").content.decode()
    page = enter(make.actor("call_taker")).get("/sites/001/").content.decode()
    assert number in page
    assert f"/problems/?p={number}" not in page


def test_the_inbox_asks_the_database_a_bounded_number_of_questions(
    town: Town, enter: Enter, django_assert_max_num_queries: Any
) -> None:
    """However many tasks and problems there are."""
    number, _ = town.planned("interim", "permanent", "permanent")
    browser = enter(town.officer)
    browser.get("/problems/")
    with django_assert_max_num_queries(20):
        browser.get(f"/problems/?p={number}")
