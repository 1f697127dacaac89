"""The list of reports and the page of one: filters in the address, history from the ledger, words behind a purpose."""

from __future__ import annotations

import datetime as dt
import json
import re

import pytest

from anlan.core.models import LedgerEntry
from anlan.core.time.clock import frozen
from anlan.intake.models import Erasure, Report, ReportPersonal
from tests import make

AT = make.AT

pytestmark = pytest.mark.django_db


@pytest.fixture
def report(desk) -> Report:
    """A report with all that is personal."""
    return make.report(
        place_words="清潭路加油站", words="<script>alert(1)</script>", name="张三", contact="13800000417",
        depth_cm=30, photos=[make.photo()],
    )  # fmt: skip


def opened(desk, report, purpose: str = "handle"):
    """Open what is personal."""
    return desk.post(f"/reports/{report.number}/open", {"purpose": purpose})


def test_every_filter_stands_in_the_address(desk):
    """The same address shows somebody else the same list."""
    rain = make.report(received_at=AT - dt.timedelta(days=2))
    drain = make.report(category="blocked_drain", channel="hotline_12345")
    for query, there, not_there in [
        ("category=blocked_drain", drain, rain),
        ("channel=phone_110", rain, drain),
        ("since=2016-06-28", drain, rain),
        ("until=2016-06-27", rain, drain),
        (f"q={rain.number[:8]}", rain, drain),
    ]:
        page = desk.get(f"/reports/?{query}").content.decode()
        assert there.number in page
        assert not_there.number not in page


def test_filters_that_mean_nothing_are_named(desk):
    """A broken address shows what could be read and says what was left out."""
    answer = desk.get("/reports/?since=yesterday&channel=pigeon&page=x")
    assert answer.status_code == 200
    assert "Channel, From" in answer.content.decode()


def test_a_full_number_leads_to_its_report(desk, report):
    """Searching a number opens the report."""
    assert desk.get("/reports/", {"q": report.number.lower()})["Location"] == f"/reports/{report.number}/"


def test_an_empty_list_says_what_to_do(desk):
    """Without reports the page says where they come from; without hits, to take a condition away."""
    assert "No reports yet" in desk.get("/reports/").content.decode()
    make.report()
    assert "No report fits" in desk.get("/reports/?category=other").content.decode()


def test_nothing_personal_is_shown_unasked(desk, report):
    """Neither list nor page shows place words, words, name, contact or photo, once it is sorted."""
    make.incident(report)
    pages = desk.get("/reports/").content.decode() + desk.get(f"/reports/{report.number}/").content.decode()
    for secret in ("清潭路", "alert(1)", "张三", "13800000417", "/photo/"):
        assert secret not in pages
    assert not LedgerEntry.objects.filter(kind="intake.personal_read").exists()


def test_opening_with_a_purpose_shows_it_and_is_an_entry(desk, report):
    """What is personal is shown once, escaped, and the ledger holds post and purpose, not the content."""
    make.incident(report)
    page = opened(desk, report).content.decode()
    for shown in ("清潭路加油站", "&lt;script&gt;alert(1)", "张三", "13800000417"):
        assert shown in page
    entry = LedgerEntry.objects.get(kind="intake.personal_read")
    assert json.loads(entry.payload)["purpose"] == "handle"
    assert "清潭路" not in entry.payload
    assert "no-store" in opened(desk, report)["Cache-Control"]


def test_without_a_purpose_nothing_is_opened(desk, report):
    """A made-up purpose is refused."""
    answer = opened(desk, report, "curious")
    assert answer.status_code == 422
    assert "张三" not in answer.content.decode()


def test_a_photo_is_sent_to_who_opened_it_and_each_sending_is_an_entry(desk, report):
    """It comes as our JPEG, in a sandbox, never sniffed or kept."""
    address = re.search(r'src="(/reports/[^"]+/photo/[^"]+)"', opened(desk, report, "call_back").content.decode())
    assert address
    answer = desk.get(address[1])
    assert answer.content.startswith(b"\xff\xd8\xff")
    assert answer["Content-Disposition"].startswith("inline; filename=")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "no-store" in answer["Cache-Control"]
    assert json.loads(LedgerEntry.objects.get(kind="intake.photo_read").payload)["purpose"] == "call_back"


def test_a_photos_address_works_for_nobody_else_and_not_for_long(desk, report, client):
    """Another person, another photo, or a quarter of an hour later: not found."""
    with frozen(AT):
        found = re.search(r'src="(/reports/[^"]+/photo/[^"]+)"', opened(desk, report).content.decode())
        assert found
        address = found[1]
    with frozen(AT + dt.timedelta(minutes=15)):
        assert desk.get(address).status_code == 404
    with frozen(AT):
        assert desk.get(address.replace("/photo/", "/photo/9")).status_code == 404
        desk.force_login(make.person("call_taker"))
        assert desk.get(address).status_code == 404
    assert not LedgerEntry.objects.filter(kind="intake.photo_read").exists()


def test_validity_can_be_changed_and_undone(desk, report):
    """A wrong judgement is one press away from what it was."""
    answer = desk.post(f"/reports/{report.number}/validity", {"validity": "misdial"})
    report.refresh_from_db()
    assert report.validity == "misdial"
    page = desk.get(answer["Location"]).content.decode()
    assert re.search(r'value="valid" data-key="u"', page)
    assert "Valid → Misdial" in page


def test_the_history_names_posts_not_persons(desk, report):
    """Each line says what, by which post and when; the person's name is nowhere."""
    opened(desk, report)
    page = desk.get(f"/reports/{report.number}/").content.decode()
    assert "Personal content opened" in page
    assert "To handle the report" in page
    assert "Call-taker, " in page
    assert "Somebody" not in page


def test_a_role_that_may_not_open_is_told(client, report):
    """A leader sees the facts and is told that the role does not open what is personal."""
    client.force_login(make.person("leader"))
    assert "Your role does not open" in client.get(f"/reports/{report.number}/").content.decode()
    assert opened(client, report).status_code == 403


def test_erased_for_a_reason(desk, report):
    """Erasing destroys what is personal; the report stays and says so."""
    desk.post(f"/reports/{report.number}/erase", {"reason": "mistake"})
    assert not ReportPersonal.objects.exists()
    assert Erasure.objects.get().reason == "mistake"
    shown = desk.get(f"/reports/{report.number}/").content.decode()
    assert ("Is being erased" in shown, "Erased on" in shown) == (True, False)
    make.cleared()
    assert "Erased on" in desk.get(f"/reports/{report.number}/").content.decode()


def test_an_analyst_may_not_erase(client, report):
    """Erasing belongs to other roles."""
    client.force_login(make.person("analyst"))
    assert client.post(f"/reports/{report.number}/erase", {"reason": "asked"}).status_code == 403


def test_an_unknown_number_is_not_found(desk):
    """No such report: 404, whoever asks."""
    assert desk.get("/reports/R-000000-0000/").status_code == 404


@pytest.mark.parametrize("where", ["/reports/", "/reports/R-160628-0001/"])
def test_strangers_are_sent_to_the_log_in(client, where):
    """Without a log-in there is no list."""
    make.city()
    assert client.get(where).status_code == 302


def test_an_officer_sees_the_own_organisations_reports_only(client):
    """What another organisation entered is not found."""
    make.city()
    theirs = make.report(actor=make.actor("call_taker", at="control"))
    client.force_login(make.person("officer", at="elsewhere"))
    assert client.get(f"/reports/{theirs.number}/").status_code == 404
    assert theirs.number not in client.get("/reports/").content.decode()
