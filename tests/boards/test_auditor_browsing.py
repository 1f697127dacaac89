"""How an auditor reads the ledger: by number, post, kind and days, back to the cause, and who opened what and why."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from anlan.boards.queries.audit import entries_of
from anlan.boards.views import audit
from anlan.core import jobs, ledger
from anlan.core.ledger import seals, triggers
from anlan.core.ledger.writes import perform
from anlan.core.models import LedgerEntry
from anlan.core.pages import ListPage
from anlan.core.pages.lists import DOWNLOADS
from anlan.intake.actions import read_personal
from anlan.intake.models import Report
from anlan.triage.actions import close_incident, resolve
from tests import make
from tests.make import AT

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def auditor(tmp_path: Path, settings: object) -> Client:
    """An auditor before the page, in a small town."""
    settings.DATA_DIR = tmp_path  # type: ignore[attr-defined]
    make.city()
    return make.browser(make.person("auditor"))


def rows(auditor: Client, **asked: str) -> list[dict[str, str]]:
    """Return what the page lists, as its file tells it."""
    answer = auditor.get("/audit/", asked | {"as": "csv"})
    assert answer["Content-Type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.content.decode().removeprefix("\ufeff"))))


def posts(auditor: Client, **asked: str) -> dict[str, str]:
    """Return what the filter by post offers, and the words of each."""
    page = auditor.get("/audit/", asked).content.decode()
    choices = re.search(r'<select[^>]*name="by".*?</select>', page, re.DOTALL)
    assert choices
    offered = re.findall(r'<option value="([^"]+)"[^>]*>(.*?)</option>', choices[0], re.DOTALL)
    return {value: " ".join(words.split()) for value, words in offered}


def closed(report: Report) -> str:
    """Open an incident of a report and close it an hour later."""
    me = make.actor("dispatcher")
    number = make.incident(report)
    resolve(number=number, disposal="advised", actor=me, at=AT + dt.timedelta(minutes=50))
    close_incident(number=number, actor=me, at=AT + dt.timedelta(hours=1))
    return number


def test_a_number_shows_its_entries_and_leads_to_its_page(auditor: Client) -> None:
    """Typed as on paper, in whichever case; entries of other records are left out, and kinds have words."""
    heard = make.report()
    number = closed(heard)
    found = rows(auditor, q=number.lower())
    assert {row["Record"] for row in found} == {f"incident:{number}"}
    assert [row["Entry"] for row in found] == ["Incident closed", "Incident resolved", "Incident opened"]
    page = auditor.get("/audit/", {"q": f"report:{heard.number}"}).content.decode()
    assert f'href="/reports/{heard.number}/"' in page
    assert "intake.report_received" not in page.partition("<tbody>")[2].partition("</tbody>")[0]


def test_a_cause_is_followed_back_to_the_first(auditor: Client) -> None:
    """Each line follows from the one below; what has no cause ends the way."""
    make.report()
    first = LedgerEntry.objects.order_by("pk").last()
    assert first
    for n in range(3):
        last = LedgerEntry.objects.order_by("pk").last()
        assert last
        perform(lambda n=n, last=last: ledger.append("core.job_stopped", actor=make.actor("operator"), at=AT,
                                                     subject=f"job:{n}", payload={}, cause_id=last.pk))  # fmt: skip
    last = LedgerEntry.objects.select_related("placed").order_by("pk").last()
    assert last
    found = rows(auditor, back=str(last.placed.position))
    assert [row["Follows from"] for row in found[:3]] == [row["Position"] for row in found[1:4]]
    assert found[-1]["Follows from"] == ""
    assert rows(auditor, back="x") == rows(auditor, back="999999") == []


def test_entries_of_a_post_a_kind_and_some_days(auditor: Client) -> None:
    """A post is role and organisation; one actor is found by its name in entries; no total is said."""
    taker = make.actor("call_taker")
    make.report(actor=taker)
    make.report(actor=taker, at=AT + 3 * DAY)
    make.report(at=AT + 3 * DAY)
    received = {"kind": "intake.report_received"}
    assert len(rows(auditor, by="control/call_taker", **received)) == 2
    assert len(rows(auditor, by=taker.name, **received)) == 2
    assert rows(auditor, by="control/dispatcher") == []
    day = str((AT + 3 * DAY).date())
    assert len(rows(auditor, since=day, **received)) == 2
    assert len(rows(auditor, until=str((AT + 2 * DAY).date()), **received)) == 1
    assert rows(auditor, since="no day") == []
    page = auditor.get("/audit/", {"by": taker.name} | received).content.decode()
    assert "1–2 / 2" not in page
    assert "1–3 / 3" in auditor.get("/audit/", received).content.decode()


def test_one_actor_has_words_and_the_other_posts_stay_on_offer(auditor: Client) -> None:
    """After "No. 2" the filter says whose post it is, and offers every other post; a partner system has its name."""
    taker, (partner, _secret) = make.actor("call_taker"), make.partner()
    usual = posts(auditor)
    words = f"{usual['control/call_taker']} · No. {taker.person_id}"
    assert posts(auditor, by=taker.name) == {taker.name: words} | usual
    assert posts(auditor, by="system:ladder") == {"system:ladder": "Anlan itself · ladder"} | usual
    assert posts(auditor, by=f"client:{partner.pk}") == usual
    assert usual[f"client:{partner.pk}"] == partner.name


def test_the_page_asks_the_database_as_often_for_many_entries_as_for_few(auditor: Client) -> None:
    """Posts and causes are looked up once a page."""
    counts = []
    for _more in range(2):
        for _n in range(15):
            make.report(actor=make.actor("call_taker"))
        with CaptureQueriesContext(
            connection,
        ) as asked:
            auditor.get("/audit/")
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_an_opening_long_after_the_end_is_asked_about(auditor: Client) -> None:
    """Of two openings the one of a closed matter has a hint; to look at old ones for a study is what a study is."""
    heard, other = make.report(words="车过不去"), make.report(words="水很深")
    closed(heard)
    make.incident(other)
    me, late = make.actor("call_taker"), AT + 9 * DAY + dt.timedelta(hours=1)
    read_personal(report_id=heard.pk, purpose="handle", actor=me, at=late)
    read_personal(report_id=heard.pk, purpose="study", actor=make.actor("analyst"), at=late)
    read_personal(report_id=other.pk, purpose="handle", actor=me, at=late)
    found = rows(auditor, tab="openings")
    assert [row["Hint"] for row in found] == ["in hand then", "9 days after its end", "9 days after its end"]
    (asked,) = rows(auditor, tab="openings", hint="ask")
    assert (asked["Record"], asked["Purpose"]) == (f"report:{heard.number}", "To handle the report")
    page = auditor.get("/audit/", {"tab": "openings", "hint": "ask"}).content.decode()
    assert page.count("state warn") == 1
    assert "it is no verdict" in page
    assert 'name="by"' not in page.partition('class="asked')[2].partition("</form>")[0]


def test_a_purpose_that_says_little_is_asked_about(auditor: Client) -> None:
    """As an earlier version or another system may have written it."""
    heard = make.report(words="车过不去")
    payload = {"fields": ["words"], "purpose": "查"}
    entry = {"actor": make.actor("call_taker"), "at": AT, "subject": f"report:{heard.number}", "payload": payload}
    perform(lambda: ledger.append("intake.personal_read", **entry))
    (found,) = rows(auditor, tab="openings", hint="ask")
    assert (found["Hint"], found["Purpose"]) == ("purpose says little", "查")


def test_what_an_auditor_opens_is_an_opening_like_any_other(auditor: Client) -> None:
    """Their own look at from where they signed in stands in the list."""
    make.person("auditor", username="wen")
    wen = Client()
    wen.post("/login/", {"username": "wen", "password": make.PASSWORD})
    wen.post("/account/")
    (found,) = rows(auditor, tab="openings")
    assert "Auditor" in found["By"]


def test_a_download_with_personal_content_says_how_many_rows_and_which_file(auditor: Client) -> None:
    """The digest is that of the file that went out; a list without personal content leaves no entry."""
    operator = make.browser(make.person("operator"))
    sent = operator.get("/people/", {"as": "csv"}).content
    auditor.get("/audit/", {"as": "csv"})
    (found,) = rows(auditor, tab="exports")
    assert found["Digest of the file"] == hashlib.sha256(sent).hexdigest()
    assert int(found["Rows"]) == len(sent.decode().splitlines()) - 1
    assert found["Downloaded"] == "List of people downloaded"


def test_a_download_is_known_by_what_its_list_declares(auditor: Client, request: pytest.FixtureRequest) -> None:
    """Whatever the kind of its entry is called; what only sounds like a download is none."""
    request.addfinalizer(lambda: DOWNLOADS.discard("test.callers_taken"))
    ListPage("Callers", entries_of, personal="test.callers_taken")
    for kind in ("test.callers_taken", "test.map_downloaded"):
        entry = {"actor": make.actor("operator"), "at": AT, "subject": "list:callers", "payload": {"rows": 2}}
        perform(lambda kind=kind, entry=entry: ledger.append(kind, **entry))
    assert [row["Downloaded"] for row in rows(auditor, tab="exports")] == ["test.callers_taken"]


def test_a_list_too_long_for_a_file_is_not_cut_off(auditor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is refused with what to do, and the page offers no file."""
    for _n in range(3):
        make.report()
    monkeypatch.setattr(audit, "AUDIT", replace(audit.AUDIT, most=2))
    answer = auditor.get("/audit/", {"as": "csv"}, follow=True)
    assert "holds at most 2 rows" in answer.content.decode()
    assert "as=csv" not in auditor.get("/audit/").content.decode()
    assert len(rows(auditor, q="1")) == 1


def test_the_alarm_names_the_fault_and_where_it_lies(auditor: Client) -> None:
    """In the reader's language, with the record's entries and its page."""
    report = make.report()
    seals.seal()
    triggers.remove()
    Report.objects.filter(pk=report.pk).update(depth_cm=7)
    triggers.install()
    auditor.post("/audit/verify")
    jobs.drain()
    page = auditor.get("/audit/").content.decode()
    assert f"Report {report.number}: depth_cm is not as its entry says" in page
    assert f'href="?q=report%3A{report.number}"' in page
    assert f'href="/reports/{report.number}/"' in page
    page = auditor.get("/audit/", headers={"accept-language": "zh-hans"}).content.decode()
    assert f"接报 {report.number}：depth_cm 与账本条目不一致" in page


def test_an_unprotected_ledger_is_said_in_the_readers_language(auditor: Client) -> None:
    """A trigger that is missing is named."""
    triggers.remove()
    page = auditor.get("/audit/", headers={"accept-language": "zh-hans"}).content.decode()
    triggers.install()
    assert re.search(r"触发器\w+缺失", page)
