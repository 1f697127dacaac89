"""Whether it helped: asked by the rule alone, answered once, told with its numbers."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.test import Client

from anlan.core.ledger.followers import catch_up, stopped
from anlan.core.models import City, ClockRun, LedgerEntry
from anlan.core.people.actors import PUBLIC, NotAllowed, system
from anlan.core.refusals import Refused
from anlan.core.time.clock import frozen
from anlan.intake.actions import set_validity
from anlan.intake.public.codes import code_for
from anlan.triage import actions as triage
from anlan.triage.models import Incident
from anlan.voice.actions import Said, answer, answer_all, ask
from anlan.voice.models import Satisfaction
from anlan.voice.queries import rate
from anlan.voice.rules import is_asked, wilson
from tests import make

AT = make.AT
ME = system("test")
SOON = AT + dt.timedelta(days=2)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def town() -> None:
    make.city()


def reported(n: int, **values: Any) -> tuple[Any, str]:
    """Return a report of the web page with its code."""
    code = code_for(f"{n:032x}")
    return make.report(channel="web", tracking_code=code, **values), code


def closed(n: int, **values: Any) -> tuple[Any, str, str]:
    """Return a report, its code and its incident, closed."""
    report, code = reported(n, **values)
    number = triage.open_incident(report_id=report.pk, actor=ME, at=AT)["incident"]
    triage.close_incident(number=number, disposal="done", actor=ME, at=AT + dt.timedelta(hours=1))
    return report, code, number


def everybody() -> None:
    """Let the city ask every closed report."""
    here = City.objects.get()
    here.settings = json.dumps(json.loads(here.settings) | {"satisfaction_one_in": 1})
    here.save()


def asked_one() -> tuple[Any, str, str]:
    """Return a report that was asked."""
    everybody()
    found = closed(1)
    catch_up()
    return found


def page(client: Client, code: str, at: dt.datetime = SOON) -> str:
    with frozen(at):
        return client.get(f"/track/{code}/").content.decode()


def choose(client: Client, code: str, helped: str, at: dt.datetime = SOON) -> Any:
    with frozen(at):
        return client.post(f"/track/{code}/helped", {"helped": helped}, follow=True)


def test_the_rule_asks_about_one_in_three_and_always_the_same() -> None:
    """Over 300 numbers: the share is near a third, every rule is its own, and none asks nobody."""
    numbers = [f"R-160628-{n:04d}" for n in range(300)]
    named = [number for number in numbers if is_asked(number)]
    assert 75 <= len(named) <= 125
    assert named == [number for number in numbers if is_asked(number, 3)]
    assert [number for number in numbers if is_asked(number, 1)] == numbers
    assert not [number for number in numbers if is_asked(number, 0)]


def test_closing_asks_exactly_those_that_the_rule_names() -> None:
    """Whoever closes, and however it ended; each once, with an entry, also when it is closed again."""
    found = [closed(n) for n in range(24)]
    catch_up()
    asked = set(Satisfaction.objects.values_list("report__number", flat=True))
    assert asked == {report.number for report, _, _ in found if is_asked(report.number)}
    assert 0 < len(asked) < 24
    for _, _, number in found:
        triage.reopen(number=number, reason="again", actor=ME, at=AT + dt.timedelta(hours=2))
        triage.close_incident(number=number, disposal="advised", actor=ME, at=AT + dt.timedelta(hours=3))
    catch_up()
    assert not stopped()
    assert Satisfaction.objects.count() == len(asked)
    assert LedgerEntry.objects.filter(kind="voice.asked").count() == len(asked)


def test_who_holds_no_code_or_misdialled_is_not_asked() -> None:
    """They could not answer, or have nothing to answer."""
    everybody()
    call = make.report()
    number = triage.open_incident(report_id=call.pk, actor=ME, at=AT)["incident"]
    misdial, _code = reported(2)
    triage.link_report(number=number, report_id=misdial.pk, actor=ME, at=AT)
    set_validity(report_id=misdial.pk, validity="misdial", actor=ME, at=AT)
    triage.close_incident(number=number, disposal="done", actor=ME, at=AT)
    catch_up()
    assert not Satisfaction.objects.exists()


def test_staff_cannot_choose_whom_to_ask() -> None:
    """Not even a supervisor."""
    report, _code = reported(1)
    with pytest.raises(NotAllowed):
        ask(report_ids=[report.pk], actor=make.actor("supervisor"), at=AT)


def test_the_page_asks_and_takes_one_answer() -> None:
    """Three buttons in a form that works without script and as a browser sends it: from a page without referrer."""
    _, code, _ = asked_one()
    client = Client(enforce_csrf_checks=True, headers={"origin": "null"})
    text = page(client, code)
    assert "Did it help?" in text
    assert text.count('name="helped"') == 3
    assert "Your answer is counted: Partly." in choose(client, code, "partly").content.decode()
    row = Satisfaction.objects.get()
    assert (row.helped, row.answered_at) == ("partly", SOON)


def test_a_second_answer_is_declined_and_the_first_stands(client: Client) -> None:
    """In words, with the way back, and without another entry."""
    _, code, _ = asked_one()
    assert choose(client, code, "yes").status_code == 200
    again = choose(client, code, "no")
    assert again.status_code == 409
    assert "your first answer stands" in again.content.decode()
    assert Satisfaction.objects.get().helped == "yes"
    assert LedgerEntry.objects.filter(kind="voice.answered").count() == 1


def test_the_same_answer_again_is_thanked_for_and_counted_once(client: Client) -> None:
    """The page was lost on the way, or the button pressed twice."""
    _, code, _ = asked_one()
    for _ in range(2):
        assert "Your answer is counted: Yes." in choose(client, code, "yes").content.decode()
    assert LedgerEntry.objects.filter(kind="voice.answered").count() == 1


def test_after_thirty_days_the_question_is_gone(client: Client) -> None:
    """From the page, and for an answer sent all the same."""
    _, code, _ = asked_one()
    late = AT + dt.timedelta(days=31)
    assert "Did it help?" not in page(client, code, late)
    assert choose(client, code, "yes", late).status_code == 409
    assert not Satisfaction.objects.get().answered_at


def test_no_page_of_staff_shows_who_chose_what(client: Client) -> None:
    """The report's page and its history are silent about the question."""
    report, code, number = asked_one()
    choose(client, code, "no")
    client.force_login(make.person("supervisor"))
    for address in (f"/reports/{report.number}/", f"/incidents/{number}/"):
        text = client.get(address).content.decode()
        assert "voice." not in text
        assert "Did it help" not in text


def test_what_was_taken_up_again_is_not_asked_until_it_is_closed(client: Client) -> None:
    """The question would come too early."""
    _, code, number = asked_one()
    triage.reopen(number=number, reason="again", actor=ME, at=AT + dt.timedelta(hours=2))
    assert "Did it help?" not in page(client, code)
    assert "taken this matter up again" in choose(client, code, "yes").content.decode()


def test_whoever_was_not_asked_and_what_is_no_answer_is_declined(client: Client) -> None:
    """So is a code that does not exist."""
    _, code = reported(9)
    assert "chosen by a fixed rule" in choose(client, code, "yes").content.decode()
    _, asked, _ = asked_one()
    assert choose(client, asked, "very much").status_code == 409
    assert choose(client, "0000000000000000", "yes").status_code == 404
    with pytest.raises(NotAllowed):
        answer(tracking_code="0000000000000000", helped="yes", actor=PUBLIC, at=SOON)


def test_the_rate_carries_how_many_were_asked_and_answered() -> None:
    """The share is of those who answered; those asked on other days are not in it."""
    everybody()
    codes = [closed(n)[1] for n in range(1, 11)]
    catch_up()
    for code, helped in zip(codes, ["yes"] * 6 + ["partly", "no"], strict=False):
        answer(tracking_code=code, helped=helped, actor=PUBLIC, at=SOON)
    day = AT.date()
    found = rate(day, day)
    assert (found.asked, found.answered, found.helped, found.partly, found.not_helped) == (10, 8, 6, 1, 1)
    assert found.share == 0.75
    assert (round(found.low or 0, 3), round(found.high or 0, 3)) == (0.409, 0.929)
    before = rate(day - dt.timedelta(days=9), day - dt.timedelta(days=1))
    assert (before.asked, before.share, before.low) == (0, None, None)


def test_the_interval_stays_between_nothing_and_all() -> None:
    """Also where all or none were helped."""
    assert wilson(0, 0) is None
    assert wilson(0, 10) == pytest.approx((0.0, 0.2775), abs=1e-4)
    assert wilson(10, 10) == pytest.approx((0.7225, 1.0), abs=1e-4)


def test_who_says_no_is_heard(client: Client) -> None:
    """A "no" takes the matter up again, once, for the control room to decide; another answer and a history do not."""
    _report, code, number = asked_one()
    choose(client, code, "no")
    choose(client, code, "no")
    found = Incident.objects.get(number=number)
    assert found.state == "reopened"
    run = ClockRun.objects.running().get(subject=found.subject, rule__code="reporter_objects")
    assert run.organisation == found.owner
    assert LedgerEntry.objects.filter(kind="triage.incident_objected").count() == 1
    for n, values in ((2, {"helped": "partly"}), (3, {"helped": "no", "past": True})):
        _report, code, number = closed(n)
        catch_up()
        answer(tracking_code=code, actor=PUBLIC, at=SOON, **values)
        assert Incident.objects.get(number=number).state == "closed"


def test_many_answers_of_the_past_leave_what_single_ones_leave() -> None:
    """Rows and entries, but that nobody decides on a "no" of long ago; what is refused alone refuses all."""
    everybody()
    codes = [closed(n)[1] for n in range(4)]
    catch_up()
    answer(tracking_code=codes[0], helped="yes", actor=PUBLIC, at=SOON)
    said = [Said(codes[0], "yes", SOON), Said(codes[1], "no", SOON), Said(codes[2], "partly", SOON)]
    assert answer_all(answers=said, actor=PUBLIC, at=SOON) == 2
    assert answer_all(answers=said, actor=PUBLIC, at=SOON) == 0
    rows = Satisfaction.objects.exclude(answered_at=None).order_by("pk")
    assert list(rows.values_list("helped", "answered_at")) == [("yes", SOON), ("no", SOON), ("partly", SOON)]
    entries = LedgerEntry.objects.filter(kind="voice.answered").order_by("pk")
    assert [(entry.subject, json.loads(entry.payload)["helped"]) for entry in entries] == [
        (f"satisfaction:{row.pk}", row.helped) for row in rows
    ]
    assert not LedgerEntry.objects.filter(kind__startswith="triage.objected").exists()
    late = SOON + dt.timedelta(days=60)
    bad = {"answered_before": Said(codes[1], "yes", SOON), "answering_over": Said(codes[3], "no", late),
           "unknown_answer": Said(codes[3], "maybe", SOON)}  # fmt: skip
    for code, again in bad.items():
        with pytest.raises(Refused) as refused:
            answer_all(answers=[again], actor=PUBLIC, at=SOON)
        assert refused.value.code == code
    with pytest.raises(NotAllowed):
        answer_all(answers=[Said("0" * 16, "yes", SOON)], actor=PUBLIC, at=SOON)
    assert Satisfaction.objects.get(answered_at=None).helped == ""
