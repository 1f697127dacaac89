"""An import that is killed half-way, from the outside."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests import make

ROWS = 2300
SCRIPT = """
import datetime as dt, os, signal, sys
from pathlib import Path
from anlan.core.operator.setup import open_platform
open_platform(None)
from anlan.core.people.actors import system
from anlan.core.time.clock import now
from anlan.intake.files.chunks import import_file
def killed(done, total):
    if done >= 1000:
        os.kill(os.getpid(), signal.SIGKILL)
path = Path(sys.argv[1])
import_file(path, name=path.name, given={"tz": "UTC"}, actor=system("import"), at=now(), progress=killed)
"""


@pytest.mark.slow
def test_killed_half_way_and_run_again_it_is_all_in_and_once(anlan, tmp_path):
    """Two chunks are durable; the command run again adds only the rest, and the ledger is whole."""
    path = tmp_path / "list.csv"
    rows = [f"{n},2016-06-28 05:00:00,119.97,31.76,x,waterlogging" for n in range(ROWS)]
    path.write_text("\n".join(["id,time,lon,lat,location,category", *rows]), encoding="utf-8")
    anlan("init", "--city", make.CITIES / "small")
    done = subprocess.run([sys.executable, "-c", SCRIPT, str(path)], env=anlan.env, capture_output=True)
    assert done.returncode == -9, done.stderr
    assert json.loads(anlan("status", "--json", status=None).stdout)["reports"] == 1000
    told = json.loads(anlan("import", path, "--tz", "UTC", "--json").stdout)
    assert (told["accepted"], told["repeated"], told["refused"]) == (ROWS - 1000, 1000, 0)
    again = json.loads(anlan("import", path, "--tz", "UTC", "--json").stdout)
    assert (again["accepted"], again["repeated"]) == (0, ROWS)
    anlan("ledger", "verify")
