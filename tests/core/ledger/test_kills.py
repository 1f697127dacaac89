"""Processes killed at random under load: what `benchmarks/kills.py` measures, in small."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests import make

KILLS = 20


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_or_doubled_whatever_is_killed():
    """Web, worker, main process and, on PostgreSQL, a backend: each report is stored once, and the ledger verifies."""
    here = "postgresql" if os.environ.get("ANLAN_DATABASE_URL") else "sqlite"
    script = make.CITIES.parents[1] / "benchmarks" / "kills.py"
    command = [sys.executable, script, "--kills", str(KILLS), "--database", here, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert done.stdout, done.stderr
    found = json.loads(done.stdout)
    assert (found["lost"], found["doubled"], found["kills"]) == (0, 0, KILLS)
    assert found["stored"] >= found["acknowledged"] > 0
