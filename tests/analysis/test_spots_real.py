"""`anlan spots` on real reports."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from anlan.cli import app

pytestmark = pytest.mark.pure
NORFOLK = "norfolk-flood-reports/STORM_data_flooded_streets_2010-2016.csv"
NYC = "nyc-2023-09-29/sep29_flooding.csv"
STREETS = ("--where", "Descriptor=Street Flooding (SJ)", "--tz", "America/New_York")
DOCUMENTED = Path(__file__).parents[2] / "docs/reference/json.md"


def spots(*words: object) -> Result:
    return CliRunner().invoke(app, ["spots", *map(str, words)])


def told(*words: object) -> dict[str, Any]:
    answer = spots(*words, "--json")
    assert answer.exit_code == 0, answer.stderr
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def test_norfolk_is_read_without_naming_a_column(real_data: Callable[[str], Path]) -> None:
    """The byte order mark inside `recid` and the clock times of 1900 do not mislead: every row is used, by its `dt`."""
    found = told(real_data(NORFOLK), "--tz", "America/New_York")
    assert found["parameters"]["columns"] == {"lon": "lon", "lat": "lat", "time": "dt", "id": "recid", "episode": None}
    assert (found["input"]["rows_read"], found["input"]["rows_used"], found["input"]["rows_refused"]) == (1072, 1072, 0)
    assert found["episodes"][0]["first"] == "2010-09-30T07:32:47-04:00"
    assert sum(one["reports"] for one in found["episodes"]) == 1072


def test_norfolk_sites_are_small_recurrent_and_ranked(real_data: Callable[[str], Path]) -> None:
    """Ranks run from 1, no place is larger than asked, each has two episodes, and no report is in two places."""
    sites = told(real_data(NORFOLK))["sites"]
    assert [one["rank"] for one in sites] == list(range(1, len(sites) + 1))
    assert len(sites) > 20
    assert all(one["radius_m"] <= 100 and one["episodes"] >= 2 for one in sites)
    assert all(one["reports"] == len(one["members"]) for one in sites)
    members = [record for one in sites for record in one["members"]]
    assert len(members) == len(set(members))
    assert all(1 <= record <= 1072 for record in members)


@pytest.mark.slow
def test_a_rerun_gives_the_same_bytes(real_data: Callable[[str], Path]) -> None:
    """The same file and options print the same JSON, byte for byte."""
    words = ("--since", "2014-01-01", "--json")
    assert spots(real_data(NORFOLK), *words).stdout == spots(real_data(NORFOLK), *words).stdout


@pytest.mark.slow
def test_the_order_of_rows_does_not_matter(real_data: Callable[[str], Path], tmp_path: Path) -> None:
    """The same rows in another order give the same places; only the record numbers follow the file."""
    with real_data(NORFOLK).open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    random.Random(7).shuffle(rows)
    mixed = tmp_path / "mixed.csv"
    with mixed.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    plain = [{k: v for k, v in one.items() if k != "members"} for one in told(real_data(NORFOLK))["sites"]]
    assert plain == [{k: v for k, v in one.items() if k != "members"} for one in told(mixed)["sites"]]


def test_days_are_whole_and_local(real_data: Callable[[str], Path]) -> None:
    """`--since` and `--until` the same day keep that local day, all of it."""
    day = ("--since", "2010-09-30", "--until", "2010-09-30", "--tz", "America/New_York")
    found = told(real_data(NORFOLK), *day)
    with real_data(NORFOLK).open(encoding="utf-8-sig", newline="") as file:
        count = sum(row["dt"].startswith("2010-09-30") for row in csv.DictReader(file))
    assert found["input"]["rows_used"] == count
    assert {one["first"][:10] for one in found["episodes"]} == {"2010-09-30"}


def test_case_does_not_count_in_where(real_data: Callable[[str], Path]) -> None:
    """`Flooded underpass` finds the rows that were written `Flooded Underpass` too."""
    found = told(real_data(NORFOLK), "--where", "eventType=flooded UNDERPASS")
    assert found["input"]["rows_used"] == 26
    assert found["input"]["rows_left_out"] == {"where": 1046}


@pytest.mark.slow
def test_feet_are_read_with_their_coordinate_system(real_data: Callable[[str], Path]) -> None:
    """The projected columns give the same first place within a few metres."""
    feet = told(real_data(NORFOLK), "--lon", "xcoord", "--lat", "ycoord", "--crs", "EPSG:2284")["sites"]
    degrees = told(real_data(NORFOLK))["sites"]
    assert abs(len(feet) - len(degrees)) <= 6
    assert feet[0]["lon"] == pytest.approx(degrees[0]["lon"], abs=1e-3)


def test_feet_taken_for_degrees_say_so(real_data: Callable[[str], Path]) -> None:
    """Projected columns without `--crs` are wrong use, and the message says what to name."""
    answer = spots(real_data(NORFOLK), "--lon", "xcoord", "--lat", "ycoord")
    assert answer.exit_code == 2
    assert "coordinate system looks wrong" in answer.stderr
    assert "--crs" in answer.stderr


@pytest.mark.slow
def test_one_storm_is_not_recurrence(real_data: Callable[[str], Path]) -> None:
    """New York's storm day has no recurrent place, ends well, and says why; its dense places are a watch list."""
    found = told(real_data(NYC), *STREETS)
    assert found["sites"] == []
    assert len(found["watch"]) > 0
    assert (found["input"]["rows_read"], found["input"]["rows_used"]) == (3969, 611)
    assert found["input"]["reasons"] == {"missing_coordinates": 7}
    sentence = "one episode only; `--min-episodes 1` ranks dense places of one storm, which is not recurrence"
    assert sentence in spots(real_data(NYC), *STREETS).stdout
    assert found["notes"] == [sentence]


def test_dense_places_of_one_storm_can_be_ranked(real_data: Callable[[str], Path]) -> None:
    """With `--min-episodes 1` they are ranked, and are still not called recurrent."""
    answer = spots(real_data(NYC), *STREETS, "--min-episodes", "1")
    assert answer.exit_code == 0
    assert "dense place" in answer.stdout
    assert "one episode is not recurrence" in answer.stdout


def test_every_field_is_documented(real_data: Callable[[str], Path]) -> None:
    """docs/reference/json.md lists exactly the fields that are printed."""
    found = told(real_data(NORFOLK))
    names = set(found) | {f"sites[].{name}" for name in found["sites"][0]}
    for part in ("parameters", "input", "chance"):
        names |= {f"{part}.{name}" for name in found[part]}
    section = DOCUMENTED.read_text().split("## anlan spots")[1].split("\n## ")[0]
    documented = {line.split("`")[1] for line in section.splitlines() if line.startswith("| `")}
    assert documented == names
    row = next(line for line in section.splitlines() if line.startswith("| `episodes`"))
    assert all(f"`{name}`" in row for name in found["episodes"][0])
