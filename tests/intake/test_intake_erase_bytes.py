"""Erased words leave the files, and the ledger stays whole."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests import make

WORDS = "the-blue-house-behind-the-mill"
TELL = """
import datetime as dt, time
from anlan.core.operator.setup import open_platform
open_platform(None)
from anlan.core.people.actors import system
from anlan.intake.actions import erase_report, receive_report
at = dt.datetime(2016, 6, 28, 6, tzinfo=dt.UTC)
who = system("test")
told = receive_report(
    actor=who, at=at, key="k", channel="web", category="waterlogging", lon=119.97, lat=31.76, words="WORDS",
    tracking_code="CODE",
)
"""
ERASE = (
    TELL
    + """
from anlan.core.sealed.jobs import clear
erase_report(report_id=told["report_id"], reason="asked", actor=who, at=at)
end = time.monotonic() + 60
while not clear() and time.monotonic() < end:  # the server's own housekeeping may read for a moment
    pass
from anlan.core.sealed.scrub import is_leaving
assert not is_leaving(at)
"""
)

READ_MEANWHILE = (
    TELL
    + """
import json, sqlite3, time
from django.conf import settings
from django.test import Client
from anlan.core.sealed.jobs import clear
settings.ALLOWED_HOSTS = ["testserver"]

def holds():
    return any(b"WORDS" in path.read_bytes() for path in settings.DATA_DIR.rglob("*") if path.is_file())

def page():
    text = Client().get("/track/CODE/").content.decode()
    return ["are being erased" in text, "Words, photo and number erased" in text]

reader = sqlite3.connect(settings.DATABASES["default"]["NAME"], isolation_level=None)
reader.execute("BEGIN")
reader.execute("SELECT count(*) FROM core_ledgerentry").fetchone()
begun = time.monotonic()
erase_report(report_id=told["report_id"], reason="asked", actor=who, at=at)
tries = [clear() for _ in range(5)]
receive_report(actor=who, at=at, channel="phone_110", category="waterlogging", lon=119.97, lat=31.76)
took = time.monotonic() - begun
while_read = [holds(), page()]
reader.execute("COMMIT")
print(json.dumps([took < 5, tries, while_read, clear(), holds(), page(), clear()]))
"""
)

SEEN_MEANWHILE = (
    TELL
    + """
import json, os
import psycopg
from anlan.core.sealed.jobs import clear
url = os.environ["ANLAN_DATABASE_URL"]
look = psycopg.connect(url, autocommit=True)
look.execute("CREATE EXTENSION pageinspect")

def holds():
    rows = look.execute(
        "SELECT t_data FROM generate_series(0, pg_relation_size('intake_reportpersonal') / 8192 - 1) AS page,"
        " heap_page_items(get_raw_page('intake_reportpersonal', page::int)) WHERE t_data IS NOT NULL"
    )
    return any(b"WORDS" in data for (data,) in rows)

reader = psycopg.connect(url)
reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
reader.execute("SELECT count(*) FROM core_ledgerentry")
erase_report(report_id=told["report_id"], reason="asked", actor=who, at=at)
while_read = [clear(), holds()]
receive_report(actor=who, at=at, channel="phone_110", category="waterlogging", lon=119.97, lat=31.76)
reader.rollback()
end = time.monotonic() + 60
while not (done := clear()) and time.monotonic() < end:
    pass
print(json.dumps([*while_read, done, holds(), clear()]))
"""
)

ENTRIES = """
import json
from anlan.core.operator.setup import open_platform
open_platform(None)
from anlan.core.models import LedgerEntry
print(json.dumps(list(LedgerEntry.objects.filter(kind="core.erased_cleared").values_list("subject", "payload"))))
"""


def run(script: str, anlan) -> str:
    """Run a script on the data directory; return what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", script.replace("WORDS", WORDS).replace("CODE", make.CODE)],
        env=anlan.env,
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.decode()


def held(anlan) -> bool:
    """Whether any file of the data directory holds the words."""
    return any(WORDS.encode() in path.read_bytes() for path in anlan.data.rglob("*") if path.is_file())


@pytest.mark.slow
def test_erased_words_leave_the_files_and_every_verification_is_green(anlan):
    """On SQLite not one byte stays in the data directory; the ledger verifies with the head from before."""
    anlan("init", "--city", make.CITIES / "small")
    run(TELL, anlan)
    if not os.environ.get("ANLAN_DATABASE_URL"):
        assert held(anlan)
    head = json.loads(anlan("ledger", "head", "--json").stdout)["head"]
    run(ERASE, anlan)
    if not os.environ.get("ANLAN_DATABASE_URL"):
        assert not held(anlan)
    anlan("ledger", "verify", "--head", head)


@pytest.mark.slow
def test_a_report_counts_after_its_words_are_gone(anlan):
    """`anlan status` still counts it."""
    anlan("init", "--city", make.CITIES / "small")
    run(ERASE, anlan)
    assert '"reports": 1' in anlan("status", "--json", status=None).stdout


@pytest.mark.slow
@pytest.mark.only_on("sqlite")
def test_bytes_that_a_reader_kept_leave_when_it_has_gone(anlan) -> None:
    """Erasing and intake wait for nobody; the page says erased only once a byte lies in no file any more."""
    anlan("init", "--city", make.CITIES / "small")
    leaving, gone = [True, False], [False, True]
    told = json.loads(run(READ_MEANWHILE, anlan).splitlines()[-1])
    assert told == [True, [False] * 5, [True, leaving], True, False, gone, False]
    assert '"erasings"' in run(ENTRIES, anlan)


@pytest.mark.slow
@pytest.mark.only_on("postgresql")
def test_rows_that_a_reader_still_sees_leave_when_it_has_gone(anlan) -> None:
    """On PostgreSQL what was erased is being erased while a transaction may still see it, then no page holds it."""
    anlan("init", "--city", make.CITIES / "small")
    assert json.loads(run(SEEN_MEANWHILE, anlan).splitlines()[-1]) == [False, True, True, False, False]
