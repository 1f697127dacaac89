"""What an auditor does: have the ledger verified, keep heads and compare them, read what was erased."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from anlan.core import jobs
from anlan.core.ledger import seals, triggers
from anlan.core.models import LedgerEntry
from anlan.intake.actions import erase_report
from anlan.intake.models import Report
from tests import make
from tests.make import AT

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _town(tmp_path: Path, settings: object) -> None:
    settings.DATA_DIR = tmp_path  # type: ignore[attr-defined]
    make.city()


def test_an_auditor_has_the_ledger_verified_and_reads_what_was_found() -> None:
    """Asked for twice it runs once; then the page says that it holds, and the asking is an entry."""
    make.report()
    seals.seal()
    client = make.browser(make.person("auditor"))
    assert "Not verified yet." in client.get("/audit/").content.decode()
    for _press in range(2):
        assert client.post("/audit/verify").status_code == 302
    assert LedgerEntry.objects.filter(kind="core.verification_asked").count() == 1
    jobs.drain()
    assert '<span class="state done">Holds</span>' in client.get("/audit/").content.decode()


def test_a_verification_that_finds_a_fault_says_so_first() -> None:
    """A report that was changed past the ledger is a fault on the auditor's page."""
    report = make.report()
    seals.seal()
    triggers.remove()
    Report.objects.filter(pk=report.pk).update(depth_cm=7)
    triggers.install()
    client = make.browser(make.person("auditor"))
    client.post("/audit/verify")
    jobs.drain()
    assert "1 fault" in client.get("/audit/").content.decode()


def test_an_auditor_takes_a_head_away_and_compares_it_later() -> None:
    """The line has the form of the file of kept heads; a head that is none of this chain is said to be none."""
    make.report()
    seals.seal()
    client = make.browser(make.person("auditor"))
    taken = json.loads(client.post("/audit/head").content)
    last = seals.head()
    assert last
    assert (taken["head"], taken["position"]) == (last.hash, last.last)
    assert LedgerEntry.objects.filter(kind="core.head_taken").exists()
    assert "up to there nothing was cut off" in client.get("/audit/", {"head": taken["head"]}).content.decode()
    line = json.dumps(taken)
    assert "up to there nothing was cut off" in client.get("/audit/", {"head": line}).content.decode()
    assert "This is no head" in client.get("/audit/", {"head": "abc"}).content.decode()
    assert "It is no seal of this chain" in client.get("/audit/", {"head": "0" * 64}).content.decode()


def test_nothing_is_handed_over_before_the_first_seal() -> None:
    """Without a seal there is no head; the page says so."""
    client = make.browser(make.person("auditor"))
    answer = client.post("/audit/head", follow=True)
    assert answer.redirect_chain
    assert not LedgerEntry.objects.filter(kind="core.head_taken").exists()


def test_an_auditor_reads_what_was_erased_and_why() -> None:
    """Post, record and reason of each erasing."""
    heard = make.report(words="车过不去")
    erase_report(report_id=heard.pk, reason="asked", actor=make.actor("call_taker"), at=AT)
    page = make.browser(make.person("auditor")).get("/audit/", {"tab": "erasings"}).content.decode()
    assert f'href="?q=report%3A{heard.number}"' in page
    assert "The reporter asked for it" in page


def test_an_entry_is_found_by_its_position() -> None:
    """What an entry follows from is a link to that entry."""
    make.report()
    client = make.browser(make.person("auditor"))
    page = client.get("/audit/", {"q": "1"}).content.decode()
    assert page.count('<th scope="row"') == 1


@pytest.mark.parametrize("path", ["/audit/verify", "/audit/head"])
def test_what_an_auditor_presses_is_closed_to_others(path: str) -> None:
    """An operator neither starts a verification nor takes a head."""
    assert make.browser(make.person("operator")).post(path).status_code == 403
