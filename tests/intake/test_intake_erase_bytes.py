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
import datetime as dt
from anlan.core.operator.setup import open_platform
open_platform(None)
from anlan.core.people.actors import system
from anlan.intake.actions import erase_report, receive_report
at = dt.datetime(2016, 6, 28, 6, tzinfo=dt.UTC)
who = system("test")
told = receive_report(
    actor=who, at=at, key="k", channel="phone_110", category="waterlogging", lon=119.97, lat=31.76, words="WORDS"
)
"""
ERASE = TELL + 'erase_report(report_id=told["report_id"], reason="asked", actor=who, at=at)\n'

READ_MEANWHILE = (
    TELL
    + """
import json, sqlite3, time
from django.conf import settings
from anlan.core import jobs
from anlan.core.models import Job
from anlan.core.sealed.jobs import PATIENCE
from anlan.core.time.clock import frozen, now

def holds():
    return any(b"WORDS" in path.read_bytes() for path in settings.DATA_DIR.rglob("*") if path.is_file())

reader = sqlite3.connect(settings.DATABASES["default"]["NAME"], isolation_level=None)
reader.execute("BEGIN")
reader.execute("SELECT count(*) FROM core_ledgerentry").fetchone()
begun = time.monotonic()
erase_report(report_id=told["report_id"], reason="asked", actor=who, at=at)
took, moment = time.monotonic() - begun, now()
for n in range(1, 11):  # more often than a job is tried that fails
    with frozen(moment + n * 2 * PATIENCE):
        jobs.drain()
while_read, waiting = holds(), Job.objects.filter(name="core.scrub", state="ready").count()
reader.execute("COMMIT")
with frozen(moment + 30 * PATIENCE):
    jobs.drain()
left = Job.objects.filter(name="core.scrub").exclude(state="done").count()
print(json.dumps([took < 10, while_read, waiting, holds(), left]))
"""
)


def run(script: str, anlan) -> str:
    """Run a script on the data directory; return what it prints."""
    done = subprocess.run([sys.executable, "-c", script.replace("WORDS", WORDS)], env=anlan.env, capture_output=True)
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
    assert '"reports": 1' in anlan("status", "--json").stdout


@pytest.mark.slow
@pytest.mark.only_on("sqlite")
def test_bytes_that_a_reader_kept_leave_when_it_has_gone(anlan) -> None:
    """The erasing waits for nobody; a job tries until the log is empty, however often that takes."""
    anlan("init", "--city", make.CITIES / "small")
    assert json.loads(run(READ_MEANWHILE, anlan).splitlines()[-1]) == [True, True, 1, False, 0]
