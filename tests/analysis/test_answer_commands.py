"""`anlan near-repeat` and `anlan effect` as their users type them."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from anlan.cli import app
from tests.analysis.processes import started, wait_until_at_work

pytestmark = pytest.mark.pure
NORFOLK = "norfolk-flood-reports/STORM_data_flooded_streets_2010-2016.csv"
DOCUMENTED = Path(__file__).parents[2] / "docs/reference/json.md"
ZONE = ("--tz", "America/New_York")


def anlan(*words: object) -> Result:
    return CliRunner().invoke(app, list(map(str, words)))


def told(*words: object) -> dict[str, Any]:
    answer = anlan(*words, "--json")
    assert answer.exit_code == 0, answer.stderr
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


@pytest.fixture(scope="module")
def sites(real_data: Callable[[str], Path], tmp_path_factory) -> Path:
    """Sites mined from the reports until the end of 2014."""
    out = tmp_path_factory.mktemp("sites") / "sites.geojson"
    assert anlan("spots", real_data(NORFOLK), *ZONE, "--until", "2014-12-31", "--out", out).exit_code == 0
    return out


@pytest.fixture
def incidents(tmp_path: Path) -> Path:
    """A file of 200 incidents, 40 of them repeated next door two days later."""
    draw = np.random.default_rng(0)
    lon, lat, day = 119.9 + draw.random(200) / 20, 31.7 + draw.random(200) / 20, draw.integers(0, 300, 200)
    lon, lat, day = np.append(lon, lon[:40] + 2e-4), np.append(lat, lat[:40]), np.append(day, day[:40] + 2)
    dates = np.datetime64("2015-01-01") + day
    rows = [f"{a:.6f},{b:.6f},{when} 08:00,{when} 20:00" for a, b, when in zip(lon, lat, dates, strict=True)]
    path = tmp_path / "incidents.csv"
    path.write_text("\n".join(["lon,lat,time,until", *rows]))
    return path


def documented(section: str) -> set[str]:
    lines = DOCUMENTED.read_text().split(f"## {section}\n")[1].split("\n## ")[0].splitlines()
    return {line.split("`")[1] for line in lines if line.startswith("| `")}


def test_near_repeats_of_a_file_are_found_and_documented(incidents: Path) -> None:
    """The close band stands out; every top-level field and every field of a band stands in the documentation."""
    found = told("near-repeat", incidents, "--distance-bands", "50,400", "--day-bands", "3,30", "--replications", 99)
    close = next(band for band in found["bands"] if (band["to_m"], band["to_day"]) == (50, 3))
    assert close["observed"] >= 40
    assert close["p_value_any_band"] == 0.01
    assert documented("anlan near-repeat") == set(found) | {f"bands[].{name}" for name in found["bands"][0]}


def test_near_repeats_with_times_known_as_spans(incidents: Path) -> None:
    """`--time-to` names the last possible time; pairs are then shared among the bands."""
    found = told("near-repeat", incidents, "--time", "time", "--time-to", "until", "--replications", 99)
    assert found["parameters"]["aoristic"] is True
    assert any(band["observed"] % 1 for band in found["bands"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--day-bands", "7,4000"), "write --day-bands"),
        (("--replications", "1"), "write --replications 99"),
        (("--distance-bands", "a"), "write numbers with commas"),
        (("--distance-bands", "400,100"), "ascending"),
        (("--out", "x.doc"), "end the name with .csv, .html or .json"),
    ],
)
def test_a_surprising_option_of_near_repeat_is_refused(incidents: Path, words, said) -> None:
    """Status 2 and one sentence that says what to write instead."""
    answer = anlan("near-repeat", incidents, *words)
    assert answer.exit_code == 2
    assert said in answer.stderr
    assert len(answer.stderr.strip().splitlines()) == 1


@pytest.mark.slow
def test_control_c_says_how_many_replications_were_done(incidents: Path) -> None:
    """It ends within a second with status 130."""
    command = [sys.executable, "-m", "anlan.cli", "near-repeat", str(incidents), "--replications", "100000000"]
    process = started(command, stdout=subprocess.PIPE)
    wait_until_at_work(process, 8)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=5)
    assert process.returncode == 130
    assert "stopped after" in said
    assert "of 100,000,000 replications" in said


def test_the_effect_of_pretended_works_on_norfolk_is_unclear(real_data: Callable[[str], Path], sites: Path) -> None:
    """Nothing is known to have been mended: the interval holds 1, and both sentences say that it cannot be told."""
    found = told("effect", real_data(NORFOLK), *ZONE, "--sites", sites, "--treated", "1-25", "--since", "2015-01-01")
    estimate = found["estimate"]
    assert estimate["verdict"] == "unclear"
    assert estimate["low"] < 1 < estimate["high"]
    assert "does not tell" in found["sentence"]["en"]
    assert "尚不能判断" in found["sentence"]["zh"]
    assert (found["storms"]["before"], found["storms"]["after"], found["places"]["treated"]) == (23, 33, 25)
    assert sum(one["treated"] for one in found["sites"]) == 25
    assert found["beside"]["empirical_bayes"]["label"] == "not placebo-proof"
    assert documented("anlan effect") == set(found)


def test_the_effect_is_written_as_a_table_and_as_a_page(real_data, sites: Path, tmp_path: Path) -> None:
    """CSV for Excel, and one page that loads nothing."""
    words = (
        "effect",
        real_data(NORFOLK),
        *ZONE,
        "--sites",
        sites,
        "--treated",
        "1,3",
        "--since",
        "2015-01-01",
        "--out",
    )
    assert anlan(*words, tmp_path / "a.csv").exit_code == 0
    rows = list(csv.reader((tmp_path / "a.csv").open(encoding="utf-8-sig")))
    assert [row[1] for row in rows[1:4]] == ["yes", "no", "yes"]
    assert anlan(*words, tmp_path / "a.html").exit_code == 0
    page = (tmp_path / "a.html").read_text()
    assert "default-src 'none'" in page
    assert "placeholder" not in page


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--treated", "999", "--since", "2015-01-01"), "there is no site 999"),
        (("--treated", "owner=water", "--since", "2015-01-01"), "no site has it"),
        (("--treated", "x", "--since", "2015-01-01"), "write ranks such as"),
        (("--treated", "1", "--since", "2009-01-01"), "must begin before it"),
    ],
)
def test_a_surprising_option_of_effect_is_refused(real_data, sites: Path, words, said) -> None:
    """Status 2 and one sentence that says what to write instead."""
    answer = anlan("effect", real_data(NORFOLK), *ZONE, "--sites", sites, *words)
    assert answer.exit_code == 2
    assert said in answer.stderr


def test_a_file_of_sites_that_is_none_is_refused(real_data, tmp_path: Path) -> None:
    """Something else than GeoJSON points, or no point at all."""
    for text, said in (("{}", "write a GeoJSON file"), ('{"features": []}', "holds no point")):
        (tmp_path / "s.geojson").write_text(text)
        answer = anlan("effect", real_data(NORFOLK), "--sites", tmp_path / "s.geojson", "--treated", 1, "--since",
                       "2015-01-01")  # fmt: skip
        assert answer.exit_code == 2
        assert said in answer.stderr
