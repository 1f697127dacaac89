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


def run(script: str, anlan) -> None:
    """Run a script on the data directory."""
    done = subprocess.run([sys.executable, "-c", script.replace("WORDS", WORDS)], env=anlan.env, capture_output=True)
    assert done.returncode == 0, done.stderr


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
