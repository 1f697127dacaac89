"""The operator's page: every line of it, made so and seen through the door; what is pressed there is an entry."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from anlan.core.ledger import followers, heads, seals, triggers, watch
from anlan.core.models import ClockRule, ClockRun, Cursor, Holiday, Job, LedgerEntry, Message
from anlan.core.operator import archive
from anlan.core.operator.drill import Drill, note_drill
from anlan.core.operator.health import WORST, chain
from anlan.core.time.clock import frozen
from anlan.core.words import HAN
from tests import make
from tests.conftest import Cli
from tests.make import AT
from tests.make.contacts import contact, message

SECOND, HOUR, DAY = dt.timedelta(seconds=1), dt.timedelta(hours=1), dt.timedelta(days=1)
ROW = re.compile(r'<tr id="([^"]+)">(.*?)</tr>', re.DOTALL)
MARK = re.compile(r'class="state (\w+)')
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _town(tmp_path: Path, settings: Any) -> Iterator[None]:
    settings.DATA_DIR = tmp_path
    make.city()
    with frozen(AT):
        yield


@pytest.fixture
def client() -> Client:
    return make.browser(make.person("operator"))


def rows(client: Client) -> dict[str, str]:
    """Return each line of the page by its code, in the page's order."""
    return dict(ROW.findall(client.get("/operator/").content.decode()))


def marks(client: Client) -> dict[str, str]:
    return {code: MARK.findall(row)[0] for code, row in rows(client).items()}


def job(state: str = Job.State.READY, **more: Any) -> Job:
    return Job.objects.create(name="x", payload="{}", state=state, **{"run_after": AT, "created_at": AT} | more)


def test_what_is_worst_rises_and_the_heading_counts_it(client: Client) -> None:
    """Stopped, to watch, not known, well; with nothing stopped nothing is red."""
    seals.seal()
    before = marks(client)
    assert "late" not in before.values()
    Cursor.objects.create(name="voice.asks", position=3, error="at 4: KeyError", stopped_at=AT)
    job(Job.State.DEAD)
    after = marks(client)
    assert list(after)[:2] == ["follower:voice.asks", "jobs_dead"]
    assert list(after.values()) == sorted(after.values(), key=WORST.index)
    assert "2 stopped" in client.get("/operator/").content.decode()


def test_a_stopped_follower_says_where_and_why_and_is_resumed_by_a_press(client: Client) -> None:
    """The press is an entry; pressed again, nothing is left to do and no entry is left."""
    Cursor.objects.create(name="voice.asks", position=1200, error="at 1201: KeyError: 'x'", stopped_at=AT)
    row = rows(client)["follower:voice.asks"]
    assert "1,200" in row
    assert "KeyError" in row
    path = "/operator/followers/voice.asks/resume"
    assert f'action="{path}"' in row
    for _ in range(2):
        assert client.post(path).status_code == 302
    assert followers.stopped() == []
    assert "follower:voice.asks" not in rows(client)
    entry = LedgerEntry.objects.get(kind="core.follower_resumed")
    assert (entry.subject, json.loads(entry.payload)) == ("follower:voice.asks", {"position": 1200})
    assert client.post("/operator/followers/nobody/resume").status_code == 404
    assert client.get(path).status_code == 405


def test_a_follower_that_does_not_keep_up_is_watched(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The table below says of each how far it has read."""
    assert marks(client)["followers"] == "done"
    monkeypatch.setattr("anlan.core.operator.health.chain.ledger", SimpleNamespace(head_position=lambda: 6000))
    assert marks(client)["followers"] == "warn"
    page = client.get("/operator/").content.decode()
    assert all(f"<code>{name}</code>" in page for name in followers.FOLLOWERS)


def test_entries_without_a_seal_are_late_after_a_minute(client: Client) -> None:
    """Not at once, however long ago the last seal was."""
    make.report()
    seals.seal()
    with frozen(AT + HOUR):
        make.report(at=AT + HOUR)
        assert marks(client)["seals"] == "done"
    with frozen(AT + HOUR + dt.timedelta(minutes=2)):
        assert marks(client)["seals"] == "late"
        seals.seal()
        assert marks(client)["seals"] == "done"


def test_a_ledger_whose_guards_are_gone_has_stopped(client: Client) -> None:
    """What keeps it append-only was taken away; it is said in the reader's language."""
    assert marks(client)["guards"] == "done"
    triggers.remove()
    assert marks(client)["guards"] == "late"
    with override("zh-hans"):
        guards = next(line for line in chain.lines(AT) if line.code == "guards")
    assert HAN.search(guards.now)
    assert "is missing" not in guards.now
    triggers.install()


def test_the_last_verification_is_told_by_what_it_found(client: Client) -> None:
    """None yet is not known; well; too long ago; faults."""
    assert marks(client)["verified"] == "idle"
    found = {"ok": True, "entries": 9, "heads": 0, "faults": 0, "position": 9, "head": "f"}
    watch.note_verification(found=found, actor=heads.ME, at=AT)
    assert marks(client)["verified"] == "done"
    with frozen(AT + 3 * DAY):
        assert marks(client)["verified"] == "warn"
    watch.note_verification(found=found | {"ok": False, "faults": 2}, actor=heads.ME, at=AT)
    assert marks(client)["verified"] == "late"


def test_heads_are_kept_elsewhere_or_not(client: Client, settings: Any, tmp_path: Path) -> None:
    """Nowhere is not known; kept is well; two days later it is to be watched."""
    assert marks(client)["heads"] == "idle"
    settings.HEADS_FILE = tmp_path / "heads.jsonl"
    make.report()
    seals.seal()
    assert heads.keep()
    assert marks(client)["heads"] == "done"
    with frozen(AT + 3 * DAY):
        assert marks(client)["heads"] == "warn"


def test_the_queue_counts_what_waits_and_what_was_done_today(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those done at a later try are told; a job that nobody takes for five minutes has stopped."""
    job(Job.State.DONE, finished_at=AT)
    job(Job.State.DONE, finished_at=AT, attempts=2)
    job(Job.State.DONE, finished_at=AT - DAY)
    job(token="held", attempts=1, run_after=AT + HOUR)
    row = rows(client)["queue"]
    assert "2 done since midnight, 1 of them not at the first try" in row
    assert MARK.findall(row) == ["done"]
    job(run_after=AT - dt.timedelta(minutes=6))
    row = rows(client)["queue"]
    assert "1 ready, the oldest for 6 min" in row
    assert MARK.findall(row) == ["late"]
    monkeypatch.setattr("anlan.core.operator.health.work.ahead", lambda: HOUR)
    assert marks(client)["queue"] == "warn"  # a simulated city is built with jobs as old as its days


def test_jobs_are_tried_again_stopped_and_given_up_and_each_is_an_entry(client: Client) -> None:
    """The list leads with what failed for good; given up it is no alarm any more, and can still be tried."""
    dead, running = job(Job.State.DEAD, error="ValueError: no", attempts=8), job(token="held", attempts=1)
    page = client.get("/operator/").content.decode()
    assert page.index("ValueError: no") < page.index(f"/jobs/{running.pk}/stop")
    assert marks(client)["jobs_dead"] == "late"

    def press(step: str, which: Job) -> str:
        answer = client.post(f"/jobs/{which.pk}/{step}", {"next": "/operator/#jobs"})
        assert answer["Location"] == "/operator/#jobs"
        which.refresh_from_db()
        return which.state

    assert press("stop", dead) == Job.State.STOPPED
    assert marks(client)["jobs_dead"] == "done"
    assert press("resume", dead) == Job.State.READY
    assert press("stop", running) == Job.State.STOPPED
    kinds = list(LedgerEntry.objects.filter(subject__startswith="job:").order_by("pk").values_list("kind", flat=True))
    assert kinds == ["core.job_stopped", "core.job_resumed", "core.job_stopped"]


def test_the_page_lists_fifty_jobs_and_says_how_many_more(client: Client) -> None:
    """What failed for good is not pushed away by what was stopped."""
    for _ in range(51):
        job(Job.State.STOPPED)
    last = job(Job.State.DEAD)
    page = client.get("/operator/").content.decode()
    assert f"/jobs/{last.pk}/resume" in page
    assert page.count('action="/jobs/') == 50 + 1  # the dead one can also be given up
    assert "2 more" in page


def test_clocks_whose_effect_has_not_run_and_messages_that_hang_have_stopped(client: Client) -> None:
    """An effect that waits, a message without a job, one that its gateway did not take."""
    names = ("effects_waiting", "messages_stuck", "messages_gateway_away")
    assert {marks(client)[name] for name in names} == {"done"}
    rule = ClockRule.objects.create(code="freeze", name="冻结", name_en="Freeze", target_s=60, effect="test.thaw")
    ClockRun.objects.create(rule=rule, subject="account:1", started_at=AT - HOUR, due_at=AT - HOUR / 2)
    first, second = message(contact()), message(contact(address="13800000001"))
    Job.objects.filter(name="core.message").first().delete()
    assert marks(client)["messages_stuck"] == "late"
    Message.objects.filter(pk__in=[first.pk, second.pk]).update(failed_at=AT, reason="gateway_away")
    found = marks(client)
    assert {name: found[name] for name in names} == {
        "effects_waiting": "late", "messages_stuck": "done", "messages_gateway_away": "late",
    }  # fmt: skip


def test_a_clock_that_went_back_has_stopped(client: Client) -> None:
    """A minute is what clocks differ by anyway."""
    make.report()
    seals.seal()
    assert marks(client)["clock"] == "done"
    with frozen(AT - dt.timedelta(minutes=5)):
        assert marks(client)["clock"] == "late"


@pytest.mark.parametrize(("free", "mark"), [(0, "late"), (2 << 30, "warn"), (50 << 30, "done")])
def test_the_disk_is_full_nearly_full_or_well(
    client: Client, monkeypatch: pytest.MonkeyPatch, free: int, mark: str
) -> None:
    """Nothing free is not nothing known."""
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(total=100 << 30, used=0, free=free))
    assert marks(client)["disk"] == mark


def test_a_data_directory_that_is_not_there_is_not_known(client: Client, settings: Any, tmp_path: Path) -> None:
    """No room can be told of it."""
    settings.DATA_DIR = tmp_path / "nowhere"
    assert marks(client)["disk"] == "idle"


def test_a_backup_was_never_made_made_or_is_too_old(client: Client, tmp_path: Path) -> None:
    """After a day it is to be watched again."""
    assert marks(client)["backup"] == "warn"
    archive.dump(tmp_path / "anlan.zip")
    assert marks(client)["backup"] == "done"
    with frozen(AT + 27 * HOUR):
        assert marks(client)["backup"] == "warn"


def test_a_backup_was_restored_for_practice_or_failed_to_be(client: Client, tmp_path: Path) -> None:
    """None noted is not known; a failed one has stopped; one of last year is to be watched."""
    assert marks(client)["drill"] == "idle"
    note_drill(tmp_path, Drill(AT, ok=True, restore_s=130.0, verify_s=7.0))
    row = rows(client)["drill"]
    assert (MARK.findall(row), "restored in 2 min, verified in 7 s" in row) == (["done"], True)
    with frozen(AT + 200 * DAY):
        assert marks(client)["drill"] == "warn"
    note_drill(tmp_path, Drill(AT, ok=False))
    assert marks(client)["drill"] == "late"
    (tmp_path / "last-drill.json").write_text("{")
    assert marks(client)["drill"] == "idle"


def test_missing_holidays_are_said_with_the_clocks_that_need_them(client: Client) -> None:
    """Next year's, with how many running clocks end there; clocks in hours need none; known, all is well."""
    Holiday.objects.create(date=dt.date(2016, 10, 1), kind="holiday", name="国庆节")
    days = ClockRule.objects.create(code="t", name="x", name_en="x", target_s=86_400, counting="working")
    hours = ClockRule.objects.create(code="u", name="x", name_en="x", target_s=60, counting="hours")
    for n, (rule, due) in enumerate([(days, 300), (days, 20), (hours, 300)]):
        ClockRun.objects.create(rule=rule, subject=f"task:{n}", started_at=AT, due_at=AT + due * DAY)
    row = rows(client)["holidays"]
    assert "no holidays known for 2017" in row
    assert "1 running clock ends after 2016-12-31" in row
    assert MARK.findall(row) == ["warn"]
    Holiday.objects.create(date=dt.date(2017, 10, 1), kind="holiday", name="国庆节")
    assert marks(client)["holidays"] == "done"
    Holiday.objects.all().delete()
    row = rows(client)["holidays"]
    assert "no holidays known for 2016, 2017" in row
    assert "2 running clocks end after 2015-12-31" in row


def test_operators_with_a_password_alone_are_counted(client: Client) -> None:
    """A second factor, or switched off, and nobody is left; the line leads to those who lack one."""
    row = rows(client)["second_factor"]
    assert MARK.findall(row) == ["warn"]
    assert 'href="/people/?role=operator&amp;factor=no"' in row
    me = client.get("/operator/").wsgi_request.user
    Authenticator.objects.create(user=me, type=Authenticator.Type.TOTP, data={"secret": "x"})
    other = make.person("operator")
    assert marks(client)["second_factor"] == "warn"
    other.is_active = False
    other.save()
    assert marks(client)["second_factor"] == "done"


def test_settings_that_leave_a_door_open_are_named(client: Client, settings: Any) -> None:
    """Other hosts are served without HTTPS; with it, or for this machine alone, all is well."""
    assert "ANLAN_HTTPS" in rows(client)["settings"]
    settings.ALLOWED_HOSTS = ["*"]
    settings.DEBUG = True
    row = rows(client)["settings"]
    assert all(name in row for name in ("ANLAN_DEBUG", "ANLAN_ALLOWED_HOSTS", "ANLAN_HTTPS"))
    assert MARK.findall(row) == ["warn"]
    settings.DEBUG, settings.ALLOWED_HOSTS, settings.SESSION_COOKIE_SECURE = False, ["testserver"], True
    client.cookies["sessionid"]["secure"] = True
    assert marks(client)["settings"] == "done"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_page_command_and_monitor_say_the_same(client: Client, settings: Any, language: str) -> None:
    """Line by line, in whatever language the page is read; the metric is named by code."""
    job(Job.State.DEAD)
    seen = dict(ROW.findall(client.get("/operator/", headers={"Accept-Language": language}).content.decode()))
    level = {"done": 0, "idle": 1, "warn": 1, "late": 2}
    told = {f'anlan_watched{{line="{code}"}}': level[MARK.findall(row)[0]] for code, row in seen.items()}
    scraped = make.scraped(settings)
    assert {name: value for name, value in scraped.items() if name.startswith("anlan_watched")} == told


@pytest.mark.slow
def test_the_command_tells_every_line_and_ends_with_1_where_something_has_stopped(anlan: Cli) -> None:
    """What is only to be watched alarms nobody: a new city has no backup, and ends with 0."""
    anlan("init", "--city", make.CITIES / "small")
    told = json.loads(anlan("status", "--json").stdout)
    states = {line["code"]: line["state"] for line in told["lines"]}
    assert (told["alarms"], states["backup"], states["holidays"]) == ([], "warn", "warn")
    assert "~ Holidays: no holidays known for " in anlan("status").stdout
    assert anlan("backup", anlan.data / "copy.zip").returncode == 0
    (anlan.data / "broken.zip").write_bytes(b"PK")
    assert "the drill failed" in anlan("backup", "drill", anlan.data / "broken.zip", status=1).stderr
    told = json.loads(anlan("status", "--json", status=1).stdout)
    states = {line["code"]: line["state"] for line in told["lines"]}
    assert (len(told["alarms"]), states["backup"], states["drill"]) == (1, "done", "late")
    anlan("backup", "drill", anlan.data / "copy.zip", "--sqlite")
    assert "restored in " in anlan("status").stdout


@pytest.mark.slow
def test_the_command_resumes_no_follower_that_has_not_stopped(anlan: Cli) -> None:
    """It names those there are."""
    anlan("init", "--city", make.CITIES / "small")
    for name in ("nobody", min(followers.FOLLOWERS)):
        assert min(followers.FOLLOWERS) in anlan("worker", "--resume", name, status=2).stderr


def test_nobody_else_opens_the_room_or_resumes_a_follower() -> None:
    """An auditor verifies and runs nothing; the old address leads operators here."""
    for role in ("officer", "leader", "auditor", "supervisor"):
        other = make.browser(make.person(role))
        assert [other.get("/operator/").status_code, other.get("/status/").status_code] == [403, 403]
        assert other.post("/operator/followers/voice.asks/resume").status_code == 403
    operator = make.browser(make.person("operator"))
    assert operator.get("/status/")["Location"] == "/operator/"


def test_people_are_a_tab_of_the_room_and_its_stop_is_the_current_one(client: Client) -> None:
    """One stop on the rail; each page of the room shows the tabs, with its own as the current one."""
    for path in ("/operator/", "/people/", "/people/new"):
        page = re.sub(r"\s+", " ", client.get(path).content.decode())
        assert re.findall(r'class="stop counted" href="([^"]+)" aria-current', page) == ["/operator/"]
        tabs = re.findall(r'<a href="([^"]+)" aria-current="page" >', page)
        assert tabs == ([path] if path != "/people/new" else [])


def test_what_has_stopped_stands_on_the_rail_and_among_what_waits(client: Client) -> None:
    """Only for operators, and not beside the outbox, which is a room of its own."""
    job(Job.State.DEAD)
    counts = re.findall(
        r'id="due-(\w)"\s+hx-swap-oob="true"\s+class="[^"]*late', client.get("/today/due").content.decode()
    )
    assert counts == ["t", "z"]
    assert 'href="/operator/#jobs_dead"' in client.get("/today/").content.decode()
    assert "jobs_dead" not in make.browser(make.person("auditor")).get("/today/").content.decode()


def test_the_rail_looks_anew_after_some_seconds_and_whenever_the_page_is_looked_at(client: Client) -> None:
    """Each tab asks twice a minute: what was seen just now is not asked of the database again."""

    def is_late() -> bool:
        return " late" in client.get("/today/due").content.decode()

    assert not is_late()
    job(Job.State.DEAD)
    with CaptureQueriesContext(connection) as asked:
        assert not is_late()
    assert not [ask for ask in asked if "core_cursor" in ask["sql"] or "core_job" in ask["sql"]]
    with frozen(AT + 20 * SECOND):
        assert is_late()
    Job.objects.update(state=Job.State.DONE)
    with frozen(AT + 21 * SECOND):
        assert is_late()
        assert marks(client)["jobs_dead"] == "done"
        assert not is_late()
