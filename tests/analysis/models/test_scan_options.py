"""`anlan scan` with another model, over space or time, of incidents, with controls; `anlan spots` for so many crews."""

from __future__ import annotations

import csv
import datetime as dt
import itertools
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from anlan.cli import app

pytestmark = pytest.mark.pure
BEGUN = dt.datetime(2016, 5, 1, 8, 0)  # noqa: DTZ001 - local, as in files


def written(path: Path, rows: Iterable[tuple[Any, ...]], head: str = "lon,lat,time") -> Path:
    """Write a file of calls; a day is told as days since the first of May 2016, 8:00."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head.split(","))
        writer.writerows((lon, lat, (BEGUN + dt.timedelta(days=day)).isoformat()) for lon, lat, day in rows)
    return path


def calls(seed: int, many: int, days: Iterable[float] | None = None) -> list[tuple[float, float, float]]:
    """Return calls at some of 36 crossings, at any hour of sixty days (or on these)."""
    draw = np.random.default_rng(seed)
    when = draw.integers(0, 60, many) if days is None else draw.choice(np.array(list(days)), many)
    return [(119.9 + int(a) / 100, 31.7 + int(b) / 100, float(day))
            for a, b, day in zip(*draw.integers(0, 6, (2, many)), when, strict=True)]  # fmt: skip


def told(command: str, *words: object) -> dict[str, Any]:
    answer = CliRunner().invoke(app, [command, *map(str, words), "--json"])
    assert answer.exit_code == 0, answer.stderr
    return dict(json.loads(answer.stdout))


def refused(*words: object) -> str:
    answer = CliRunner().invoke(app, ["scan", *map(str, words)])
    assert answer.exit_code == 2
    return answer.stderr


CORNER = [(119.95, 31.75, 58.0 + i % 2) for i in range(12)]


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """A file of the crossings with a hundred people at each."""
    lines = [f"{119.9 + a / 100},{31.7 + b / 100},100" for a in range(6) for b in range(6)]
    path = tmp_path / "places.csv"
    path.write_text("lon,lat,people\n" + "\n".join(lines))
    return path


def test_over_space_the_days_do_not_matter(tmp_path: Path, people: Path) -> None:
    """The corner is found whenever its calls came; its window is the study period and nothing recurs."""
    file = written(tmp_path / "calls.csv", calls(1, 200) + [(119.95, 31.75, float(i * 2)) for i in range(20)])
    found = told("scan", file, "--over", "space", "--places", people, "--population", "people")
    best = found["clusters"][0]
    assert (best["lon"], best["lat"], best["first"], best["last"]) == (119.95, 31.75, "2016-05-01", "2016-06-29")
    assert (best["recurrence"], found["parameters"]["over"], found["parameters"]["model"]) == (None, "space", "poisson")
    assert "permutation model" in refused(file, "--over", "space")


def test_over_time_the_places_do_not_matter(tmp_path: Path) -> None:
    """Two busy days are found, wherever their calls came from."""
    file = written(tmp_path / "calls.csv", calls(2, 200) + calls(3, 40, [30, 31]))
    best = told("scan", file, "--over", "time", "--retrospective")["clusters"][0]
    assert (best["first"], best["last"], best["radius_m"]) == ("2016-05-31", "2016-06-01", 0.0)
    assert "over is one of space_time, space, time" in refused(file, "--over", "place")


def test_by_day_a_storm_everywhere_is_no_cluster(tmp_path: Path, people: Path) -> None:
    """With --model poisson a storm on the last day is one, and a note says why; with poisson_by_day it is none."""
    file = written(tmp_path / "calls.csv", calls(4, 150) + calls(5, 90, [59]))
    words = (file, "--places", people, "--population", "people", "--replications", 199)
    even, by_day = told("scan", *words), told("scan", *words, "--model", "poisson_by_day")
    assert even["clusters"]
    assert "poisson_by_day" in even["notes"][0]
    assert by_day["clusters"] == []
    assert by_day["parameters"]["model"] == "poisson_by_day"
    assert "needs population" in refused(file, "--model", "poisson_by_day")


def test_incidents_in_place_of_callers(tmp_path: Path) -> None:
    """Twelve callers of one flood are a cluster; counted as one incident, over midnight too, they are none."""
    night = [(119.95 + i * 1e-5, 31.75, 59.6 + i / 24) for i in range(12)]
    file = written(tmp_path / "calls.csv", calls(6, 200) + night)
    callers, incidents = told("scan", file), told("scan", file, "--incidents-m", 150)
    assert callers["clusters"]
    assert incidents["clusters"] == []
    assert incidents["parameters"]["cases"] <= callers["parameters"]["cases"] - 11
    assert (callers["parameters"]["incidents_m"], incidents["parameters"]["incidents_m"]) == (None, 150)
    assert "radius_m must be more than 0" in refused(file, "--incidents-m", 0)


def test_max_p_lists_more_or_fewer(tmp_path: Path) -> None:
    """None above it is listed, and how many were left out is said; 1 lists all."""
    file = written(tmp_path / "calls.csv", calls(7, 200) + CORNER)
    few, some = told("scan", file), told("scan", file, "--max-p", 0.9)
    assert max(one["p_value"] for one in few["clusters"]) <= 0.05 < max(one["p_value"] for one in some["clusters"])
    assert len(few["clusters"]) + few["weaker"] == len(some["clusters"]) + some["weaker"]
    assert told("scan", file, "--max-p", 1)["weaker"] == 0
    assert "max_p must be more than 0" in refused(file, "--max-p", 0)


def test_as_many_places_as_there_are_crews(tmp_path: Path) -> None:
    """`anlan spots --places N` lists at most so many, and says how many of them chance would have made."""
    wells = [(119.9 + (i % 8) / 97, 31.7 + (i % 8) / 97, float(i // 8 * 7)) for i in range(64)]
    file = written(tmp_path / "calls.csv", calls(8, 60) + wells)
    two, six = told("spots", file, "--places", 2), told("spots", file, "--places", 6)
    assert (len(two["sites"]), len(six["sites"])) == (2, 6)
    assert "of the 2 listed" in two["chance"]["sentence"]
    assert two["chance"]["expected_places"] <= six["chance"]["expected_places"]
    assert two["parameters"]["places"] == 2


def test_cases_against_controls(tmp_path: Path) -> None:
    """A busy crossing of both kinds is none; where floods are many among the calls, one is, with both counts."""
    market = [(119.91, 31.71, 57.0 + i % 3) for i in range(30)]
    floods = written(tmp_path / "floods.csv", calls(9, 120) + market[:10] + CORNER)
    others = written(tmp_path / "others.csv", [*calls(10, 240), *market[10:], (119.92, 31.72, 400.0), ("", 0, 1)])
    words = (floods, "--controls", others, "--until", "2016-06-29", "--tz", "Asia/Shanghai")
    found = told("scan", *words)
    assert (found["parameters"]["model"], found["parameters"]["controls_file"]) == ("bernoulli", "others.csv")
    assert (found["parameters"]["cases"], found["parameters"]["controls"]) == (142, 260)
    assert (found["controls"]["rows_read"], found["controls"]["rows_used"]) == (262, 260)
    assert (found["controls"]["rows_refused"], found["controls"]["refused"][0]["field"]) == (1, "lon")
    best = found["clusters"][0]
    assert set(range(131, 143)) <= set(best["members"])
    assert best["expected"] == pytest.approx((best["observed"] + best["controls"]) * 142 / 402, rel=1e-5)
    alone = told("scan", *words, "--max-radius-m", 200)["clusters"]
    assert [(one["lon"], one["lat"], one["last"]) for one in alone] == [(119.95, 31.75, "2016-06-29")]
    assert told("scan", *words) == found
    assert told("scan", *words, "--model", "bernoulli") == found


def test_controls_in_what_is_written(tmp_path: Path) -> None:
    """The files and the terminal tell the controls beside the cases; incidents are taken of both."""
    floods = written(tmp_path / "floods.csv", calls(9, 120) + CORNER)
    others = written(tmp_path / "others.csv", calls(10, 240))
    words = ["scan", str(floods), "--controls", str(others), "--replications", "99"]
    for name in ("out.csv", "out.geojson", "out.html"):
        answer = CliRunner().invoke(app, [*words, "--out", str(tmp_path / name)])
        assert answer.exit_code == 0, answer.stderr
        assert "132 cases and 240 controls" in " ".join(answer.stdout.split())
        assert "others.csv: 240 rows read, 240 used" in " ".join(answer.stdout.split())
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        assert int(next(csv.DictReader(file))["controls"]) < 5
    about = json.loads((tmp_path / "out.geojson").read_text())
    assert about["anlan"]["controls"]["file"] == "others.csv"
    assert about["features"][0]["properties"]["controls"] < 5
    assert "controls, " in (tmp_path / "out.html").read_text()
    assert told(*words, "--incidents-m", 150)["parameters"]["controls"] < 240


def test_a_scan_that_takes_long_says_how_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once, judged by the first replications, with what would take less; a short one says nothing."""
    file = written(tmp_path / "calls.csv", calls(1, 300))
    words = ["scan", str(file), "--retrospective", "--max-days", "30", "--replications", "199"]
    assert "processor time" not in CliRunner().invoke(app, words).stderr
    monkeypatch.setattr("anlan.analysis.commands.scan.process_time", itertools.count(0, 600).__next__)
    said = CliRunner().invoke(app, words).stderr
    assert said.count("minutes of processor time are left") == 1
    assert "--max-days" in said


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--model", "bernoulli"), "write --controls FILE too"),
        (("--controls", "none.csv"), "none.csv"),
        (("--controls", "FILE", "--model", "poisson"), "controls are for the bernoulli model"),
        (("--controls", "FILE", "--day-of-week"), "neither population nor strata"),
        (("--controls", "FILE", "--lon", "x"), "x"),
    ],
)
def test_controls_that_cannot_be_are_refused(tmp_path: Path, words: tuple[str, ...], says: str) -> None:
    """Status 2 and one sentence."""
    file = written(tmp_path / "calls.csv", calls(1, 50))
    assert says in refused(file, *(str(file) if word == "FILE" else word for word in words))
