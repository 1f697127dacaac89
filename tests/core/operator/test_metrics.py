"""What a monitor reads: only with the token, what waits and what is late, and nobody's data."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from anlan.core.ledger import seals
from anlan.core.ledger.followers import FOLLOWERS
from anlan.core.models import Cursor, Job
from anlan.core.time.clock import frozen
from anlan.intake.actions import erase_report
from tests import make
from tests.architecture.source import ROOT

AT, TOKEN = make.AT, "a-token-of-enough-letters"
WORDS = "蓝色房子后面"
SAMPLE = re.compile(r'([a-z_]+)(\{[a-z]+="[^"]*"(?:,[a-z]+="[^"]*")*\})? -?[0-9.e+]+')

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def monitored(settings: Any, tmp_path: Path) -> Iterator[None]:
    """A small city whose operator gave the monitor a token."""
    settings.METRICS_TOKEN, settings.DATA_DIR = TOKEN, tmp_path
    make.city()
    with frozen(AT):
        yield


def scraped(token: str = TOKEN) -> Any:
    """Ask as Prometheus does."""
    return Client().get("/metrics", headers={"Authorization": f"Bearer {token}"})


def values() -> dict[str, float]:
    """Return each sample of the page."""
    lines = scraped().content.decode().splitlines()
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if line[0] != "#")}


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer another-token-of-letters"}, {"Authorization": "x"}])
def test_who_has_no_token_reads_nothing(headers: dict[str, str]) -> None:
    """Neither a stranger nor an operator with a session."""
    for client in (Client(), make.browser(make.person("operator"))):
        assert client.get("/metrics", headers=headers).status_code == 401


def test_without_a_token_set_there_is_no_such_page(settings: Any) -> None:
    """An empty token lets nobody in."""
    settings.METRICS_TOKEN = ""
    assert [scraped("").status_code, scraped().status_code] == [404, 404]


def test_every_line_is_one_that_prometheus_reads() -> None:
    """Name, labels, a number; each name is described once, before its samples."""
    answer = scraped()
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    lines = answer.content.decode().splitlines()
    assert all(SAMPLE.fullmatch(line) for line in lines if not line.startswith("# "))
    helps = [line.split()[2] for line in lines if line.startswith("# HELP")]
    assert len(helps) == len(set(helps)) >= 15


def test_what_waits_and_what_has_stopped_is_counted() -> None:
    """A job that nobody takes, a dead one, a stopped follower, a clock past its target, a name that must wait."""
    later, waits = AT + dt.timedelta(hours=2), AT + dt.timedelta(hours=1)
    make.report(channel="web")
    Job.objects.create(name="x", payload="{}", run_after=waits, created_at=AT)
    Job.objects.create(name="x", payload="{}", run_after=AT, created_at=AT, state=Job.State.DEAD)
    follower = min(FOLLOWERS)
    Cursor.objects.create(name=follower, position=0, error="at 1: KeyError", stopped_at=AT)
    with frozen(later):
        for name in ("ann", "ben", "ben", "ben", "ben", "ben"):  # five times one name: nobody else waits, no address
            Client().post("/login/", {"username": name, "password": "wrong"})
        read = values()
    with frozen(later + dt.timedelta(seconds=31)):
        assert values()["anlan_logins_throttled"] == 0
    assert (read['anlan_jobs{state="ready"}'], read['anlan_jobs{state="dead"}']) == (1, 1)
    assert read["anlan_job_oldest_seconds"] >= 3600
    assert read[f'anlan_follower_stopped{{follower="{follower}"}}'] == 1
    assert read[f'anlan_follower_lag{{follower="{follower}"}}'] == read["anlan_ledger_position"] > 0
    assert read['anlan_clocks_late{clock="first_look"}'] == 1
    assert read["anlan_logins_throttled"] == 1


def test_a_worker_that_seals_no_more_is_seen() -> None:
    """Entries that wait for a seal longer than a minute: the page for a monitor says so, and /healthz stays 200."""
    make.report()
    seals.seal()
    assert values()["anlan_sealing_late"] == 0
    with frozen(AT + dt.timedelta(minutes=5)):
        make.report(at=AT + dt.timedelta(minutes=5))
        assert values()["anlan_sealing_late"] == 0  # it has just been written, however long ago the last seal was
    with frozen(AT + dt.timedelta(minutes=7)):
        assert values()["anlan_sealing_late"] == 1
        assert Client().get("/healthz").status_code == 200


def test_an_erasing_that_is_not_cleared_is_seen_and_no_word_is_told() -> None:
    """How long it waits; then nothing waits any more."""
    report = make.report(words=WORDS, contact="13800000417")
    erase_report(report_id=report.pk, reason="asked", actor=make.actor("supervisor"), at=AT)
    with frozen(AT + dt.timedelta(minutes=5)):
        read, text = values(), scraped().content.decode()
    assert (read["anlan_erasings_waiting"], read["anlan_erasing_oldest_seconds"]) == (1, 300)
    assert not [word for word in (WORDS, "13800000417", report.number) if word in text]
    make.cleared()
    assert values()["anlan_erasings_waiting"] == 0


def test_every_number_is_explained_and_alerts_ask_for_no_other() -> None:
    """What /metrics names stands on the page for operators; what alerts.yml asks for, /metrics names."""
    named = {line.split()[2] for line in scraped().content.decode().splitlines() if line.startswith("# HELP")}
    explained = set(re.findall(r"`(anlan_[a-z_]+)`", (ROOT / "docs/howto/deploy.md").read_text(encoding="utf-8")))
    assert explained == named | {"anlan_backup_age_seconds"}
    asked = set(re.findall(r"anlan_[a-z_]+", (ROOT / "deploy/prometheus/alerts.yml").read_text(encoding="utf-8")))
    assert {re.sub("_(sum|count)$", "", name) for name in asked} <= explained


def test_requests_are_counted_by_status_and_time() -> None:
    """One more of a kind after one more; every answer lies in the last bucket."""
    name = 'anlan_requests_total{status="404"}'
    before = values().get(name, 0)
    Client().get("/no-such-page/")
    read = values()
    assert read[name] == before + 1
    assert read['anlan_request_seconds_bucket{le="+Inf"}'] == read["anlan_request_seconds_count"]
    assert read["anlan_request_seconds_count"] == sum(n for key, n in read.items() if "requests_total" in key)
