"""What each person sees first: what waits, by clock, and the rail that leads to the rooms."""

from __future__ import annotations

import datetime as dt
import re
from unittest.mock import patch

import pytest
from django.test import Client

from anlan.core.people.actors import system
from anlan.core.people.roles import Role
from anlan.core.time.clock import frozen
from anlan.core.web.matters import GROUPS, matters_of
from anlan.core.web.slots import STRETCHES, _rail
from anlan.triage.actions import hand_over, resolve, return_incident, set_urgency, sign_for
from tests import make
from tests.make import AT
from tests.make.problems import Town, day

pytestmark = pytest.mark.django_db


def first(client: Client, path: str = "/") -> tuple[str, str]:
    """Return where somebody lands, and the page."""
    answer = client.get(path, follow=True)
    assert answer.status_code == 200
    return answer.redirect_chain[-1][0] if answer.redirect_chain else path, answer.content.decode()


def rows(page: str) -> list[str]:
    """Return the addresses of what waits, in the order of the page."""
    return re.findall(r'<th scope="row">\s*<a href="([^"]+)"', page)


@pytest.fixture
def town() -> Town:
    return make.town()


@pytest.mark.parametrize("role", Role.values)
def test_every_role_begins_on_a_page_that_is_open_to_it(role: str) -> None:
    """What waits for them; leaders the overview, operators of a new city its first steps, auditors the ledger."""
    make.city()
    where, page = first(make.browser(make.person(role)))
    assert where == {"leader": "/overview/", "operator": "/start/", "auditor": "/audit/"}.get(role, "/today/")
    assert 'id="rooms"' in page
    assert "/logout/" in page


@pytest.mark.parametrize("role", Role.values)
def test_each_stop_of_the_rail_opens(role: str) -> None:
    """Nobody is shown a room that then refuses them."""
    make.city()
    client = make.browser(make.person(role))
    stops = re.findall(r'class="stop counted"\s+href="([^"]+)"', client.get("/today/").content.decode())
    assert "/today/" in stops
    assert [stop for stop in stops if client.get(stop).status_code != 200] == []


@pytest.mark.parametrize(("path", "status"), [("/bulletins/desk/", 403), ("/no-such-page", 404)])
def test_a_page_that_is_refused_keeps_the_rail_and_the_way_out(path: str, status: int) -> None:
    """Who is signed in finds back to a page of their own, and out; the public sees no rail."""
    make.city()
    client = make.browser(make.person("officer"))
    page = client.get(path)
    assert page.status_code == status
    assert ('id="rooms"' in page.content.decode(), "/logout/" in page.content.decode()) == (True, True)
    assert first(client, "/")[0] == "/today/"
    assert 'id="rooms"' not in Client().get("/no-such-page").content.decode()


def test_a_fault_of_ours_keeps_the_rail_too() -> None:
    """Where the page failed the frame stands; where the frame fails too, a page without any does."""
    make.city()
    client = make.browser(make.person("officer"))
    client.raise_request_exception = False
    with patch("anlan.boards.views.today.matters_of", side_effect=RuntimeError):
        page = client.get("/today/")
    assert (page.status_code, 'id="rooms"' in page.content.decode()) == (500, True)
    with patch("anlan.core.web.context.rail_for", side_effect=RuntimeError):
        page = client.get("/today/")
    assert (page.status_code, "Our fault" in page.content.decode()) == (500, True)


def test_a_problem_waits_for_whoever_has_its_next_step(town: Town) -> None:
    """What is raised waits for the supervisor who instructs, and for nobody else."""
    town.raised(1)
    waits = {"supervisor": town.supervisor, "officer": town.officer, "verifier": town.verifier}

    def waiting(at: dt.datetime) -> dict[str, int]:
        with frozen(at):
            return {name: len(rows(make.browser(who).get("/today/").content.decode())) for name, who in waits.items()}

    assert waiting(day(13)) == {"supervisor": 1, "officer": 0, "verifier": 0}


def test_tasks_wait_for_their_doer_and_then_for_the_verifier(town: Town) -> None:
    """From a week before the deadline the doer sees the task; with works done it stands with the verifier."""
    _number, (task,) = town.planned()
    with frozen(day(20)):
        assert rows(make.browser(town.officer).get("/today/").content.decode()) == []
    with frozen(day(28)):
        page = make.browser(town.officer).get("/today/").content.decode()
        assert rows(page) == [f"/tasks/{task}/"]
        assert "Add evidence" in page  # before that nobody says that works are done
    town.done(task, at=day(28))
    with frozen(day(40)):
        assert rows(make.browser(town.officer).get("/today/").content.decode()) == []
        assert rows(make.browser(town.verifier).get("/today/").content.decode()) == [f"/tasks/{task}/"]


def test_a_late_answer_to_an_extension_waits_for_the_supervisor(town: Town) -> None:
    """What was asked stands on the page of who answers, by the clock of the answer."""
    from anlan.prevention.actions import ask_extension

    _number, (task,) = town.planned()
    ask_extension(task=task, due_on=(day(60)).date(), reason="pipes late", actor=town.officer, at=day(3))
    with frozen(day(12)):
        page = make.browser(town.supervisor).get("/today/").content.decode()
    assert rows(page) == [f"/tasks/{task}/"]
    assert "late" in page


def test_incidents_wait_by_clock_for_their_holder(town: Town) -> None:
    """The desk sees what it holds, an officer what was handed over, the soonest due first, the late above."""
    desk, officer = make.browser(make.person("dispatcher")), make.browser(make.person("officer", at="drains"))
    first_one, second = make.incident(at=AT), make.incident(at=AT + dt.timedelta(minutes=3))
    handed = make.incident(at=AT, to="drains")
    with frozen(AT + dt.timedelta(minutes=6)):
        page = desk.get("/today/").content.decode()
        assert rows(page) == [f"/incidents/{first_one}/", f"/incidents/{second}/"]
        assert rows(officer.get("/today/").content.decode()) == [f"/incidents/{handed}/"]
    sign_for(number=handed, actor=make.actor("officer", at="drains"), at=AT)
    assert "Resolve" in officer.get("/today/").content.decode()


def test_what_is_urgent_says_so_where_it_waits(town: Town) -> None:
    """Among noise of the same minute the supervisor and the desk see which one cannot wait."""
    urgent, in_turn = make.incident(at=AT), make.incident(at=AT)
    set_urgency(number=urgent, urgency=1, actor=system("test"), at=AT)
    with frozen(AT + dt.timedelta(minutes=6)):
        page = make.browser(make.person("dispatcher")).get("/today/").content.decode()
    assert set(rows(page)) == {f"/incidents/{urgent}/", f"/incidents/{in_turn}/"}
    assert page.count("· at once") == 1


def test_what_a_holder_resolved_waits_for_the_desk_that_closes_it(town: Town) -> None:
    """The clock of closing is the desk's, whoever holds the matter; a second return waits for the arbiter."""
    number = make.incident(at=AT, to="drains")
    officer = make.actor("officer", at="drains")
    sign_for(number=number, actor=officer, at=AT)
    resolve(number=number, disposal="done", actor=officer, at=AT)
    with frozen(AT + dt.timedelta(minutes=1)):
        assert rows(make.browser(make.person("dispatcher")).get("/today/").content.decode()) == [
            f"/incidents/{number}/"
        ]
        assert rows(make.browser(officer).get("/today/").content.decode()) == []
    disputed = make.incident(at=AT, to="drains")
    return_incident(number=disputed, reason="x", actor=officer, at=AT)
    hand_over(number=disputed, to="drains", actor=system("test"), at=AT)
    return_incident(number=disputed, reason="x", actor=officer, at=AT)
    with frozen(AT + dt.timedelta(minutes=1)):
        page = make.browser(make.person("supervisor", at="government")).get("/today/").content.decode()
    assert f"/incidents/{disputed}/" in rows(page)


def test_the_rail_counts_what_is_most_urgent(town: Town) -> None:
    """A stop carries one number: what is late, else what is due today, else nothing; Today the worst of all."""
    make.incident(at=AT)
    desk = make.browser(make.person("dispatcher"))
    with frozen(AT + dt.timedelta(minutes=1)):
        counts = desk.get("/today/due").content.decode()
        assert re.search(r'id="due-n"[^>]*class="due state warn"[^>]*>1', counts, re.S)
    with frozen(AT + dt.timedelta(minutes=9)):
        counts = desk.get("/today/due").content.decode()
        assert re.search(r'id="due-n"[^>]*class="due state late tag"[^>]*>1', counts, re.S)
        assert re.search(r'id="due-t"[^>]*class="due state late tag"[^>]*>1', counts, re.S)
        assert re.search(r'id="due-d"[^>]*hidden', counts, re.S)


def test_the_page_says_that_its_list_has_changed(town: Town) -> None:
    """New rows never push those away that somebody reads: a word offers them."""
    make.incident(at=AT)
    desk = make.browser(make.person("dispatcher"))
    with frozen(AT):
        seen = re.search(r'name="seen"\s+value="([0-9a-f]{8})"', desk.get("/today/").content.decode())
        assert seen
        assert "has changed" not in desk.get("/today/due", {"seen": seen[1]}).content.decode()
        make.incident(at=AT)
        assert "has changed" in desk.get("/today/due", {"seen": seen[1]}).content.decode()


def test_a_number_is_found_by_whoever_may_open_it(town: Town) -> None:
    """In any case of letters; what is closed to somebody and what nobody has are answered alike."""
    number = town.assigned()
    incident = make.incident(at=AT, to="drains")
    officer, stranger = make.browser(town.officer), make.browser(make.person("officer", at="west-office"))
    assert f"/problems/?p={number}" in officer.get("/find/", {"q": number.lower()}).content.decode()
    assert f"/incidents/{incident}/" in officer.get("/find/", {"q": incident}).content.decode()
    closed = stranger.get("/find/", {"q": number}, headers={"HX-Request": "true"}).content
    missing = stranger.get("/find/", {"q": "P-2016-9999"}, headers={"HX-Request": "true"}).content
    assert closed == missing
    assert number.encode() not in closed


def test_a_room_is_found_by_its_name_its_sign_and_its_letter(town: Town) -> None:
    """Only rooms that are open to who asks."""
    officer = make.browser(town.officer)
    for typed in ("problems", "治", "p"):
        assert (
            'href="/problems/"' in officer.get("/find/", {"q": typed}, headers={"HX-Request": "true"}).content.decode()
        )
    page = officer.get("/find/", {"q": "bulletins"}, headers={"HX-Request": "true"}).content.decode()
    assert "/bulletins/desk/" not in page


def test_nothing_of_it_is_open_to_the_public(client: Client) -> None:
    """What waits, the counts and the finder ask for a log-in."""
    make.city()
    for path in ("/today/", "/today/due", "/find/"):
        assert client.get(path).status_code == 302


def test_letters_are_one_a_room_and_every_room_stands_on_the_path() -> None:
    """`g` and a letter lead to one place, in both languages."""
    letters = [stop.letter for stop in _rail]
    assert len(set(letters)) == len(letters)
    assert {stop.stretch for stop in _rail} <= set(STRETCHES)
    assert len(GROUPS) == len(set(GROUPS))


def test_an_incident_that_nobody_takes_reaches_the_supervisor_wherever_they_belong(town: Town) -> None:
    """Once its minutes have run out it stands on their first page, late; before that it is the desk's alone."""
    number = make.incident(at=day(1))
    supervisor = make.actor("supervisor", at="west-office")
    minutes = dt.timedelta(minutes=1)

    def waiting(after: int) -> list[tuple[str, str]]:
        at = day(1) + after * minutes
        return [(each.number, each.group(at)) for each in matters_of(supervisor, at, ["triage"])]

    assert waiting(1) == []
    assert waiting(60) == [(number, "late")]
