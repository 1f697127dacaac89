"""Steps pressed on the first page, what stands beside the list, and how much all of it asks of the database."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from anlan.core.people.actors import system
from anlan.core.time.clock import frozen
from anlan.dispatch import actions as dispatch
from anlan.prevention import actions as prevention
from anlan.triage import actions as triage
from anlan.triage.models import Incident
from tests import make
from tests.make import AT
from tests.make.incidents import arbitrated
from tests.make.problems import Town, day, problem

pytestmark = pytest.mark.django_db
SOON = AT + dt.timedelta(minutes=1)


@pytest.fixture
def town() -> Town:
    return make.town()


def pressed(client: Client, move: str) -> tuple[int, str]:
    """Press the first step of this name on the page as it was just loaded; return the answer's status and page."""
    page = client.get("/today/").content.decode()
    return send(client, form_of(page, move))


def form_of(page: str, move: str) -> dict[str, str]:
    """Return the fields of the first form on a page that makes a move."""
    forms = re.findall(r'<form method="post" action="/today/press">(.*?)</form>', page, re.S)
    fields = [dict(re.findall(r'name="([^"]+)"\s+value="([^"]*)"', form)) for form in forms]
    return next(known for known in fields if known["move"] == move)


def send(client: Client, fields: dict[str, str]) -> tuple[int, str]:
    answer = client.post("/today/press", fields, follow=True)
    return answer.status_code, unescape(answer.content.decode())


def lines(page: str) -> list[list[str]]:
    """Return the numbers in what somebody is told, and in what they did."""
    parts = re.findall(r'<ul class="lately">(.*?)</ul>', page, re.S)
    return [re.findall(r'<a href="[^"]+">([^<]+)</a>', part) for part in parts]


def test_an_incident_is_signed_for_on_the_list_itself(town: Town) -> None:
    """One press, and the next step stands in its place; beside the list is what was done."""
    number = make.incident(at=AT, to="drains")
    officer = make.browser(town.officer)
    with frozen(SOON):
        status, page = pressed(officer, "sign_for")
        assert status == 200
        assert Incident.objects.get(number=number).state == "signed"
        assert lines(page)[1] == [number]


def test_a_problem_is_signed_for_on_the_list_itself(town: Town) -> None:
    """The same press goes through the door of another stage."""
    number = town.assigned()
    with frozen(day(1)):
        assert pressed(make.browser(town.officer), "sign_for")[0] == 200
    assert problem(number).state == "signed"


def test_what_somebody_else_signed_for_first_is_said_and_changes_nothing(town: Town) -> None:
    """The page that was open for long learns who was there before, and when."""
    number = make.incident(at=AT, to="drains")
    officer, other = make.browser(town.officer), make.actor("officer", at="drains")
    with frozen(SOON):
        fields = form_of(officer.get("/today/").content.decode(), "sign_for")
        triage.sign_for(number=number, actor=other, at=SOON)
        status, page = send(officer, fields)
        assert status == 409
        assert number in page
        assert re.search(r'<p class="told notice late" role="alert">', page)
        assert lines(page)[1] == []


def test_a_step_that_asks_for_something_is_never_pressed_on_the_list(town: Town) -> None:
    """Its button leads to its page, and a form made up for it finds no door; nor does another's matter, or a stage."""
    number = make.incident(at=AT, to="drains")
    officer, stranger = make.browser(town.officer), make.browser(make.person("officer", at="west-office"))
    for client, fields in [
        (officer, {"stage": "triage", "number": number, "move": "return", "seen": ""}),
        (officer, {"stage": "triage", "number": number, "move": "confirm", "seen": ""}),
        (officer, {"stage": "boards:today", "number": number, "move": "sign_for", "seen": ""}),
        (stranger, {"stage": "triage", "number": number, "move": "sign_for", "seen": ""}),
        (stranger, {"stage": "prevention", "number": town.assigned(), "move": "sign_for", "seen": ""}),
    ]:
        assert send(client, fields)[0] == 404
    assert Incident.objects.get(number=number).state == "handed_over"


def test_the_last_move_is_taken_back_beside_the_list(town: Town) -> None:
    """Within its seconds, by whoever made it; afterwards the line stands without the button."""
    number = make.incident(at=AT)
    desk = make.actor("dispatcher")
    triage.resolve(number=number, disposal="done", actor=desk, at=AT)
    client = make.browser(desk)
    with frozen(AT + dt.timedelta(seconds=10)):
        assert pressed(client, "undo")[0] == 200
        assert Incident.objects.get(number=number).state == "new"
    triage.resolve(number=number, disposal="done", actor=desk, at=AT + dt.timedelta(seconds=20))
    with frozen(AT + dt.timedelta(seconds=90)):
        page = client.get("/today/").content.decode()
        assert number in lines(page)[1]
        assert 'value="undo"' not in page


def test_what_was_taken_back_is_nothing_that_somebody_did(town: Town) -> None:
    """Neither a move nor a sending, whose page is gone; what was done before stands."""
    desk, stays, number = make.actor("dispatcher"), make.incident(at=AT), make.incident(at=AT)
    triage.resolve(number=stays, disposal="done", actor=desk, at=AT)
    triage.resolve(number=number, disposal="done", actor=desk, at=AT + dt.timedelta(seconds=1))
    triage.undo(number=number, actor=desk, at=AT + dt.timedelta(seconds=2))
    sent = dispatch.dispatch_unit(number=number, unit="mobile-1", actor=desk, at=AT + dt.timedelta(seconds=3))
    dispatch.undo(assignment=sent["assignment"], actor=desk, at=AT + dt.timedelta(seconds=4))
    with frozen(SOON):
        assert lines(make.browser(desk).get("/today/").content.decode())[1] == [stays]


def test_an_organisation_is_told_of_answers_results_and_returns(town: Town) -> None:
    """Granted, refused, not passed, reminded; until the day after the next, and nobody else is told."""
    _number, (one, two) = town.planned("interim", "permanent")
    prevention.ask_extension(task=one, due_on=day(60).date(), reason="pipes late", actor=town.officer, at=day(3))
    prevention.refuse_extension(task=one, reason="they are here", actor=town.supervisor, at=day(4))
    town.done(two, at=day(4))
    prevention.verify(task=two, passed=False, words="one inlet shut", actor=town.verifier, at=day(4))
    with frozen(day(5)):
        page = make.browser(town.officer).get("/today/").content.decode()
        assert sorted(lines(page)[0]) == [one, two]
        assert "one inlet shut" in page
        assert lines(make.browser(make.person("officer", at="west-office")).get("/today/").content.decode())[0] == []
    with frozen(day(8)):
        assert lines(make.browser(town.officer).get("/today/").content.decode())[0] == []


def test_a_holder_is_told_what_came_back(town: Town) -> None:
    """The desk reads that an organisation returned an incident; who returned it reads it among what they did."""
    number = make.incident(at=AT, to="drains")
    triage.return_incident(number=number, reason="x", actor=town.officer, at=AT)
    with frozen(SOON):
        assert lines(make.browser(make.person("dispatcher")).get("/today/").content.decode())[0] == [number]
        assert lines(make.browser(town.officer).get("/today/").content.decode()) == [[], [number]]


def test_what_other_houses_are_told_of_pushes_nothing_away(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """However much came later of what is not the reader's."""
    monkeypatch.setattr("anlan.triage.news.MOST", 1)
    own = arbitrated("drains")
    arbitrated("west-office")
    with frozen(SOON):
        assert lines(make.browser(town.officer).get("/today/").content.decode())[0] == [own]


def test_a_raised_and_returned_problem_is_told_to_the_supervisor(town: Town) -> None:
    """With the lead's reason."""
    number = town.returned()
    with frozen(day(2)):
        page = make.browser(town.supervisor).get("/today/").content.decode()
    assert lines(page)[0] == [number]
    assert "not ours" in page


def test_the_page_asks_the_same_of_the_database_for_one_matter_and_for_many(town: Town) -> None:
    """Neither what waits nor what is told or done costs a question a line."""
    officer, actor = make.browser(town.officer), town.officer

    def asked() -> int:
        with (
            frozen(SOON),
            CaptureQueriesContext(
                connection,
            ) as queries,
        ):
            officer.get("/today/")
        return len(queries)

    def more(n: int) -> None:
        for _n in range(n):
            make.incident(at=AT, to="drains")
            triage.sign_for(number=make.incident(at=AT, to="drains"), actor=actor, at=AT)
            number = make.incident(at=AT, to="drains")
            triage.return_incident(number=number, reason="x", actor=make.actor("officer", at="drains"), at=AT)
            triage.hand_over(number=number, to="drains", actor=system("test"), at=AT)
            make.hazard_task("drains", at=AT)

    more(1)
    few = asked()
    more(5)
    assert asked() <= few
    assert few <= 45
