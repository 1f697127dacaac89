"""The simulated city's own time, and that a real city never gets one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from django.test import Client

from anlan.core import ledger
from anlan.core.ledger.writes import write
from anlan.core.operator.condition import condition
from anlan.core.people.actors import NotAllowed, system
from anlan.core.refusals import Refused
from anlan.core.time import clock, simulated
from anlan.intake.actions import receive_report
from tests import make

MOMENT = dt.datetime(2017, 1, 25, 2, 30, tzinfo=dt.UTC)
SOON = dt.timedelta(minutes=2)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def machine_time(monkeypatch: pytest.MonkeyPatch, settings, tmp_path) -> Iterator[None]:
    """Give the machine's time back, and leave nothing in the environment."""
    settings.DATA_DIR = tmp_path
    monkeypatch.setenv(simulated.CITY_AHEAD_S, "")
    make.city()
    yield
    clock.set_ahead(dt.timedelta(0))


def simulate() -> None:
    simulated.live_from(actor=system("city"), at=MOMENT)
    simulated.begin()


def test_a_real_city_keeps_the_machines_time() -> None:
    """Nothing moves, and its condition says nothing of a simulated time."""
    simulated.begin()
    assert clock.now() - clock.wall() < SOON
    assert condition()["simulated_time"] is None


@pytest.mark.slow
def test_a_real_city_refuses_another_time(anlan) -> None:
    """Status 2, whatever stands in the environment."""
    anlan("init", "--city", make.CITIES / "small")
    anlan.environ["ANLAN_CITY_AHEAD_S"] = "-3600"
    assert "holds no simulated city" in anlan("status", status=2).stderr
    assert "holds no simulated city" in anlan("serve", "--port", "0", status=2).stderr


def test_nobodys_role_sets_the_time_of_a_city() -> None:
    """Not even an operator's."""
    with pytest.raises(NotAllowed):
        simulated.live_from(actor=make.actor("operator"), at=MOMENT)
    assert simulated.stands_at() is None


def test_a_simulated_city_lives_on_from_its_moment() -> None:
    """Its time runs from there, and its condition says that it is simulated."""
    simulate()
    assert MOMENT <= clock.now() < MOMENT + SOON
    assert condition()["simulated_time"].startswith("2017-01-2")


def test_its_time_never_goes_back() -> None:
    """After a stop it goes on where the ledger ended."""
    simulate()
    later = MOMENT + dt.timedelta(hours=5)
    with write():
        ledger.append("test.done", actor=system("test"), at=later, subject="test:1", payload={})
    simulated.begin()
    assert later <= clock.now() < later + SOON


def test_its_time_goes_on_from_what_people_read_last() -> None:
    """Nothing was written for an hour before the stop; the pages that people had read told of that hour."""
    simulate()
    clock.set_ahead(clock.ahead() + dt.timedelta(hours=1))
    simulated.remember()
    simulated.begin()
    assert MOMENT + dt.timedelta(hours=1) <= clock.now() < MOMENT + dt.timedelta(hours=1) + SOON


def test_what_cannot_be_read_of_its_time_stops_nothing(tmp_path) -> None:
    """A torn file counts as none; a real city keeps none."""
    simulated.remember()
    assert not list(tmp_path.iterdir())
    (tmp_path / simulated.REACHED).write_text("2017-")
    simulate()
    assert MOMENT <= clock.now() < MOMENT + SOON


def test_a_report_stamped_with_the_real_present_is_taken() -> None:
    """Partners keep the machine's time; what lies beyond it is refused as anywhere."""
    simulate()
    who = {"actor": system("test"), "at": clock.now(), "channel": "partner", "category": "waterlogging"}
    place = {"lon": 119.97, "lat": 31.76}
    assert receive_report(**who, **place, received_at=clock.wall())["report_id"]
    with pytest.raises(Refused):
        receive_report(**who, **place, received_at=clock.wall() + dt.timedelta(days=1))


def test_a_report_from_the_future_is_refused_in_a_real_city() -> None:
    """The machine's time is the city's."""
    with clock.frozen(MOMENT), pytest.raises(Refused):
        receive_report(
            actor=system("test"), at=clock.now(), channel="partner", category="waterlogging", lon=119.97, lat=31.76,
            received_at=MOMENT + dt.timedelta(days=1),
        )  # fmt: skip


def test_every_page_says_that_it_is_simulated_and_when(client) -> None:
    """The marker stands on public, printed and working pages, and nowhere in a real city."""
    visitor = Client()
    client.force_login(make.person("analyst"))
    pages = [(visitor, "/"), (visitor, "/bulletins/"), (client, "/studies/")]
    assert not any("Simulated city" in who.get(page, follow=True).content.decode() for who, page in pages)
    simulate()
    for who, page in pages:
        shown = who.get(page, follow=True).content.decode()
        assert "Simulated city" in shown, page
        assert "2017-01-2" in shown, page
