"""`anlan study` as an analyst types it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow


def anlan(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if name != "ANLAN_DATABASE_URL"}
    command = [str(Path(sys.executable).parent / "anlan"), *words, "--data", str(data)]
    return subprocess.run(command, capture_output=True, text=True, env=environ, cwd=ROOT, check=False)


def test_a_study_is_run_adopted_and_verified_from_the_terminal(tmp_path: Path) -> None:
    """init, import, study run, adopt, verify, status: one object on stdout, the rest on stderr."""
    data, file = tmp_path / "data", tmp_path / "reports.csv"
    rows = [
        f"{month}-{n},{119.95 + n * 1e-4:.5f},31.74,2014-0{month}-10 0{n}:00" for month in (5, 6, 7) for n in range(4)
    ]
    file.write_text("id,lon,lat,time\n" + "\n".join(rows) + "\n")
    assert anlan(data, "init", "--city", "tests/cities/small").returncode == 0
    imported = anlan(data, "import", str(file), "--category", "waterlogging", "--json")
    assert imported.returncode == 0, imported.stderr
    ran = anlan(
        data, "study", "run", "--from", "2014-01-01", "--to", "2014-12-31", "--category", "waterlogging", "--json"
    )
    assert ran.returncode == 0, ran.stderr
    assert [(place["rank"], place["reports"], place["episodes"]) for place in json.loads(ran.stdout)["places"]] == [
        (1, 12, 3)
    ]
    assert json.loads(anlan(data, "study", "adopt", "1", "--json").stdout)["changes"] == {"new": 1}
    assert json.loads(anlan(data, "study", "verify", "1", "--json").stdout)["reproduced"] is True
    status = json.loads(anlan(data, "status", "--json").stdout)
    assert (status["reports"], status["studies"], status["sites"], status["unsealed"]) == (12, 1, 1, 0)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run", "--from", "2014", "--to", "2014-12-31", "--category", "waterlogging"], "write a day as 2015-01-01"),
        (["run", "--from", "2014-01-01", "--to", "2014-12-31", "--category", "flood"], "there are: "),
        (["adopt", "9"], "there is no study 9"),
    ],
)
def test_wrong_use_ends_with_status_2_and_says_what_to_type(tmp_path: Path, words: list[str], said: str) -> None:
    """No traceback, nothing on stdout."""
    anlan(tmp_path / "data", "init", "--city", "tests/cities/small")
    answer = anlan(tmp_path / "data", "study", *words)
    assert answer.returncode == 2
    assert said in answer.stderr
    assert not answer.stdout
    assert "Traceback" not in answer.stderr
