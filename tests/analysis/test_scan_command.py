"""`anlan scan`: a file in, clusters out, and what is refused."""

from __future__ import annotations

import csv
import datetime as dt
import json
import signal
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result
from typer.testing import CliRunner

from anlan.cli import app
from tests.analysis.processes import started, wait_until_at_work

pytestmark = pytest.mark.pure
DOCUMENTED = Path(__file__).parents[2] / "docs/reference/json.md"


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    """Three hundred scattered cases, and ten in the last two days at one corner."""
    draw = np.random.default_rng(1)
    rows = [
        (119.9 + draw.integers(0, 20) / 100, 31.7 + draw.integers(0, 20) / 100, int(draw.integers(0, 60)))
        for _ in range(300)
    ]
    rows += [(119.95, 31.75, 58 + i % 2) for i in range(10)]
    path = tmp_path / "cases.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["lon", "lat", "time", "number", "address"])
        for lon, lat, day in rows:
            moment = dt.datetime(2016, 5, 1, 23, 30) + dt.timedelta(days=day)  # noqa: DTZ001 - local, as in files
            writer.writerow([lon, lat, moment.isoformat(), 1, "=cmd|' /C calc'!A0"])
    return path


def scan(*words: object) -> Result:
    return CliRunner().invoke(app, ["scan", *map(str, words)])


def test_the_corner_is_found_and_every_field_is_documented(cases: Path) -> None:
    """One JSON object on standard output: the cluster with its local days and records; its fields are in json.md."""
    answer = scan(cases, "--tz", "Asia/Shanghai", "--json")
    assert answer.exit_code == 0, answer.stderr
    told = json.loads(answer.stdout)
    best = told["clusters"][0]
    assert (best["first"], best["last"], best["p_value"]) == ("2016-06-28", "2016-06-29", 0.001)
    assert set(range(301, 311)) <= set(best["members"])
    assert best["recurrence"] == ">= 1,000 days"
    names = set(told) | {f"clusters[].{name}" for name in best} | {f"parameters.{name}" for name in told["parameters"]}
    section = DOCUMENTED.read_text().split("## anlan scan")[1].split("\n## ")[0]
    assert {line.split("`")[1] for line in section.splitlines() if line.startswith("| `")} == names
    assert scan(cases, "--tz", "Asia/Shanghai", "--json").stdout == answer.stdout


def test_outputs_are_written(cases: Path, tmp_path: Path) -> None:
    """CSV without live formulas, GeoJSON, and a page that loads nothing."""
    for name in ("clusters.csv", "clusters.geojson", "clusters.html"):
        answer = scan(cases, "--replications", 99, "--out", tmp_path / name)
        assert answer.exit_code == 0, answer.stderr
    with (tmp_path / "clusters.csv").open(encoding="utf-8-sig", newline="") as file:
        assert next(csv.DictReader(file))["place_words"].startswith("'=cmd")
    features = json.loads((tmp_path / "clusters.geojson").read_text())["features"]
    assert features[0]["properties"]["rank"] == 1
    page = (tmp_path / "clusters.html").read_text()
    assert "default-src 'none'" in page
    assert "10 cases" in page


def test_places_without_cases_and_people_at_risk(cases: Path, tmp_path: Path) -> None:
    """A file of places adds centres; with a column of people the model is Poisson."""
    spots = sorted({(119.9 + i / 100, 31.7 + j / 100) for i in range(20) for j in range(20)})
    lines = ["lon,lat,people", *[f"{lon!r},{lat!r},100" for lon, lat in spots]]
    (tmp_path / "places.csv").write_text("\n".join(lines))
    words = (cases, "--places", tmp_path / "places.csv", "--population", "people", "--replications", 99, "--json")
    told = json.loads(scan(*words).stdout)
    assert (told["parameters"]["model"], told["parameters"]["places"]) == ("poisson", 400)
    assert told["clusters"][0]["p_value"] == 0.01


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--max-days", "90"), "longer than the data, which last 60 days; write --max-days 7"),
        (("--replications", "1"), "write --replications 99"),
        (("--max-share", "50"), "write --max-share 0.5"),
        (("--population", "people"), "write --places FILE too"),
        (("--strata", "address", "--day-of-week"), "not both"),
        (("--counts", "address"), "--counts address"),
        (("--out", "clusters.pdf"), "end the name with"),
        (("--max-radius-m", "-5"), "max_radius_m must be more than 0"),
    ],
)
def test_surprising_options_are_refused_with_what_to_write(cases: Path, words: tuple[str, ...], says: str) -> None:
    """Status 2 and one sentence."""
    answer = scan(cases, *words)
    assert answer.exit_code == 2
    assert says in answer.stderr


@pytest.mark.slow
def test_a_person_may_stop_it(cases: Path) -> None:
    """Ctrl-C ends a scan that would take hours, and says how many replications were done."""
    words = [Path(sys.executable).with_name("anlan"), "scan", cases, "--retrospective", "--replications", "9999999"]
    process = started(words)
    wait_until_at_work(process, 8)
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 130
    assert "replications; nothing was written" in said
