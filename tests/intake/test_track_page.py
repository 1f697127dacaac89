"""The tracking page: what the holder of a code reads and may do."""

from __future__ import annotations

import datetime as dt
import logging
import re
import shutil

import pytest
from django.core.cache import cache

from anlan.core.city.folder import CityFolderError
from anlan.core.models import LedgerEntry
from anlan.core.people.actors import system
from anlan.core.time.clock import frozen
from anlan.intake.actions import read_personal, receive_report, set_validity
from anlan.intake.models import Attachment, Erasure, Report, ReportPersonal
from anlan.intake.public.codes import grouped
from anlan.intake.public.throttle import WRONG_CODES
from tests import make

AT = make.AT
CODE = make.CODE

pytestmark = pytest.mark.django_db


@pytest.fixture
def report() -> Report:
    """A citizen's report with everything that can be erased."""
    cache.clear()
    make.city()
    told = receive_report(
        actor=system("test"), at=AT, channel="web", category="waterlogging", lon=119.97, lat=31.76, depth_cm=30,
        place_words="清潭路加油站", words="车过不去", contact="13800000417", photos=[make.photo()], tracking_code=CODE,
    )  # fmt: skip
    return Report.objects.get(pk=told["report_id"])


def page(client, at=AT, query: str = "") -> str:
    """Open the tracking page."""
    with frozen(at):
        answer = client.get(f"/track/{CODE}/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def act(client, what: str, at=AT, **values: str):
    """Press a button of the tracking page."""
    token = re.search(r'name="token" value="([^"]+)"', page(client, at))
    with frozen(at):
        return client.post(f"/track/{CODE}/{what}", {"token": token[1] if token else ""} | values)


@pytest.mark.parametrize(
    "typed", [grouped(CODE), "7kq4-m2xd-9tfw-hb6r", " 7KQ4M2XD9TFWHB6R ", "７ＫＱ４ m2xd 9tfw hb6r"]
)
def test_a_code_is_read_as_people_type_it(client, report, typed):
    """Case, spaces, dashes and full-width letters do not matter."""
    answer = client.post("/track/", {"code": typed})
    assert answer["Location"] == f"/track/{CODE}/"


def test_lookalikes_are_forgiven(client, report):
    """O is read as 0, I and L as 1."""
    told = {"channel": "web", "category": "other", "place_words": "x", "tracking_code": "0101" * 4}
    receive_report(actor=system("test"), at=AT, **told)
    assert client.post("/track/", {"code": "OIOL oiol 0101 O1OI"}).status_code == 302


def test_the_page_shows_no_address_name_or_photo(client, report):
    """Whoever is shown the page learns neither place nor words nor number."""
    shown = page(client)
    for secret in ("清潭路", "车过不去", "13800000417", "119.97", "31.76", "<img"):
        assert secret not in shown


def test_what_comes_next_and_by_when_is_said_first(client, report):
    """Before the first look the lead names the time of the promise; after it, that it is late."""
    assert "14:15" in re.findall(r'class="lead">([^<]+)', page(client))[0]
    late = page(client, AT + dt.timedelta(minutes=20))
    assert "waits longer than it should" in late


def test_a_look_by_the_duty_desk_is_told(client, report):
    """Once a call-taker has opened the report to deal with it, the page says that it was read."""
    seen = AT + dt.timedelta(minutes=4)
    read_personal(report_id=report.pk, purpose="handle", actor=make.actor("call_taker"), at=seen)
    shown = page(client, seen)
    assert "Your report has been read" in shown
    assert "14:04" in shown


@pytest.mark.parametrize(("row", "minutes"), [("", 20), ("first_look,查看,First look,,,2400\n", 40)])
def test_a_city_says_within_how_long_a_report_is_read(client, tmp_path, row: str, minutes: int) -> None:
    """In clocks.csv; the minutes that older folders have in city.toml hold where it says nothing."""
    folder = shutil.copytree(make.CITIES / "small", tmp_path / "small")
    with (folder / "city.toml").open("a", encoding="utf-8") as toml:
        toml.write("first_look_minutes = 20\n")
    (folder / "clocks.csv").write_text(f"code,name,name_en,start,stop,target_s\n{row}", encoding="utf-8")
    make.city(folder)
    assert f"within {minutes} minutes" in client.get("/report/").content.decode()


@pytest.mark.parametrize("counting", ["days", "working"])
def test_a_first_look_in_days_is_refused(tmp_path, counting: str) -> None:
    """Pages promise it in minutes; a day would be said as 1440 of them."""
    folder = shutil.copytree(make.CITIES / "small", tmp_path / "small")
    row = f"first_look,查看,First look,,,86400,{counting}\n"
    (folder / "clocks.csv").write_text(f"code,name,name_en,start,stop,target_s,counting\n{row}", encoding="utf-8")
    with pytest.raises(CityFolderError, match="first_look is promised in minutes"):
        make.city(folder)


def test_a_look_for_a_study_is_no_first_look(client, report):
    """An analyst's reading is no reading by the duty desk."""
    read_personal(report_id=report.pk, purpose="study", actor=make.actor("analyst"), at=AT)
    assert "Your report has been read" not in page(client)


def test_something_added_is_a_report_of_its_own(client, report):
    """What is added is a repeat that points to the first; the first stays as it was."""
    assert act(client, "add", words="水到门口了").status_code == 302
    added = Report.objects.exclude(pk=report.pk).get()
    assert (added.validity, added.lon, added.addition.first_id) == ("repeat", 119.97, report.pk)
    assert ReportPersonal.objects.get(report=report).words == "车过不去"
    assert "You added something" in page(client)
    assert LedgerEntry.objects.filter(kind="intake.report_added_to", subject=f"report:{report.number}").exists()


def test_the_water_is_gone_with_one_press(client, report):
    """One button says so, without words."""
    act(client, "add", gone="1")
    assert Report.objects.exclude(pk=report.pk).get().depth_cm == 0
    assert "the water is gone" in page(client)


def test_adding_nothing_is_asked_about(client, report):
    """Neither words nor the button: the field says what to write."""
    answer = act(client, "add")
    assert answer.status_code == 422
    assert 'href="#words"' in answer.content.decode()


def test_withdrawn_within_ten_minutes(client, report):
    """Withdrawing erases what is personal, marks the report as sent by mistake, and is an entry."""
    assert act(client, "withdraw", AT + dt.timedelta(minutes=9)).status_code == 302
    report.refresh_from_db()
    assert report.validity == "misdial"
    assert not ReportPersonal.objects.exists()
    assert not Attachment.objects.exists()
    assert Erasure.objects.get().reason == "withdrawn"
    assert LedgerEntry.objects.filter(kind="intake.report_withdrawn").count() == 1
    assert "You withdrew this report" in page(client)
    assert act(client, "withdraw", AT + dt.timedelta(minutes=9)).status_code == 302


def test_after_ten_minutes_it_cannot_be_withdrawn(client, report):
    """The page says what can still be done."""
    answer = act(client, "withdraw", AT + dt.timedelta(minutes=11))
    assert answer.status_code == 409
    assert "too late to withdraw" in answer.content.decode()
    assert ReportPersonal.objects.exists()


def test_words_are_erased_with_those_of_what_was_added(client, report):
    """Erasing takes the first report's and the additions' words, photo and number; the reports stay."""
    act(client, "add", words="水到门口了")
    assert act(client, "erase").status_code == 302
    assert not ReportPersonal.objects.exists()
    assert not Attachment.objects.exists()
    assert Report.objects.count() == 2
    shown = page(client)
    assert ("are being erased" in shown, "Words, photo and number erased" in shown) == (True, False)
    make.cleared()
    shown = page(client)
    assert ("are being erased" in shown, "Words, photo and number erased" in shown) == (False, True)


def test_a_mistake_of_the_desk_can_be_answered(client, report):
    """A report that the desk took for a mistake says so, and can be added to."""
    set_validity(report_id=report.pk, validity="misdial", actor=make.actor("call_taker"), at=AT)
    shown = page(client)
    assert "closed as a mistake" in shown
    assert 'id="add"' in shown


@pytest.mark.parametrize(
    ("typed", "status", "words"),
    [
        ("", 422, "16 letters and digits"),
        ("7KQ4", 422, "this one has 4"),
        ("UUUU UUUU UUUU UUUU", 422, "never has the letter U"),
        ("0000 0000 0000 0000", 404, "No report has this code"),
    ],
)
def test_a_wrong_code_gets_a_friendly_answer(client, report, typed, status, words):
    """The page says what is wrong with the code and keeps it to be mended."""
    answer = client.post("/track/", {"code": typed})
    assert answer.status_code == status
    assert words in answer.content.decode()
    assert typed in answer.content.decode()


def test_guessing_codes_is_slowed(client, report):
    """After twenty wrong codes even the right one has to wait; other addresses are not touched."""
    for n in range(WRONG_CODES.limit):
        client.get(f"/track/{n:016d}/")
    assert client.get(f"/track/{CODE}/").status_code == 429
    assert client.get(f"/track/{CODE}/", REMOTE_ADDR="10.1.2.3").status_code == 200


def test_no_address_is_kept_for_slowing(client, report):
    """What is counted is a hash, in memory."""
    client.get("/track/0000000000000000/", REMOTE_ADDR="203.0.113.77")
    assert "203.0.113.77" not in str(getattr(cache, "_cache", ""))


def test_codes_are_never_logged(client, report, caplog):
    """The log names the view, never the code."""
    with caplog.at_level(logging.DEBUG):
        client.get(f"/track/{CODE}/")
        client.post("/track/", {"code": CODE})
        client.get("/track/0000000000000001/")
    assert CODE not in caplog.text
    assert "0000000000000001" not in caplog.text


def test_the_tracking_page_leaves_no_trace(client, report):
    """It is kept by no cache and passed on in no Referer."""
    answer = client.get(f"/track/{CODE}/")
    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "no-referrer"
