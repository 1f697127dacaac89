"""A few incidents of each month go the longer way, by the single verbs."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from anlan.city.town.folder import build, installed_packages
from anlan.city.year import turns
from anlan.city.year.month import Month
from anlan.core.city import folder as cityfolder
from anlan.core.ledger.verification import verify
from anlan.core.models import ClockRun, LedgerEntry
from anlan.core.people.actors import system
from anlan.dispatch.models import Assignment
from anlan.triage.models import Handover, Incident
from anlan.triage.states import State

CITY = system("city")
LATER = dt.datetime(2018, 1, 1, tzinfo=dt.UTC)
pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("city"), installed_packages())


@pytest.fixture(autouse=True)
def city(folder: Path) -> None:
    cityfolder.load(folder, actor=CITY, at=LATER)


def may(scale: float = 0.05) -> Month:
    return Month(1, 2016, 5, scale, CITY)


def kinds() -> set[str]:
    return set(LedgerEntry.objects.values_list("kind", flat=True))


def test_every_state_of_an_incident_and_every_turn_is_lived() -> None:
    """Decided after two returns, told apart, unlinked, taken up again, raised, reassigned; all are closed."""
    turns.live_turns(may(), LATER)
    told = {kind.removeprefix("triage.incident_") for kind in kinds() if kind.startswith("triage.incident_")}
    assert told >= {"opened", *State.values} - {"new"}
    assert told >= {"arbitrated", "split", "report_linked", "report_unlinked", "urgency_set"}
    assert kinds() >= {"dispatch.unit_reassigned", "dispatch.unit_backup_asked", "dispatch.unit_cleared"}
    assert set(Incident.objects.values_list("state", flat=True)) == {"closed"}
    assert not ClockRun.objects.running().exists()
    assert not Assignment.objects.open().exists()
    for incident in Incident.objects.filter(returns=2):
        *sent_back, last = Handover.objects.filter(incident=incident)
        assert all(one.returned_at and one.reason for one in sent_back)
        assert last.signed_at > sent_back[-1].returned_at
        assert last.reason
    assert verify().ok


def test_what_would_come_after_the_simulated_time_stands_open() -> None:
    """Each as far as it had come, with a clock that runs."""
    end = may().ends - dt.timedelta(days=1)
    turns.live_turns(may(0.1), end)
    assert Incident.objects.open().exists()
    assert not LedgerEntry.objects.filter(
        kind__startswith="triage.", at__gte=end.astimezone(dt.UTC).isoformat()
    ).exists()
    for incident in Incident.objects.open():
        assert ClockRun.objects.running().filter(subject=incident.subject).exists() or incident.state == "dispatched"


def test_lived_again_it_adds_nothing_and_at_any_scale_there_are_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports that are there already are not told twice; the whole city has no more of them than the most."""
    monkeypatch.setattr(turns, "MOST", 5)
    for _ in range(2):
        turns.live_turns(may(1.0), LATER)
        assert Incident.objects.count() == 7  # two of the five are told apart into two
