"""Erased photos of works leave the files with their words, and the ledger stays whole."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests import make

WORDS = "the-man-in-the-yellow-coat"
PROVE = """
import datetime as dt, hashlib
from anlan.core.operator.setup import open_platform
open_platform(None)
from anlan.core.models import Organisation
from anlan.core.people.actors import system
from anlan.intake.public.photos import Photo
from anlan.prevention.actions import add_evidence, read_evidence
from anlan.prevention.models import Problem, Task
at, who, body = dt.datetime(2016, 6, 28, 6, tzinfo=dt.UTC), system("test"), Organisation.objects.first()
problem = Problem.objects.create(
    number="P-2016-0001", origin="hazard", title="Ponding", state="in_work", due_on=at.date(), lead=body, raised_at=at
)
Task.objects.create(
    number="T-2016-0001", problem=problem, kind="interim", title="Pump", responsible="Head of works", criterion="dry",
    organisation=body, due_on=at.date(), first_due_on=at.date(),
)
jpeg = b"\\xff\\xd8\\xff" + b"PHOTO-" * 5000
photo = Photo(jpeg, 32, 24, hashlib.sha256(jpeg).hexdigest())
kept = add_evidence(task="T-2016-0001", words="WORDS", photo=photo, actor=who, at=at)
opening = {"task": "T-2016-0001", "evidence": kept["evidence"], "actor": who, "at": at}
assert read_evidence(purpose="verify", **opening) == jpeg
"""
ERASE = """
import datetime as dt, time
from anlan.core.operator.setup import open_platform
open_platform(None)
from anlan.core.people.actors import system
from anlan.prevention.actions import erase_evidence
from anlan.prevention.models import Evidence
at = dt.datetime(2016, 6, 29, 6, tzinfo=dt.UTC)
(piece,) = Evidence.objects.values_list("pk", flat=True)
erase_evidence(task="T-2016-0001", evidence=piece, reason="asked", actor=system("test"), at=at)
from anlan.core.models import Residue
from anlan.core.sealed.jobs import clear
end = time.monotonic() + 60
while Residue.objects.exists() and time.monotonic() < end:  # the server's own housekeeping may read for a moment
    clear()
assert not Residue.objects.exists()
"""


def run(script: str, anlan) -> None:
    """Run a script on the data directory."""
    done = subprocess.run([sys.executable, "-c", script.replace("WORDS", WORDS)], env=anlan.env, capture_output=True)
    assert done.returncode == 0, done.stderr


def held(anlan) -> list[bool]:
    """Whether any file of the data directory holds the words, and the photo."""
    texts = [path.read_bytes() for path in anlan.data.rglob("*") if path.is_file()]
    return [any(content in text for text in texts) for content in (WORDS.encode(), b"PHOTO-PHOTO-PHOTO")]


@pytest.mark.slow
def test_erased_evidence_leaves_the_files_and_every_verification_is_green(anlan):
    """On SQLite not one byte stays in the data directory; the ledger verifies with the head from before."""
    anlan("init", "--city", make.CITIES / "small")
    run(PROVE, anlan)
    if not os.environ.get("ANLAN_DATABASE_URL"):
        assert held(anlan) == [True, True]
    head = json.loads(anlan("ledger", "head", "--json").stdout)["head"]
    run(ERASE, anlan)
    if not os.environ.get("ANLAN_DATABASE_URL"):
        assert held(anlan) == [False, False]
    anlan("ledger", "verify", "--head", head)
