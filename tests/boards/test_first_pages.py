"""What an auditor sees first, and what waits for a publisher and an analyst."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from anlan.core.ledger import seals
from anlan.core.models import LedgerEntry
from anlan.core.people.actors import system
from anlan.core.time.clock import frozen
from anlan.intake.actions import read_personal
from tests import make
from tests.make import AT

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _town(tmp_path: Path, settings: object) -> None:
    settings.DATA_DIR = tmp_path  # type: ignore[attr-defined]
    make.city()


def test_an_auditor_reads_the_ledger_by_number_and_sees_its_seal() -> None:
    """The newest first, with the post that left it and never a name; a number finds what was done with it."""
    somebody = make.person("call_taker")
    report = make.report(actor=make.actor("call_taker"))
    make.report()
    seals.seal()
    client = make.browser(make.person("auditor"))
    page = client.get("/audit/").content.decode()
    last = seals.head()
    assert last
    assert last.hash in page
    assert "Call-taker" in page
    assert somebody.name not in page
    found = client.get("/audit/", {"q": report.number}).content.decode()
    assert f'href="?q=report%3A{report.number}"' in found
    assert found.count('<th scope="row"') == LedgerEntry.objects.filter(subject=f"report:{report.number}").count()


def test_an_auditor_reads_who_opened_personal_content_for_what() -> None:
    """Post, record and purpose of each opening; not the content, and no sums by post."""
    told = make.report(words="车过不去", contact="13800000417")
    desk = make.actor("call_taker")
    read_personal(report_id=told.pk, purpose="handle", fields=["words"], actor=desk, at=AT)
    page = make.browser(make.person("auditor")).get("/audit/", {"tab": "openings"}).content.decode()
    assert f'href="?q=report%3A{told.number}"' in page
    assert "To handle the report" in page
    assert "13800000417" not in page
    assert "车过不去" not in page


@pytest.mark.parametrize("path", ["/operator/", "/audit/"])
def test_neither_is_open_to_others(path: str) -> None:
    """An officer is refused, an operator does not read the ledger, an auditor runs nothing."""
    own = {"/operator/": "operator", "/audit/": "auditor"}[path]
    for role in ("officer", "leader", "operator", "auditor"):
        assert make.browser(make.person(role)).get(path).status_code == (200 if role == own else 403)


def test_a_publisher_and_an_analyst_find_what_waits_for_them() -> None:
    """A plan whose period is over, and a study that ended and was not adopted."""
    from anlan.bulletin.actions import fix_measures

    early = dt.datetime(2016, 1, 4, tzinfo=dt.UTC)
    until = dt.date(2016, 3, 31)
    fix_measures(since=dt.date(2016, 1, 1), until=until, measures=["reports"], actor=system("test"), at=early)
    make.storms(2015, [(119.93, 31.73)])
    study = make.study(2015)
    publisher, analyst = (make.browser(make.person(role)) for role in ("publisher", "analyst"))
    with frozen(dt.datetime(2016, 1, 20, tzinfo=dt.UTC)):
        assert f'href="/studies/{study.pk}/"' in analyst.get("/today/").content.decode()
        assert "BP-2016-01" not in publisher.get("/today/").content.decode()
    with frozen(dt.datetime(2016, 4, 2, tzinfo=dt.UTC)):
        assert "BP-2016-01" in publisher.get("/today/").content.decode()
        assert f'href="/studies/{study.pk}/"' not in analyst.get("/today/").content.decode()
