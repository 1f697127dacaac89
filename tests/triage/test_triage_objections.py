"""What a citizen says later reaches whoever deals with it: additions, and that it is not put right."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from anlan.core.models import City, ClockRun, LedgerEntry
from anlan.core.people.actors import Actor, system
from anlan.core.time import deadlines
from anlan.core.time.clock import frozen
from anlan.intake.actions import read_personal, set_validity
from anlan.intake.models import Attachment, Category, Report
from anlan.triage import actions
from anlan.triage.matters import matters
from anlan.triage.models import Incident
from tests import make

AT = make.AT
ME = system("test")
CODE = make.CODE
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _town() -> None:
    make.city()


def later(minutes: float) -> dt.datetime:
    return AT + dt.timedelta(minutes=minutes)


def report(**values: Any) -> Report:
    return make.report(channel="web", tracking_code=CODE, **values)


def incident(**values: Any) -> Incident:
    return Incident.objects.get(number=make.incident(report(**values)))


def closed(desk: Actor | None = None, *, after: float = 10, **values: Any) -> Incident:
    """Return a citizen's incident, closed as put right."""
    found = incident(**values)
    actions.close_incident(number=found.number, disposal="done", actor=desk or ME, at=later(after))
    return found


def page(client: Client, after: float) -> str:
    with frozen(later(after)):
        return str(client.get(f"/track/{CODE}/").content.decode())


def press(client: Client, what: str, after: float, token: str = "", **values: Any) -> HttpResponse:
    """Press a button of the tracking page as it stands then, or as a page of before had it."""
    token = token or re.findall(r'name="token" value="([^"]+)"', page(client, after))[0]
    with frozen(later(after)):
        return client.post(f"/track/{CODE}/{what}", {"token": token} | values)


def console(after: float, number: str = "") -> str:
    """Return what a dispatcher of the control room sees."""
    with frozen(later(after)):
        found = make.browser(make.actor("dispatcher")).get(f"/console/{number}/" if number else "/console/")
    assert found.status_code == 200
    return str(found.content.decode())


def clock(found: Incident) -> ClockRun | None:
    return ClockRun.objects.running().filter(subject=found.subject, rule__code="reporter_objects").first()


def test_a_reporters_word_reopens_what_was_closed(client: Client) -> None:
    """The control room has it again, soon at least, with two minutes to decide; the words stand with it as evidence."""
    desk = make.actor("dispatcher")
    found = closed(desk)
    answer = press(client, "not-right", 40, words="还有一个没出来")
    assert answer["Location"] == f"/track/{CODE}/?told=objected"
    found.refresh_from_db()
    assert (found.state, found.owner.code, found.urgency, found.closed_at) == ("reopened", "control", 2, None)
    run = clock(found)
    assert run is not None
    assert (run.organisation.code if run.organisation else "", run.due_at) == ("control", later(42))
    said = Report.objects.get(addition__first__tracking__isnull=False)
    assert list(found.links.filter(unlinked_at=None).values_list("report", flat=True)) == [
        said.addition.first_id,
        said.pk,
    ]
    words = read_personal(report_id=said.pk, purpose="handle", actor=desk, at=later(41))["words"]
    assert words == "还有一个没出来"
    assert "还有一个" not in "".join(LedgerEntry.objects.values_list("payload", flat=True))


def test_a_dispatcher_reads_on_console_and_today_who_objects_and_who_had_ended_it(client: Client) -> None:
    """That there are words, and the post that closed it last; the clock is the row's."""
    found = closed(make.actor("dispatcher"))
    press(client, "not-right", 40, words="x")
    shown = console(41)
    assert shown.index(found.number) > 0
    for part in ("Said not put right", "What they wrote or showed", "Ended last by: Dispatcher, Control room"):
        assert part in shown
    waiting = {matter.number: matter for matter in matters(make.actor("dispatcher"), later(41))}
    assert waiting[found.number].due_at == later(42)
    assert "in words" in str(waiting[found.number].note)
    assert "Dispatcher" in str(waiting[found.number].note)


@pytest.mark.parametrize("decision", ["send", "hand_over", "resolve", "close"])
def test_the_clock_of_an_objection_ends_with_a_decision(client: Client, decision: str) -> None:
    """Whoever sends, hands over, resolves or closes has decided; the stamp is theirs and not missing."""
    found = closed()
    press(client, "not-right", 40)
    made = {
        "send": lambda: actions.send(number=found.number, actor=ME, at=later(41)),
        "hand_over": lambda: actions.hand_over(number=found.number, to="drains", actor=ME, at=later(41)),
        "resolve": lambda: actions.resolve(number=found.number, disposal="done", actor=ME, at=later(41)),
        "close": lambda: actions.close_incident(number=found.number, disposal="done", actor=ME, at=later(41)),
    }
    made[decision]()
    ended = ClockRun.objects.get(subject=found.subject, rule__code="reporter_objects")
    assert (ended.stopped_at, ended.missing_at) == (later(41), None)
    assert "Ended last by" not in console(42, found.number)


def test_pressed_twice_counts_once(client: Client) -> None:
    """The same form again, and another page that was open: one objection, one clock."""
    found = closed()
    token = re.findall(r'name="token" value="([^"]+)"', page(client, 40))[0]
    other = re.findall(r'name="token" value="([^"]+)"', page(client, 40))[0]
    for pressed in (token, token, other):
        assert press(client, "not-right", 41, pressed).status_code == 302
    assert LedgerEntry.objects.filter(kind="triage.incident_objected").count() == 1
    assert ClockRun.objects.filter(subject=found.subject, rule__code="reporter_objects").count() == 1
    assert Report.objects.count() == 1


def test_what_was_closed_for_long_is_looked_at_as_something_new(client: Client) -> None:
    """Past the city's days the incident stays closed; a report that counts waits to be sorted, and opens one anew."""
    here = City.objects.get()
    here.settings = json.dumps(json.loads(here.settings) | {"objection_days": 2})
    here.save()
    found = closed()
    day = 60 * 24
    assert press(client, "not-right", 3 * day, words="x")["Location"].endswith("?told=again")
    press(client, "not-right", 3 * day, "", words="y")
    found.refresh_from_db()
    assert found.state == "closed"
    anew = Report.objects.get(validity="valid", links=None)
    assert "We have your report" in page(client, 3 * day)
    second = actions.open_incident(report_id=anew.pk, actor=ME, at=later(3 * day + 1))["incident"]
    assert second != found.number
    shown = page(client, 3 * day + 2)
    assert "We are dealing with it" in shown
    assert "Closed: Put right" in shown


def test_a_second_objection_stands_on_the_page_too(client: Client) -> None:
    """Said anew after long, closed again, and again not put right: the page tells of that word as of the first."""
    closed()
    long = 60 * 24 * 40
    press(client, "not-right", long, words="x")
    anew = Report.objects.get(validity="valid", links=None)
    second = actions.open_incident(report_id=anew.pk, actor=ME, at=later(long + 1))["incident"]
    actions.close_incident(number=second, disposal="done", actor=ME, at=later(long + 5))
    assert "You told us that it is not put right" not in page(client, long + 6)
    press(client, "not-right", long + 7)
    shown = page(client, long + 8)
    assert "Taken up again" in shown
    assert "You told us that it is not put right" in shown


def test_a_decision_on_an_objection_ends_its_clock_as_every_named_clock_ends(client: Client) -> None:
    """By `deadlines.begin`, where a clock's runs are ended and begun."""
    found = closed()
    press(client, "not-right", 40)
    with pytest.MonkeyPatch.context() as patch:
        begun: list[deadlines.Timed] = []
        patch.setattr(deadlines, "begin", begun.extend)
        actions.resolve(number=found.number, disposal="done", actor=ME, at=later(41))
    assert begun == [(found.subject, later(41), None, None, None)]


def test_where_nothing_has_ended_no_objection_is_offered_or_taken(client: Client) -> None:
    """Nobody has dealt with it, it was withdrawn, or somebody is at it: the page asks something else."""
    told = report()
    assert "/not-right" not in page(client, 1)
    assert press(client, "not-right", 1).status_code == 409
    number = make.incident(told)
    assert "/not-right" not in page(client, 2)
    actions.close_incident(number=number, disposal="done", actor=ME, at=later(3))
    assert "/not-right" in page(client, 4)
    press(client, "withdraw", 5)
    shown = page(client, 6)
    assert "/not-right" not in shown
    assert f"/track/{CODE}/add" not in shown


@pytest.mark.parametrize("end", ["resolve", "close_incident"])
def test_what_has_ended_asks_whether_it_was_put_right(client: Client, end: str) -> None:
    """And no longer how deep it is now."""
    found = incident()
    assert "Deeper now?" in page(client, 5)
    getattr(actions, end)(number=found.number, disposal="done", actor=ME, at=later(6))
    shown = page(client, 7)
    assert "Deeper now?" not in shown
    assert "Has it been put right?" in shown
    assert press(client, "not-right", 8).status_code == 302
    found.refresh_from_db()
    assert found.state == "reopened"


def test_a_guarded_matter_says_little_of_an_objection(client: Client) -> None:
    """Somebody at home may read along: it is reopened at once, and the page says no more than before."""
    found = closed(category="home_violence")
    assert "Has it been put right?" in page(client, 20)
    press(client, "not-right", 20, words="他又来了")
    found.refresh_from_db()
    assert (found.state, found.urgency) == ("reopened", 1)
    shown = page(client, 21)
    for secret in ("not put right", "Taken up again", "他又来了", "Control room"):
        assert secret not in shown
    assert "We are dealing with it" in shown


def test_an_addition_stands_with_the_open_incident(client: Client) -> None:
    """Linked at once; the desk's timeline says what was added, and one reporter is not counted as many."""
    found = incident()
    for values in ({"depth": "knee"}, {"gone": "1"}, {"words": "车熄火了"}, {"words": "还在涨"}):
        assert press(client, "add", 5, **values).status_code == 302
    assert found.links.filter(unlinked_at=None).count() == 5
    found.refresh_from_db()
    assert found.urgency == 3
    shown = console(6, found.number)
    for part in ("50 cm deep", "the water is gone", "The reporter added something"):
        assert part in shown
    assert "the water is 50 cm deep" in page(client, 6)


@pytest.mark.parametrize("sorts", ["open", "link"])
def test_an_addition_to_what_nobody_has_sorted_goes_with_it(client: Client, sorts: str) -> None:
    """Whichever of the two is sorted first, no part of it is left behind; what was taken away stays away."""
    told = report()
    press(client, "add", 1, words="x")
    added = Report.objects.get(validity="repeat")
    if sorts == "open":
        number = make.incident(added)
    else:
        number = make.incident()
        actions.link_report(number=number, report_id=told.pk, actor=ME, at=later(2))
    linked = set(Incident.objects.get(number=number).links.values_list("report", flat=True))
    assert {told.pk, added.pk} <= linked
    actions.unlink_report(number=number, report_id=added.pk, actor=ME, at=later(3))
    actions.unlink_report(number=number, report_id=told.pk, actor=ME, at=later(3)) if sorts == "link" else None
    assert not added.links.filter(unlinked_at=None).exists()


def test_an_addition_to_a_mistake_is_looked_at(client: Client) -> None:
    """Closed as a mistake, its reporter says otherwise: a report that counts waits to be sorted."""
    told = report()
    set_validity(report_id=told.pk, validity="misdial", actor=ME, at=later(1))
    press(client, "add", 2, words="不是误报")
    assert Report.objects.get(links=None, validity="repeat").addition.first == told


def test_a_citizen_adds_photos_six_in_all(client: Client) -> None:
    """Re-encoded as at first; the seventh is refused at its field, and nothing of it is kept."""
    report(photos=[make.photo()])
    for _ in range(5):
        assert press(client, "add", 1, photo=make.upload()).status_code == 302
    assert Attachment.objects.count() == 6
    assert b"PhoneMaker" not in bytes(Attachment.objects.last().jpeg)  # type: ignore[union-attr]
    assert press(client, "add", 2, photo=make.upload()).status_code == 409
    assert (Attachment.objects.count(), Report.objects.count()) == (6, 6)
    bad = make.upload()
    bad.file.seek(0)
    bad.file.write(b"GIF89a")
    bad.file.seek(0)
    assert press(client, "add", 3, photo=bad).status_code == 422


@pytest.mark.parametrize("what", ["add", "not-right", "helped"])
def test_the_language_can_be_changed_after_an_error(client: Client, what: str) -> None:
    """The link of a page that answers a faulty form leads to a page that can be opened."""
    closed()
    with frozen(later(20)):
        wrong = client.post(f"/track/{CODE}/{what}", {"token": "x"})
        (link,) = re.findall(r'href="([^"]*\?lang=[^"]+)"', wrong.content.decode())
        assert wrong.status_code in (409, 422)
        assert client.get(link).status_code == 200


def test_danger_said_anew_after_long_waits_for_nobody(client: Client) -> None:
    """It burns again where the matter was closed weeks ago: an incident of its own, in the same transaction."""
    Category.objects.filter(code="waterlogging").update(urgency=1)
    found = closed()
    press(client, "not-right", 60 * 24 * 40, words="x")
    second = Incident.objects.exclude(pk=found.pk).get()
    assert (second.urgency, second.state) == (1, "new")
