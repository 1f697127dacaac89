"""Every step of a problem and of its tasks, through the pages that people use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from anlan.core.people.actors import system
from anlan.core.time.clock import frozen
from anlan.hotspots.models import StudyPlace
from anlan.prevention import actions
from tests import make
from tests.flat import flat
from tests.make.problems import Town, day, problem, task

INSTRUCTION = {"reference": "常政办〔2016〕12号", "on": "2016-01-13", "lead": "drains", "supporting": ["west-office"],
               "supervision_level": "city"}  # fmt: skip
PLAN = {"kind": "permanent", "title": "New pipe", "responsible": "Head of works", "organisation": "drains",
        "due_on": "2016-02-15", "criterion": "DN 800 laid"}  # fmt: skip


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    """Let the pages stand two days after the raising."""
    with frozen(day(2)):
        yield


def hidden(client: Client, address: str) -> dict[str, str]:
    """Return what the page's forms carry unseen: the last step shown, and the form's key."""
    page = client.get(address).content.decode()
    return dict(re.findall(r'type="hidden" name="(seen|key)" value="([^"]*)"', page))


def test_a_supervisor_notes_the_instruction(town: Town) -> None:
    """Paper, lead, those that help and the level of supervision stand on the problem's page afterwards."""
    number, browser = town.raised(1)[0], make.browser(town.supervisor)
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
    town: Town, wrong: dict[str, str], words: str
) -> None:
    """Nobody types a paper's number twice."""
    number = town.raised(1)[0]
    answer = make.browser(town.supervisor).post(
        f"/problems/{number}/instruct", INSTRUCTION | {"reference": "府〔7〕"} | wrong
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert wrong.get("reference", "府〔7〕") in page
    assert problem(number).state == "raised"


def test_of_two_supervisors_who_press_at_once_the_second_is_told(town: Town) -> None:
    """The second instruction does not overwrite the first, and what was typed stays."""
    number = town.raised(1)[0]
    first, second = make.browser(town.supervisor), make.browser(make.actor("supervisor", at="government"))
    seen = hidden(second, f"/problems/?p={number}")
    first.post(f"/problems/{number}/instruct", INSTRUCTION | hidden(first, f"/problems/?p={number}"))
    told = INSTRUCTION | {"lead": "west-office", "reference": "府〔7〕"} | seen
    answer = second.post(f"/problems/{number}/instruct", told)
    assert answer.status_code == 409
    assert "meanwhile" in answer.content.decode()
    assert "府〔7〕" in answer.content.decode()
    assert problem(number).lead.code == "drains"  # type: ignore[union-attr]


def test_the_same_form_sent_twice_plans_one_task(town: Town) -> None:
    """A double press is one press."""
    number, browser = town.signed(), make.browser(town.officer)
    told = PLAN | hidden(browser, f"/problems/?p={number}")
    for _ in range(2):
        assert browser.post(f"/problems/{number}/plan_tasks", told).status_code == 302
    assert problem(number).tasks.count() == 1


def test_a_plan_with_a_past_deadline_keeps_its_words(town: Town) -> None:
    """The refusal of the verb stands at the field that it names."""
    number = town.signed()
    answer = make.browser(town.officer).post(f"/problems/{number}/plan_tasks", PLAN | {"due_on": "2015-02-15"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "lies in the past" in page
    assert "DN 800 laid" in page


def test_an_arbiter_decides_on_the_page(town: Town) -> None:
    """After two returns a leader finds the form, and nobody else does."""
    number = town.assigned()
    officer = make.browser(town.officer)
    for _ in range(2):
        officer.post(f"/problems/{number}/return", {"reason": "Not our pipe"})
        if problem(number).state == "returned":
            town.instruct(number)
    assert f"/problems/{number}/arbitrate" not in officer.get(f"/problems/?p={number}").content.decode()
    leader = make.browser(town.leader)
    assert f"/problems/{number}/arbitrate" in leader.get(f"/problems/?p={number}").content.decode()
    leader.post(f"/problems/{number}/arbitrate", {"lead": "west-office", "reason": "By the list of duties"})
    assert problem(number).lead.code == "west-office"  # type: ignore[union-attr]


def test_somebody_elses_step_is_refused_with_words(town: Town) -> None:
    """An analyst sees the problem; noting the instruction is a supervisor's."""
    number = town.raised(1)[0]
    answer = make.browser(town.analyst).post(f"/problems/{number}/instruct", INSTRUCTION)
    assert answer.status_code == 409
    assert "A supervisor notes" in answer.content.decode()


def test_links_lead_only_where_one_may_go(town: Town) -> None:
    """An officer gets no link to the site's page, a call-taker none to the inbox."""
    number = town.assigned()
    assert "/sites/001/" not in make.browser(town.officer).get(f"/problems/?p={number}").content.decode()
    assert "/sites/001/" in make.browser(town.supervisor).get(f"/problems/?p={number}").content.decode()
    page = make.browser(make.actor("call_taker")).get("/sites/001/").content.decode()
    assert number in page
    assert f"/problems/?p={number}" not in page


def test_the_inbox_asks_the_database_a_bounded_number_of_questions(
    town: Town, django_assert_max_num_queries: Any
) -> None:
    """However many tasks and problems there are."""
    number, _ = town.planned("interim", "permanent", "permanent")
    browser = make.browser(town.officer)
    browser.get("/problems/")
    with django_assert_max_num_queries(20):
        browser.get(f"/problems/?p={number}")


def test_an_officer_plans_proves_and_finishes_and_a_verifier_of_elsewhere_passes(town: Town) -> None:
    """The whole way of a task through its page."""
    number, officer, verifier = town.signed(), make.browser(town.officer), make.browser(town.verifier)
    officer.post(f"/problems/{number}/plan_tasks", PLAN)
    assert "/tasks/T-2016-0001/" in officer.get(f"/problems/?p={number}").content.decode()
    sent = officer.post("/tasks/T-2016-0001/finish")
    assert (sent.status_code, "Add evidence first" in sent.content.decode()) == (409, True)
    officer.post("/tasks/T-2016-0001/add_evidence", {"photo": make.upload(), "words": "Pipe laid"})
    assert officer.post("/tasks/T-2016-0001/finish").status_code == 302
    assert verifier.post("/tasks/T-2016-0001/verify", {"passed": "yes", "words": "DN 800"}).status_code == 302
    assert (task("T-2016-0001").state, problem(number).state) == ("passed", "accepted")


def test_what_is_no_photo_is_refused_and_the_words_stay(town: Town) -> None:
    """A file of another kind is named at its field."""
    _, tasks = town.planned()
    file = SimpleUploadedFile("works.jpg", b"%PDF-1.7", "image/jpeg")
    sent = make.browser(town.officer).post(f"/tasks/{tasks[0]}/add_evidence", {"photo": file, "words": "Pipe laid"})
    assert sent.status_code == 422
    assert "no photo" in sent.content.decode()
    assert "Pipe laid" in sent.content.decode()


def test_the_doer_cannot_verify(town: Town) -> None:
    """A verifier of the organisation that did the work is not offered the form, and sent all the same is told why."""
    _, tasks = town.planned()
    town.done(tasks[0], at=day(2))
    own = make.browser(make.actor("verifier", at="drains"))
    assert f"/tasks/{tasks[0]}/verify" not in own.get(f"/tasks/{tasks[0]}/").content.decode()
    sent = own.post(f"/tasks/{tasks[0]}/verify", {"passed": "yes"})
    assert (sent.status_code, "somebody else does" in sent.content.decode()) == (409, True)
    assert task(tasks[0]).state == "works_done"


def test_of_two_verifiers_at_once_the_second_is_told(town: Town) -> None:
    """The second word does not undo the first, and stays on the page."""
    _, tasks = town.planned()
    town.done(tasks[0], at=day(2))
    assert make.browser(town.verifier).post(f"/tasks/{tasks[0]}/verify", {"passed": "yes"}).status_code == 302
    second = make.browser(make.actor("verifier", at="government"))
    sent = second.post(f"/tasks/{tasks[0]}/verify", {"passed": "no", "words": "Pump missing"})
    page = sent.content.decode()
    assert (sent.status_code, "already &#x27;Passed&#x27;" in page, "Pump missing" in page) == (409, True, True)


def test_a_refusal_says_which_part_is_not_met(town: Town) -> None:
    """Without words a refusal is no refusal."""
    _, tasks = town.planned()
    town.done(tasks[0], at=day(2))
    sent = make.browser(town.verifier).post(f"/tasks/{tasks[0]}/verify", {"passed": "no"})
    assert (sent.status_code, "criterion" in sent.content.decode()) == (422, True)


def test_a_supervisor_extends_and_of_two_the_second_is_told(town: Town) -> None:
    """The later deadline stands with its reason, and nobody moves it a second time unseen."""
    _, tasks = town.planned()
    first, second = make.browser(town.supervisor), make.browser(make.actor("supervisor", at="government"))
    seen = hidden(second, f"/tasks/{tasks[0]}/")["seen"]
    first.post(f"/tasks/{tasks[0]}/extend", {"due_on": "2016-03-31", "reason": "Frost", "seen": seen})
    sent = second.post(f"/tasks/{tasks[0]}/extend", {"due_on": "2016-04-29", "reason": "No pipe", "seen": seen})
    page = sent.content.decode()
    assert (sent.status_code, "meanwhile" in page, "No pipe" in page) == (422, True, True)
    assert str(task(tasks[0]).due_on) == "2016-03-31"
    assert "Frost" in first.get(f"/tasks/{tasks[0]}/").content.decode()


def test_sites_are_raised_with_a_reserve_and_those_that_stand_are_shown(town: Town) -> None:
    """The analyst picks in a table; a picked site is on the list afterwards, with its number in the table."""
    browser = make.browser(town.analyst)
    told = {"what": "sites", "study": town.study, "title": "Ponding", "addressee": "government", "sites": ["1"]}
    wrong = browser.post("/problems/new/", told | {"sites": []})
    assert (wrong.status_code, "at least one site" in wrong.content.decode()) == (422, True)
    assert "P-2016-0001" in browser.post("/problems/new/", told, follow=True).content.decode()
    assert "P-2016-0001" in browser.get("/problems/new/").content.decode()
    again = browser.post("/problems/new/", told)
    assert (again.status_code, "has a problem already" in again.content.decode()) == (422, True)


def test_a_silent_area_is_raised_once(town: Town) -> None:
    """Where people live and nobody reported in the study, it is offered by its name of then, until it stands."""
    browser = make.browser(town.analyst)
    told = {"what": "sites", "study": town.study, "title": "Ponding", "addressee": "government", "sites": ["1"]}
    assert "East City (east-city)" in browser.get("/problems/new/").content.decode()
    assert browser.post("/problems/new/", told | {"silent_areas": ["east-city"]}).status_code == 302
    assert problem("P-2016-0002").origin == "silent_area"
    again = browser.post("/problems/new/", told | {"sites": [], "silent_areas": ["east-city"]})
    assert (again.status_code, "Ponding" in again.content.decode()) == (422, True)


def test_a_key_area_is_raised_with_its_exit_criteria(town: Town) -> None:
    """Without them it is not listed, and what was typed stays."""
    browser = make.browser(town.supervisor)
    told = {"what": "single", "origin": "key_area", "title": "老火车站地区", "addressee": "government"}
    wrong = browser.post("/problems/new/", told)
    assert (wrong.status_code, "老火车站地区" in wrong.content.decode()) == (422, True)
    browser.post("/problems/new/", told | {"exit_criteria": "三个月无同类报告"})
    assert problem("P-2016-0001").exit_criteria == "三个月无同类报告"
    assert make.browser(town.officer).get("/problems/new/").status_code == 403


def test_a_supervisor_instructs_many_problems_of_an_analysis_report(town: Town) -> None:
    """Those chosen get one paper and one lead; what was instructed meanwhile is named and nothing else is lost."""
    numbers, browser = town.raised(1, 2), make.browser(town.supervisor)
    page = browser.get("/analyses/A-2016-001/").content.decode()
    assert all(number in page for number in numbers)
    none = browser.post("/analyses/A-2016-001/", INSTRUCTION)
    assert (none.status_code, "Choose the problems" in none.content.decode()) == (422, True)
    assert browser.post("/analyses/A-2016-001/", INSTRUCTION | {"problems": numbers[:1]}).status_code == 302
    again = browser.post("/analyses/A-2016-001/", INSTRUCTION | {"problems": numbers})
    assert (again.status_code, f"{numbers[0]} does not wait" in again.content.decode()) == (422, True)
    assert [problem(number).state for number in numbers] == ["assigned", "raised"]
    assert make.browser(make.actor("officer", at="west-office")).get("/analyses/A-2016-001/").status_code == 200
    assert make.browser(make.actor("officer", at="other")).get("/analyses/A-2016-001/").status_code == 404


def test_what_rain_has_not_tested_is_not_offered_for_striking_off(town: Town) -> None:
    """Before the storm the page says why; after it the storm stands there, held, and one button strikes off."""
    number, browser = town.accepted(), make.browser(town.supervisor)
    with frozen(day(20)):
        page = browser.get(f"/problems/?p={number}").content.decode()
        assert ("/strike_off" in page, "what a storm has left dry" in page) == (False, True)
        assert "/strike_off" not in browser.post(f"/problems/{number}/reopen", {"reason": ""}).content.decode()
        refused = browser.post(f"/problems/{number}/strike_off")
        assert (refused.status_code, "no storm of 30 mm/h" in refused.content.decode()) == (409, True)
    town.storm(30, peak=45)
    with frozen(day(40)):
        page = browser.get(f"/problems/?p={number}").content.decode()
        assert ("/strike_off" in page, "Held, no report from here" in page, "45.0 mm/h" in page) == (True, True, True)
        browser.post(f"/problems/{number}/strike_off")
    assert problem(number).state == "struck_off"


def test_the_next_step_names_who_is_due(town: Town) -> None:
    """The doer of the task by which the problem runs, the verifier once its works are done, and nobody as a dash."""
    number = town.assigned(supporting=["west-office"])
    actions.sign_for(problems=[number], actor=system("test"), at=day(1))
    (name,) = town.plan(number, "permanent", organisation="west-office")
    browser = make.browser(town.supervisor)
    assert "<dt>Next step</dt><dd>West office, " in flat(browser.get(f"/problems/?p={number}"))
    actions.add_evidence(task=name, words="Pipe laid", actor=system("test"), at=day(2))
    actions.finish_task(task=name, actor=system("test"), at=day(2))
    assert "<dt>Next step</dt><dd>Verifier, 2016-01-29" in flat(browser.get(f"/problems/?p={number}"))
    assert "· —" not in browser.get(f"/tasks/{name}/").content.decode()


def test_a_late_problem_shows_its_ladder_with_what_comes(town: Town) -> None:
    """The notice names the deadline and the next step of the ladder."""
    number, _ = town.planned()
    actions.escalate_overdue(actor=town.supervisor, at=day(31))
    with frozen(day(40)):
        actions.escalate_overdue(actor=town.supervisor, at=day(40))
        page = make.browser(town.supervisor).get(f"/problems/?p={number}&view=late").content.decode()
        assert "'<span lang=\"en\">New pipe</span>' was due on 2016-02-15" in page
        assert "Interview comes on 2016-03-01" in page
    assert "T-2016-0001" in page


def test_the_inbox_is_searched_and_paged_by_its_address(town: Town) -> None:
    """A number, a site or an instruction finds; an origin narrows; what is not there says so."""
    town.assigned()
    browser = make.browser(town.supervisor)
    for query in ("q=P-2016-0001", "q=001", "q=12号", "origin=site"):
        assert "1–1 / 1" in flat(browser.get(f"/problems/?{query}")), query
    for query in ("q=nowhere", "q=²", "origin=hazard"):
        assert "Nothing fits" in browser.get(f"/problems/?{query}").content.decode(), query


def test_a_site_that_its_reports_call_differently_is_offered_by_its_areas(town: Town) -> None:
    """A number alone tells nobody where it lies."""
    StudyPlace.objects.update(label="")
    page = make.browser(town.analyst).get("/problems/new/").content.decode()
    assert re.search(r'001</span><span lang="en">West District', flat(page))


def test_a_site_is_raised_from_its_own_page(town: Town) -> None:
    """The button leads to the form with the site chosen; once raised the site shows tasks and history instead."""
    browser = make.browser(town.analyst)
    page = browser.get("/sites/001/").content.decode()
    link = re.search(r'href="(/problems/new/\?[^"]*)"', page)
    assert link
    form = browser.get(link[1].replace("&amp;", "&")).content.decode()
    assert re.search(r'id="sites-1" value="1" checked', flat(form))
    number, tasks = town.planned()
    page = browser.get("/sites/001/").content.decode()
    assert ("/problems/new/" in page, tasks[0] in page, number in page) == (False, True, True)
