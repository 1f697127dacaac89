"""A served city lives on: calls and web reports come in, its desk sends, its crews walk; people are let be."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.db import OperationalError, transaction

from anlan.city import jobs
from anlan.city.day import heard
from anlan.city.day.heard import SOURCE
from anlan.city.day.live import live
from anlan.city.town.folder import build, installed_packages
from anlan.core.city import folder
from anlan.core.people.actors import system
from anlan.core.time.clock import frozen
from anlan.dispatch.actions import dispatch_unit, give_unit
from anlan.dispatch.models import Assignment
from anlan.intake import live as door
from anlan.intake.actions import receive_report
from anlan.intake.models import Report
from anlan.triage.actions import open_incident
from anlan.triage.models import Incident
from tests import make

CITY = system("city")
MOMENT = dt.datetime(2017, 1, 25, 2, 30, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reference city on an icy morning, before any call; this process has not lived through any other."""
    monkeypatch.setattr("anlan.city.day.live._since", {})
    folder.load(build(tmp_path, installed_packages()), actor=CITY, at=MOMENT - dt.timedelta(days=9))


def pass_by(minutes: int) -> None:
    for n in range(minutes):
        at = MOMENT + n * MINUTE
        with frozen(at):
            live(at)


def test_a_morning_goes_on_by_itself(town: None) -> None:
    """Within an hour and a half calls and web reports came once each, units went and arrived, something was closed.

    From a call to its closing it mostly takes seventy minutes.
    """
    pass_by(90)
    heard = Report.objects.filter(source=SOURCE)
    assert heard.count() == heard.values("source_id").distinct().count() > 10
    assert {"phone_110", "hotline_12345"} < set(heard.values_list("channel", flat=True))
    assert Assignment.objects.filter(milestones__step="on_scene").exists()
    assert Incident.objects.filter(state="closed").exists()
    assert all(report.entered_at >= report.received_at for report in heard)


def test_how_long_people_take_follows_from_the_seed_and_from_no_key_of_a_row(town: None) -> None:
    """With another report before it, which shifts every key, the same morning goes the same way."""

    def morning() -> list[tuple[Any, ...]]:
        pass_by(8)
        return list(Incident.objects.order_by("number").values_list("number", "opened_at", "state", "owner__code"))

    with transaction.atomic():
        first = morning()
        transaction.set_rollback(True)
    yesterday: dict[str, Any] = {"channel": "web", "category": "fight", "lon": 119.97, "lat": 31.77}
    receive_report(**yesterday, actor=CITY, at=MOMENT - dt.timedelta(days=1))
    with patch.dict("anlan.city.day.live._since", clear=True):
        assert morning() == first
    assert len(first) > 1


def test_what_people_told_of_is_left_to_people_and_whom_they_send_walks(town: None) -> None:
    """A visitor's report stays unsorted; the unit that a visitor sends sets out by itself."""
    said = {"channel": "web", "lon": 119.97, "lat": 31.77, "words": "x", "actor": CITY, "at": MOMENT}
    mine, other = (int(receive_report(category="fight", **said)["report_id"]) for _ in range(2))
    number = open_incident(report_id=mine, actor=CITY, at=MOMENT)["incident"]
    dispatch_unit(number=number, unit="mobile-1", actor=CITY, at=MOMENT)
    pass_by(30)
    assert not Report.objects.get(pk=other).links.exists()
    assert Assignment.objects.get(unit__code="mobile-1").milestones.filter(step="en_route").exists()


def test_a_call_that_is_urgent_at_once_opens_its_incident_by_being_heard(town: None) -> None:
    """Through the door of every live report; who calls again about the same tells of that incident."""
    row = {"channel": "phone_110", "category": "fire", "lon": 119.97, "lat": 31.77, "words": "x", "source": SOURCE,
           "validity": "valid", "received_at": MOMENT}  # fmt: skip
    for source_id in ("201701-000001-1", "201701-000001-2"):
        heard.hear(row | {"source_id": source_id}, MOMENT)
    incident = Incident.objects.get()
    assert incident.links.filter(unlinked_at=None).count() == 2


def test_calls_that_the_database_could_not_store_are_heard_the_next_time(
    town: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was received before it failed is received once."""
    told: list[dict[str, Any]] = []

    def receive(**report: Any) -> dict[str, Any]:
        if len(told) == 1:
            told.append(report)
            raise OperationalError("away")
        told.append(report)
        return door.receive(**report)

    monkeypatch.setattr(heard, "receive", receive)
    monkeypatch.setattr("anlan.city.day.live._since", {"at": MOMENT - 30 * MINUTE})
    with frozen(MOMENT):
        with pytest.raises(OperationalError):
            live(MOMENT)
        live(MOMENT)
    stored = set(Report.objects.filter(source=SOURCE).values_list("source_id", flat=True))
    assert {report["source_id"] for report in told} == stored
    assert len(stored) == len(told) - 2


def test_a_crew_with_a_log_in_is_left_to_who_holds_the_telephone(town: None) -> None:
    """For a quarter of an hour nothing is stamped for it."""
    officer = make.person("officer", at="command")
    give_unit(person_id=officer.pk, unit="mobile-1", actor=CITY, at=MOMENT)
    report = receive_report(channel="web", category="fight", lon=119.97, lat=31.77, actor=CITY, at=MOMENT)
    number = open_incident(report_id=int(report["report_id"]), actor=CITY, at=MOMENT)["incident"]
    sent = dispatch_unit(number=number, unit="mobile-1", actor=CITY, at=MOMENT)["assignment"]
    pass_by(15)
    assert Assignment.objects.get(pk=sent).state == "dispatched"


def test_in_a_real_city_nothing_is_simulated() -> None:
    """It keeps the machine's time, and no call comes by itself."""
    make.city()
    assert jobs.go_on() is False
    assert not Report.objects.exists()
