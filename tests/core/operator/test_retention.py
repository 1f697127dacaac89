"""What has had its time is forgotten once a day, with an entry of how much; what somebody still needs stays."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.contrib.sessions.models import Session

from anlan.core import jobs
from anlan.core.models import Job, LedgerEntry, LoginFailures, VerbKey
from anlan.core.operator import retention
from anlan.core.operator.jobs import ask_for_tonight
from anlan.core.time.clock import frozen
from tests import make

AT = make.AT
DAYS = dt.timedelta(days=1)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def town() -> None:
    """The night of this city is not that of the server."""
    make.city()


def of_an_age(age: dt.timedelta) -> None:
    """One of each kind that came about so long ago."""
    name, at = f"{age.days}", AT - age
    for scope in (f"intake.reports.receive_report|partner:grid|{name}", f"prevention.x|system:clocks|{name}"):
        VerbKey.objects.create(key=scope, fingerprint="f", result="{}", at=at)
    for state in (Job.State.DONE, Job.State.DEAD):
        Job.objects.create(name="x", payload="{}", state=state, run_after=at, created_at=at, finished_at=at)
    Session.objects.create(session_key=name, session_data="", expire_date=at)
    LoginFailures.objects.create(key=name, failures=9, last_at=at)


def night() -> list[dict[str, int]]:
    """Let the worker ask for its night twice and live through it; return what the entries say."""
    with frozen(AT):
        assert [ask_for_tonight(), ask_for_tonight()] == [True, False]
    with frozen(AT + DAYS):
        jobs.drain()
    return [json.loads(entry.payload) for entry in LedgerEntry.objects.filter(kind="core.forgotten")]


def test_old_answers_jobs_sessions_and_failures_go_with_an_entry_of_how_many() -> None:
    """What is younger stays; so do dead jobs, which wait for a person, and the keys by which an effect comes once."""
    for age in (91 * DAYS, 5 * DAYS, -2 * DAYS):
        of_an_age(age)
    assert night() == [{"jobs": 1, "keys": 1, "login_failures": 2, "sessions": 2}]
    assert set(VerbKey.objects.values_list("key", flat=True)) == {
        "intake.reports.receive_report|partner:grid|5", "intake.reports.receive_report|partner:grid|-2",
        "prevention.x|system:clocks|91", "prevention.x|system:clocks|5", "prevention.x|system:clocks|-2",
    }  # fmt: skip
    assert Job.objects.filter(name="x", state=Job.State.DEAD).count() == 3
    assert list(Session.objects.values_list("session_key", flat=True)) == ["-2"]


def test_a_night_without_anything_old_leaves_no_entry() -> None:
    """Nothing was done, so nothing is written."""
    of_an_age(-2 * DAYS)
    assert night() == []


def test_much_goes_in_many_small_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each with its own entry, so that nobody waits long behind one."""
    monkeypatch.setattr(retention, "BATCH", 2)
    for n in range(5):
        Session.objects.create(session_key=str(n), session_data="", expire_date=AT - DAYS)
    assert [entry["sessions"] for entry in night()] == [2, 2, 1]


@pytest.mark.parametrize("text", ["0", "-3", "ninety", "1.5"])
def test_a_time_of_keeping_that_is_none_stops_the_start(text: str) -> None:
    """It names the setting."""
    from anlan.env import EnvError, read_env

    with pytest.raises(EnvError, match="ANLAN_KEEP_KEYS_DAYS"):
        read_env({"ANLAN_KEEP_KEYS_DAYS": text})
