"""A caller's own matters at the call desk: open or within 72 hours, nothing older, each look written down."""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from anlan.core.models import LedgerEntry
from anlan.core.people.actors import system
from anlan.core.people.roles import Role
from anlan.core.time.clock import frozen
from anlan.intake.actions import erase_report, read_personal, set_validity
from anlan.intake.models import Report
from anlan.triage import actions
from anlan.triage.queries.callers import SHOWN, dialled
from tests import make

AT = make.AT
ME = system("test")
NUMBER = "13800000417"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _town() -> Iterator[None]:
    make.city()
    with frozen(AT):
        yield


@pytest.fixture
def desk(client: Client) -> Client:
    client.force_login(make.person("call_taker"))
    return client


def called(hours_ago: float, contact: str = NUMBER, **values: Any) -> Report:
    """Return the report of a call with a number."""
    return make.report(contact=contact, at=AT - dt.timedelta(hours=hours_ago), **values)  # type: ignore[no-any-return]


def ask(client: Client, phone: str = NUMBER) -> str:
    answer = client.post("/calls/caller", {"phone": phone})
    assert answer.status_code == 200
    return answer.content.decode()


def test_i_called_an_hour_ago_is_answered_at_once(desk: Client) -> None:
    """Number, category, state, when, and who holds it and until when; no words of the call."""
    report = called(1, place_words="清潭路加油站", words="车过不去", name="王先生")
    number = make.incident(report, at=report.received_at)
    actions.hand_over(number=number, to="drains", actor=ME, at=AT)
    shown = ask(desk)
    for part in (report.number, "Waterlogging", "In hand", "13:00", "Handed over", "Drainage office"):
        assert part in shown
    assert shown.index("Handed over") < shown.index("<q>")  # what the citizen reads comes after, quoted
    for secret in ("清潭路", "车过不去", "王先生", NUMBER):
        assert secret not in shown


def test_what_is_older_than_72_hours_and_not_open_is_not_found(desk: Client) -> None:
    """Neither its number nor that there was something; on the last minute it still is."""
    old, young = called(72.1), called(71.9)
    closed = make.incident(contact=NUMBER, at=AT - dt.timedelta(hours=100))
    actions.close_incident(number=closed, disposal="done", actor=ME, at=AT - dt.timedelta(hours=1))
    shown = ask(desk)
    assert young.number in shown
    assert old.number not in shown
    assert shown.count('class="code"') == 1


def test_an_open_matter_is_shown_however_old(desk: Client) -> None:
    """And once it is closed it goes."""
    report = called(24 * 90)
    number = make.incident(report, at=report.received_at)
    assert report.number in ask(desk)
    actions.close_incident(number=number, disposal="done", actor=ME, at=AT)
    assert report.number not in ask(desk)
    actions.reopen(number=number, reason="x", actor=ME, at=AT)
    assert report.number in ask(desk)


def test_what_was_erased_is_found_no_more(desk: Client) -> None:
    """With the contact goes every way from the number to the report."""
    report = called(1)
    make.incident(report, at=report.received_at)
    assert report.number in ask(desk)
    erase_report(report_id=report.pk, reason="asked", actor=make.actor("call_taker"), at=AT)
    assert "Nothing open, and nothing in the last 72 hours" in ask(desk)


def test_a_misdial_or_a_nuisance_call_is_never_held_against_a_caller(desk: Client) -> None:
    """They are said of the call, not of the person: the next call is answered like any other."""
    for validity in ("misdial", "nuisance"):
        report = called(2)
        set_validity(report_id=report.pk, validity=validity, actor=ME, at=AT)
        assert report.number not in ask(desk)


@pytest.mark.parametrize("typed", ["138 0000 0417", "+86 138-0000-0417", "0086 13800000417", "１３８０００００４１７"])
def test_a_number_is_found_however_it_is_written(desk: Client, typed: str) -> None:
    """On either side: as it was stored, and as it is typed now."""
    report, other = called(1), called(1, "13800000418")
    written = called(1, typed)
    assert report.number in ask(desk, typed)
    assert written.number in ask(desk)
    assert other.number not in ask(desk, typed)


@pytest.mark.parametrize(("typed", "words"), [("", "only where the matter is open"), ("1380", "Type the whole number")])
def test_a_part_of_a_number_finds_nothing(desk: Client, typed: str, words: str) -> None:
    """Nobody leafs through callers by their first digits, and nothing was read."""
    called(1, "1380000")
    assert words in ask(desk, typed)
    assert not LedgerEntry.objects.filter(kind="triage.caller_looked_up").exists()
    assert dialled("13 80 00") == ""


def test_each_look_is_an_entry_with_its_purpose_and_without_the_number(desk: Client) -> None:
    """Also one that finds nothing."""
    report = called(1)
    ask(desk)
    ask(desk, "13900000000")
    looks = LedgerEntry.objects.filter(kind="triage.caller_looked_up")
    assert [json.loads(one.payload) for one in looks] == [{"purpose": "answer"}] * 2
    read = LedgerEntry.objects.get(kind="intake.personal_read", subject=f"report:{report.number}")
    assert json.loads(read.payload) == {"fields": ["contact"], "purpose": "answer"}
    assert read.actor.startswith("person:")
    assert not LedgerEntry.objects.filter(payload__contains=NUMBER[3:]).exists()
    assert "To answer the caller about it" in desk.get(f"/reports/{report.number}/").content.decode()


def test_a_look_is_no_first_look_at_a_report(desk: Client) -> None:
    """What a citizen wrote on the web waits for somebody to read it; what came by telephone was heard at once."""
    called(1, channel="web")
    assert "waits longer than it should" in ask(desk)
    assert "waits longer than it should" in ask(desk)
    called(2, "13900000000")
    assert "has been read" in ask(desk, "13900000000")


def test_what_a_caller_is_told_is_what_the_tracking_page_says(desk: Client) -> None:
    """One sentence for both."""
    report = called(0.1, tracking_code="7KQ4M2XD9TFWHB6R", channel="web")
    read_personal(report_id=report.pk, purpose="handle", actor=make.actor("call_taker"), at=AT)
    lead = "The duty desk has read it and passes it to whoever deals with it."
    assert lead in ask(desk)
    assert lead in Client().get("/track/7KQ4M2XD9TFWHB6R/").content.decode()


def test_open_matters_come_first_and_the_list_ends(desk: Client) -> None:
    """A switchboard's number shows so many and no count of the rest."""
    old = called(1000)
    make.incident(old, at=old.received_at)
    for n in range(SHOWN + 3):
        called(1 + n / 60)
    shown = ask(desk)
    assert shown.count('class="code"') == SHOWN
    assert shown.index(old.number) == shown.index("R-")


@pytest.mark.parametrize("role", [*sorted(set(Role.values) - {Role.CALL_TAKER, Role.DISPATCHER}), None])
def test_nobody_but_the_desk_looks_up_a_caller(client: Client, role: str | None) -> None:
    """403, and nothing was read."""
    called(1)
    client.force_login(make.person(role))
    assert client.post("/calls/caller", {"phone": NUMBER}).status_code == 403
    assert not LedgerEntry.objects.filter(kind="triage.caller_looked_up").exists()


def test_a_number_never_stands_in_an_address_or_a_log(desk: Client, caplog: pytest.LogCaptureFixture) -> None:
    """Posted only; the log names the page; no cache keeps the answer."""
    called(1)
    assert desk.get(f"/calls/caller?phone={NUMBER}").status_code == 405
    with caplog.at_level(logging.DEBUG):
        answer = desk.post("/calls/caller", {"phone": NUMBER})
    assert "no-store" in answer["Cache-Control"]
    assert NUMBER not in "".join(one.getMessage() for one in caplog.records if not one.name.startswith("django.db"))


def test_the_call_page_has_a_place_for_it_and_says_the_rule(desk: Client) -> None:
    """Before a number is typed."""
    page = desk.get("/calls/new").content.decode()
    assert 'data-caller="/calls/caller"' in page
    assert "only where the matter is open or came within 72 hours" in page


def test_a_look_asks_the_database_a_fixed_number_of_times(desk: Client, django_assert_max_num_queries: Any) -> None:
    """However many others called."""
    for n in range(30):
        called(1, f"1390000{n:04d}")
    make.incident(contact=NUMBER, at=AT - dt.timedelta(hours=1))
    with django_assert_max_num_queries(42):
        ask(desk)
