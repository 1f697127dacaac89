"""Entering calls: read as they are typed, saved once, nothing half-stored."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from anlan.core.time.clock import frozen
from anlan.intake.models import Report, ReportPersonal
from tests import make

AT = make.AT

pytestmark = pytest.mark.django_db


def token(desk) -> str:
    """Open the page and read the form's token."""
    found = re.search(r'name="token" value="([^"]+)"', desk.get("/calls/new").content.decode())
    assert found
    return found[1]


def save(desk, **values):
    """Type a call and save it."""
    return desk.post("/calls/new", {"token": token(desk), "what": "1", "where": "清潭路加油站"} | values)


def test_the_fewest_keys_make_a_report(desk):
    """A category by its number and place words are a call; channel and time fill themselves in."""
    with frozen(AT):
        answer = save(desk)
    report = Report.objects.get()
    assert answer.status_code == 302
    assert (report.category.code, report.channel, report.received_at) == ("waterlogging", "phone_110", AT)
    assert report.organisation is not None
    assert ReportPersonal.objects.get().place_words == "清潭路加油站"
    assert f"{report.number} saved" in desk.get(answer["Location"]).content.decode()


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("2", "blocked_drain"),
        ("wa", "waterlogging"),
        ("Bl", "blocked_drain"),
        ("drain", "blocked_drain"),
        ("积水", "waterlogging"),
        ("排", "blocked_drain"),
        ("danger_spot", "danger_spot"),
    ],
)
def test_a_category_is_found_by_key_or_first_letters(desk, typed, code):
    """Its number in the list, its code, or the first letters of its name in either language."""
    save(desk, what=typed)
    assert Report.objects.get().category.code == code


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"what": "zz"}, "Type the number or the first letters"),
        ({"what": "99"}, "Type the number or the first letters"),
        ({"where": ""}, "Write where it is"),
        ({"depth_cm": "deep"}, "whole centimetres"),
        ({"depth_cm": "-5"}, "whole centimetres"),
        ({"phone": "him"}, "digits only"),
        ({"received": "25:00"}, "Write the time as"),
        ({"received": "tomorrow"}, "Write the time as"),
        ({"received": "2016-13-40 10:00"}, "Write the time as"),
        ({"received": "23:50"}, "still to come"),
        ({"channel": "sensor"}, "Choose a channel"),
        ({"validity": "silly"}, "missing or wrong"),
        ({"words": "水" * 2001}, "2000"),
        ({"lon": "10", "lat": "50"}, "outside the city"),
        ({"token": "forged"}, "open for too long"),
    ],
)
def test_what_cannot_be_meant_is_said_at_its_field(desk, told, words):
    """Status 422, a message that says what to type, what was typed is still there, nothing stored."""
    with frozen(AT):
        answer = save(desk, **told)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert "清潭路加油站" in page or told.get("where") == ""
    assert not Report.objects.exists()


def test_several_categories_are_named(desk):
    """Letters that begin several names lead to these names."""
    answer = save(desk, what="d")
    assert "Blocked drain, Dangerous spot" in answer.content.decode()


@pytest.mark.parametrize("validity", ["misdial", "nuisance"])
def test_a_call_without_matter_needs_no_field(desk, validity):
    """A misdial or a nuisance call is saved with one key."""
    answer = desk.post("/calls/new", {"token": token(desk), "validity": validity})
    assert answer.status_code == 302
    assert (Report.objects.get().validity, Report.objects.get().lon) == (validity, None)


@pytest.mark.parametrize(
    ("typed", "local"), [("13:05", "13:05"), ("1305", "13:05"), ("9：30", "09:30"), ("2016-06-27 23:50", "23:50")]
)
def test_an_earlier_time_is_read_in_the_citys_zone(desk, typed, local):
    """The time of the call is the city's, with or without a colon."""
    with frozen(AT):
        save(desk, received=typed)
    assert f"{Report.objects.get().received_at + dt.timedelta(hours=8):%H:%M}" == local


def test_the_call_began_when_typing_began(desk):
    """Untold, the time of the call is when the first key was pressed, by the server's clock."""
    with frozen(AT):
        told = {"token": token(desk), "what": "1", "where": "x路", "began_s": "60"}
    with frozen(AT + dt.timedelta(minutes=3)):
        desk.post("/calls/new", told)
    assert Report.objects.get().received_at == AT + dt.timedelta(minutes=1)
    assert Report.objects.get().entered_at == AT + dt.timedelta(minutes=3)


def test_saved_twice_is_one_report(desk):
    """A double press gives one report; the same form with other words is asked about."""
    told = {"token": token(desk), "what": "1", "where": "清潭路", "began_s": "3"}
    for _ in range(2):
        assert desk.post("/calls/new", told).status_code == 302
    assert desk.post("/calls/new", told | {"where": "延陵路"}).status_code == 409
    assert Report.objects.count() == 1


def test_the_channel_stays_for_the_next_call(desk):
    """Whoever works on the hotline chooses it once."""
    answer = save(desk, channel="hotline_12345")
    assert '<option value="hotline_12345" selected>' in desk.get(answer["Location"]).content.decode()


def test_what_may_be_the_same_is_named_without_its_words(desk):
    """Near in place, or alike in words, within the hour: number and distance, never the words of others."""
    with frozen(AT):
        here = make.report(place_words="清潭路下穿通道北口", at=AT - dt.timedelta(minutes=9), lon=119.97, lat=31.76)
        make.report(place_words="很远的地方", at=AT - dt.timedelta(minutes=9), lon=120.09, lat=31.79)
        make.report(place_words="清潭路下穿通道北口", at=AT - dt.timedelta(hours=3))
        by_words = desk.post("/calls/near", {"what": "1", "where": "清潭路下穿通道"}).content.decode()
        by_pin = desk.post("/calls/near", {"what": "", "lon": "119.9702", "lat": "31.7601"}).content.decode()
    for shown in (by_words, by_pin):
        assert shown.count("R-") == 2 * shown.count(here.number) or shown.count(here.number) >= 1
        assert "9 min ago" in shown
        assert "下穿" not in shown
        assert "3 h" not in shown
    assert "very likely the same" in by_pin
    assert "22 m" in by_pin


def test_what_is_about_something_else_is_no_repeat(desk):
    """A dangerous spot at the same place is no repeat of water."""
    with frozen(AT):
        make.report(at=AT, category="danger_spot")
        shown = desk.post("/calls/near", {"what": "wa", "lon": "119.97", "lat": "31.76"}).content.decode()
    assert "Nothing like it" in shown


@pytest.mark.parametrize("role", ["analyst", "leader", "auditor", None])
def test_only_the_desk_enters_calls(client, role):
    """Other roles are refused, strangers are sent to the log-in."""
    make.city()
    client.force_login(make.person(role))
    assert client.get("/calls/new").status_code == 403
    client.logout()
    assert client.get("/calls/new").status_code == 302


def test_html_in_a_call_stays_words(desk):
    """Markup in what was typed is shown as it was typed."""
    page = save(desk, what="<img src=x onerror=alert(1)>", where="<b>x</b>").content.decode()
    assert "<img src=x" not in page
    assert "<b>x</b>" not in page


def test_a_call_whose_form_lay_open_for_days_is_saved_once(desk):
    """Its key is kept through the refusal: what is pressed twice after it is one call."""
    with frozen(AT):
        held = token(desk)
    with frozen(AT + dt.timedelta(days=2)):
        answers = [save(desk, token=held) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [422, 422]
        again = [re.search(r'name="token" value="([^"]+)"', answer.content.decode())[1] for answer in answers]
        assert [save(desk, token=renewed).status_code for renewed in again] == [302, 302]
    assert Report.objects.count() == 1
