"""Shifts as the desk and the organisations write them: who is on duty, and what was handed over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from django.test import Client

from anlan.core.people.actors import system
from anlan.core.time.clock import frozen
from anlan.dispatch import actions as dispatch
from anlan.dispatch.models import Shift
from anlan.triage import actions as triage
from tests import make

TODAY = {"unit": "mobile-1", "begins_at": "2016-06-28T08:00", "ends_at": "2016-06-28T20:00", "people": "26"}
ME = system("test")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    """A city at noon of 28 June 2016, its own time."""
    make.city()
    with frozen(dt.datetime(2016, 6, 28, 4, tzinfo=dt.UTC)):
        yield


def test_the_desk_puts_a_unit_on_duty(client: Client) -> None:
    """Once however often it is sent; the times are those of the city's clocks."""
    make.sign_in(client, "dispatcher")
    for _ in range(2):
        assert client.post("/shifts/", TODAY).status_code == 302
    shift = Shift.objects.get()
    assert shift.begins_at == dt.datetime(2016, 6, 28, 0, tzinfo=dt.UTC)
    page = client.get("/shifts/").content.decode()
    assert "2016-06-28 08:00" in page
    assert "on duty" in page


def test_a_shift_that_is_over_says_what_it_left_open(client: Client) -> None:
    """What its unit was at when it ended; one that goes on or is still to come says nothing yet."""
    make.sign_in(client, "dispatcher")
    client.post("/shifts/", TODAY | {"begins_at": "2016-06-27T20:00", "ends_at": "2016-06-28T08:00"})
    client.post("/shifts/", TODAY)
    early = dt.datetime(2016, 6, 27, 23, tzinfo=dt.UTC)
    number = triage.open_incident(report_id=make.report(at=early).pk, actor=ME, at=early)["incident"]
    dispatch.dispatch_unit(number=number, unit="mobile-1", actor=ME, at=early + dt.timedelta(minutes=1))
    shown = client.get("/shifts/").context["listing"].shown
    assert [one.handed for one in shown] == [None, 1]


def test_who_is_on_duty_stands_first(client: Client) -> None:
    """Then who comes, and last whose shift is over."""
    make.sign_in(client, "dispatcher")
    for day, begins, ends in (("27", "20:00", "28T08:00"), ("28", "20:00", "29T08:00"), ("28", "08:00", "28T20:00")):
        times = {"begins_at": f"2016-06-{day}T{begins}", "ends_at": f"2016-06-{ends}"}
        assert client.post("/shifts/", TODAY | times).status_code == 302
    shown = client.get("/shifts/").context["listing"].shown
    assert [one.begins_at.isoformat()[8:13] for one in shown] == ["28T00", "28T12", "27T12"]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [({"ends_at": "2016-06-28T07:00"}, "ends after it begins"), ({"people": "0"}, "greater than or equal to 1"),
     ({"unit": "moon-1"}, "not one of the available choices"), ({"begins_at": ""}, "required")],
)  # fmt: skip
def test_a_shift_that_cannot_be_is_refused_at_its_field(client: Client, wrong: dict[str, str], says: str) -> None:
    """What was typed stays, and nothing is stored."""
    make.sign_in(client, "dispatcher")
    answer = client.post("/shifts/", TODAY | wrong)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not Shift.objects.exists()


@pytest.mark.parametrize("other", [{"ends_at": "2016-06-28T18:00"}, {"people": "9"}, {"begins_at": "2016-06-28T19:00"}])
def test_a_unit_has_one_shift_at_a_time(client: Client, other: dict[str, str]) -> None:
    """Another one in its time is refused in words; its people would count twice."""
    make.sign_in(client, "dispatcher")
    client.post("/shifts/", TODAY)
    answer = client.post("/shifts/", TODAY | {"ends_at": "2016-06-29T08:00"} | other)
    assert answer.status_code == 422
    assert "has another shift in that time" in answer.content.decode()
    assert (
        client.post("/shifts/", TODAY | {"begins_at": TODAY["ends_at"], "ends_at": "2016-06-29T08:00"}).status_code
        == 302
    )
    assert Shift.objects.count() == 2


def test_an_organisation_writes_the_shifts_of_its_own_units(client: Client) -> None:
    """Others' units are not offered to its officer."""
    make.sign_in(client, "officer", at="drains")
    assert client.post("/shifts/", TODAY).status_code == 422
    assert client.post("/shifts/", TODAY | {"unit": "pump-1"}).status_code == 302
    assert "mobile-1" not in client.get("/shifts/").content.decode()


def test_who_only_reads_has_no_form(client: Client) -> None:
    """A leader sees who is on duty and puts nobody there."""
    make.sign_in(client, "leader")
    assert "Put a unit on duty" not in client.get("/shifts/").content.decode()
    assert client.post("/shifts/", TODAY).status_code in {403, 422}
    assert not Shift.objects.exists()
