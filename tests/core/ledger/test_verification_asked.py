"""A verification that somebody asked for, on a database as it is served: the walk cannot write, its progress can."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import own_database
from tests.make.city import CITIES

pytestmark = pytest.mark.django_db


def test_a_verification_that_tells_its_progress_finds_the_ledger_whole(tmp_path: Path) -> None:
    """The job comes to its end, what it found is noted without a fault, and how far it was is stored.

    Long because it begins with a database of its own, in a process of its own.
    """
    with own_database() as own:
        environ = os.environ | own | {"ANLAN_DATA": str(tmp_path)}
        command = [sys.executable, "-m", "tests.core.ledger.asked", str(CITIES / "small")]
        done = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == {"ok": True, "state": "done", "done": 1, "total": 1}
