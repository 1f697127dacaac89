"""The call panel: what is asked, how soon somebody has to go, calls without words, and a wrong key taken back."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client

from anlan.core.models import ClockRun, LedgerEntry
from anlan.core.people.actors import system
from anlan.core.time.clock import frozen
from anlan.intake.actions import erase_report, record_call_back, set_validity
from anlan.intake.models import Report
from anlan.triage.models import Incident
from tests import make

AT = make.AT
ME = system("test")
SECOND = dt.timedelta(seconds=1)
PHONE = "13800000417"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _wordless(desk: Client) -> None:
    for code in ("fire", "silent_call", "dropped_call"):
        make.category(code)


def save(desk: Client, at: dt.datetime = AT, **values: Any) -> Any:
    """Open the page and save what is typed."""
    with frozen(at):
        token = re.search(r'name="token" value="([^"]+)"', desk.get("/calls/new").content.decode())
        assert token
        return desk.post("/calls/new", {"token": token[1], **values})


def back(desk: Client, outcome: str, at: dt.datetime = AT) -> Any:
    """Say what came of the call-back."""
    with frozen(at):
        return desk.post(f"/calls/{Report.objects.get().number}/back", {"outcome": outcome, "from": "call"})


def owed() -> list[dt.datetime]:
    return list(ClockRun.objects.running().filter(rule__code="call_back").values_list("due_at", flat=True))


def test_what_was_answered_and_set_goes_with_the_call(desk: Client) -> None:
    """Only a yes is kept; no and not known are no evidence of anything."""
    asked = {"ask-child": "yes", "ask-injured": "no", "ask-trapped": "unknown", "urgency": "2"}
    save(desk, what="blocked_drain", where="桥下", **asked)
    report = Report.objects.get()
    assert (report.answers, report.urgency) == ("child", 2)


def test_no_answer_is_chosen_beforehand(desk: Client) -> None:
    """Neither yes nor no: what nobody asked nobody answered."""
    page = desk.get("/calls/new").content.decode()
    assert page.count('type="radio"') >= 15
    assert not re.search(r'type="radio"[^>]*checked', page)


def test_an_urgency_that_there_is_not_is_refused(desk: Client) -> None:
    """Said at the form, and nothing is saved."""
    assert save(desk, what="fire", where="桥下", urgency="9").status_code == 422
    assert not Report.objects.exists()


def test_a_silent_call_is_saved_without_place_and_words(desk: Client) -> None:
    """One key: a counted report of its own kind; without a number nobody can be called back."""
    assert save(desk, call_as="silent_call").status_code == 302
    report = Report.objects.get()
    assert (report.category.code, report.validity, report.lon) == ("silent_call", "valid", None)
    assert owed() == []


@pytest.mark.parametrize(("typed", "code"), [("", "dropped_call"), ("fire", "fire")])
def test_a_call_that_breaks_off_keeps_what_was_typed_and_owes_a_call_back(desk: Client, typed: str, code: str) -> None:
    """A fire heard before the line broke stays a fire; whoever called is called back within two minutes."""
    save(desk, call_as="dropped_call", what=typed, phone=PHONE)
    assert Report.objects.get().category.code == code
    assert owed() == [AT + dt.timedelta(minutes=2)]
    entry = LedgerEntry.objects.get(kind="intake.call_back_owed")
    assert PHONE not in entry.payload


def test_a_call_of_another_kind_still_asks_where(desk: Client) -> None:
    """Only the keys of a call without words let the place go; a category is no such key."""
    assert save(desk, call_as="fire").status_code == 422
    assert save(desk, what="fire").status_code == 422
    assert not Report.objects.exists()


def test_who_waits_to_be_called_back_is_shown_until_somebody_did(desk: Client) -> None:
    """On the call desk, on Today and on the report's page; an answer without danger ends it."""
    save(desk, call_as="silent_call", phone=PHONE)
    number = Report.objects.get().number
    pages = ["/calls/new", "/today/", f"/reports/{number}/"]
    with frozen(AT):
        assert [number in desk.get(page).content.decode() for page in pages] == [True] * 3
        assert 'id="call-backs"' in desk.get("/calls/new").content.decode()
    assert back(desk, "answered").status_code == 302
    with frozen(AT):
        assert 'id="call-backs"' not in desk.get("/calls/new").content.decode()
    assert (owed(), back(desk, "answered").status_code) == ([], 409)


def test_no_answer_is_tried_three_times(desk: Client) -> None:
    """Each try runs the same time again; after the third the report stays with whoever sorts it."""
    save(desk, call_as="silent_call", phone=PHONE)
    due = []
    for minute in (1, 2, 3):
        back(desk, "no_answer", AT + minute * dt.timedelta(minutes=1))
        due += owed()
    assert due == [AT + dt.timedelta(minutes=minutes) for minutes in (3, 4)]


def test_danger_at_the_call_back_opens_an_incident_at_once(desk: Client) -> None:
    """Whoever taps twice is sent somebody."""
    save(desk, call_as="silent_call", phone=PHONE)
    answer = back(desk, "danger")
    incident = Incident.objects.get()
    assert (incident.urgency, answer["Location"]) == (1, f"/incidents/{incident.number}/")


@pytest.mark.parametrize("verb", ["close", "resolve"])
def test_danger_makes_the_open_incident_urgent_and_reopens_an_ended_one(desk: Client, verb: str) -> None:
    """What was thought over is not."""
    save(desk, call_as="silent_call", phone=PHONE)
    number = make.incident(Report.objects.get())
    with frozen(AT):
        desk.post(f"/incidents/{number}/act", {"verb": verb, "disposal": "no_matter"})
    back(desk, "danger")
    incident = Incident.objects.get()
    assert (incident.state, incident.urgency) == ("reopened", 1)


def test_a_misdial_by_a_wrong_key_is_set_back_within_seconds(desk: Client) -> None:
    """By whoever filed it, for half a minute, with an entry; after that it is judged on the report's page."""
    save(desk, what="fire", where="桥下", validity="misdial")
    number = Report.objects.get().number
    with frozen(AT + 10 * SECOND):
        assert f"/calls/{number}/set-back" in desk.get(f"/calls/new?saved={number}").content.decode()
        other = make.browser(make.person("call_taker"))
        assert other.post(f"/calls/{number}/set-back").status_code == 409
        assert desk.post(f"/calls/{number}/set-back").status_code == 302
    assert Report.objects.get().validity == "valid"
    assert Incident.objects.get().urgency == 1
    assert LedgerEntry.objects.filter(kind="intake.validity_set").count() == 1
    assert desk.post(f"/calls/{number}/set-back").status_code == 409


@pytest.mark.parametrize("judged", ["misdial", "nuisance", "erased"])
def test_nobody_calls_back_what_carries_nothing_or_has_no_number(desk: Client, judged: str) -> None:
    """It is owed to nobody; judged so by mistake, it is owed again until the same moment, unless it was called."""
    save(desk, call_as="silent_call", phone=PHONE)
    pk, due = Report.objects.get().pk, owed()
    if judged == "erased":
        erase_report(report_id=pk, reason="asked", actor=ME, at=AT + SECOND)
    else:
        set_validity(report_id=pk, validity=judged, actor=ME, at=AT + SECOND)
    assert owed() == []
    set_validity(report_id=pk, validity="misdial", actor=ME, at=AT + 2 * SECOND)
    set_validity(report_id=pk, validity="valid", actor=ME, at=AT + 3 * SECOND)
    assert owed() == ([] if judged == "erased" else due)
    record_call_back(report_id=pk, outcome="answered", actor=ME, at=AT + 4 * SECOND) if owed() else None
    for validity in ("misdial", "valid"):
        set_validity(report_id=pk, validity=validity, actor=ME, at=AT + 5 * SECOND)
    assert owed() == []


def test_too_late_it_is_not_set_back(desk: Client) -> None:
    """The offer is gone, and a page that still has it is refused."""
    save(desk, validity="misdial")
    number = Report.objects.get().number
    with frozen(AT + 31 * SECOND):
        assert "set-back" not in desk.get(f"/calls/new?saved={number}").content.decode()
        assert desk.post(f"/calls/{number}/set-back").status_code == 409
    assert Report.objects.get().validity == "misdial"
