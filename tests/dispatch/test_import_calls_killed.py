"""An import of calls that is killed half-way, from the outside."""

from __future__ import annotations

import csv
import json
import subprocess
import sys

import pytest

from tests import make

CALLS = 620
SCRIPT = """
import os, signal, sys
from pathlib import Path
from anlan.core.operator.setup import open_platform
open_platform(None)
from anlan.core.people.actors import system
from anlan.core.time.clock import now
from anlan.dispatch.callfiles.batches import import_calls
from anlan.dispatch.callfiles.mapping_file import read_mapping
def killed(done, total):
    if done >= 500:
        os.kill(os.getpid(), signal.SIGKILL)
path = Path(sys.argv[1])
mapping = read_mapping(Path(sys.argv[2]))
import_calls(path, name=path.name, mapping=mapping, actor=system("import"), at=now(), progress=killed)
"""
MAPPING = """
source = "cad"
category = "waterlogging"
disposal = "done"
[report]
id = "no"
received = "call"
lon = "x"
lat = "y"
[incident]
closed = "closed"
[units]
column = "unit"
dispatched = "sent"
acknowledged = "knew"
"""
HEAD = ["no", "call", "x", "y", "closed", "unit", "sent", "knew"]


@pytest.mark.slow
def test_killed_half_way_and_run_again_it_is_as_if_it_had_run_once(anlan, tmp_path):
    """A batch is in whole or not at all; the command again adds the rest, and the clocks count each call once."""
    path, mapping = tmp_path / "calls.csv", tmp_path / "map.toml"
    mapping.write_text(MAPPING, encoding="utf-8")
    with path.open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(HEAD)
        for n in range(CALLS):
            day, hour, minute = f"2016-{1 + n // 600:02d}-{1 + n % 600 // 24:02d}", n % 24, "00"
            call, sent, knew, closed = (f"{day} {hour:02d}:{minute}:{second:02d}" for second in (0, 10, 50, 59))
            out.writerow([n, call, 119.97, 31.76, closed, "mobile-1", sent, knew])
    anlan("init", "--city", make.CITIES / "small")
    killed = subprocess.run([sys.executable, "-c", SCRIPT, str(path), str(mapping)], env=anlan.env, capture_output=True)
    assert killed.returncode == -9, killed.stderr
    told = json.loads(anlan("import", path, "--mapping", mapping, "--json").stdout)
    assert (told["accepted"], told["repeated"], told["refused"], told["assignments"]) == (
        CALLS - 500, 500, 0, CALLS - 500
    )  # fmt: skip
    report = json.loads(anlan("clocks", "report", "--json").stdout)
    react = next(row for row in report["clocks"] if row["clock"] == "react")
    assert (react["n"], react["missing"], react["median_s"]) == (CALLS, 0, 40.0)
    anlan("ledger", "verify")
