"""What `anlan spots` writes, and what it says to wrong use."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from anlan.cli import app

pytestmark = pytest.mark.pure
EVIL = "=cmd|' /C calc'!A0 <script>alert(1)</script>"


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    """Three storms at one place whose words are a formula and a script."""
    file = tmp_path / "reports <b>.csv"
    with file.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["id", "lon", "lat", "time", "location"])
        for storm in (3, 5, 7):
            for n in range(4):
                writer.writerow([f"{storm}-{n}", -76.29 + n * 1e-5, 36.86, f"2015-0{storm}-01 0{n}:00", EVIL])
        writer.writerow(["x", "", "", "2015-03-01 00:00", "<img src=x>"])
    return file


def spots(*words: object) -> Result:
    return CliRunner().invoke(app, ["spots", *map(str, words)])


def test_csv_carries_no_live_formula(reports: Path, tmp_path: Path) -> None:
    """A formula in a cell comes out as text, and the numbers stay numbers."""
    assert spots(reports, "--out", tmp_path / "sites.csv").exit_code == 0
    with (tmp_path / "sites.csv").open(encoding="utf-8-sig", newline="") as file:
        row = next(csv.DictReader(file))
    assert row["place_words"].startswith("'=cmd")
    assert (row["kind"], row["rank"], row["reports"], row["episodes"]) == ("recurrent", "1", "12", "3")
    assert float(row["lon"]) == pytest.approx(-76.28998, abs=1e-4)
    assert row["members"].split() == [str(n) for n in range(1, 13)]


def test_geojson_and_parquet_hold_the_same_sites(reports: Path, tmp_path: Path) -> None:
    """Both files carry the sites, the parameters and the hash of the input."""
    for name in ("sites.geojson", "sites.parquet"):
        assert spots(reports, "--out", tmp_path / name).exit_code == 0
    told = json.loads((tmp_path / "sites.geojson").read_text())
    table = pq.read_table(tmp_path / "sites.parquet")
    row = table.to_pylist()[0]
    assert told["features"][0]["geometry"]["coordinates"] == [row["lon"], row["lat"]]
    assert told["features"][0]["properties"]["members"] == row["members"] == list(range(1, 13))
    assert table.schema.metadata[b"sha256"].decode() == told["anlan"]["input"]["sha256"]


def test_the_page_stands_alone_and_runs_nothing(reports: Path, tmp_path: Path) -> None:
    """No script, no outside address, nothing of the input alive; map, table, parameters and refused rows are there."""
    assert spots(reports, "--out", tmp_path / "sites.html").exit_code == 0
    page = (tmp_path / "sites.html").read_text()
    assert not re.search(r"<script|<img|<link|https?://|@import|url\(|\son\w+=|<b>\.csv", page)
    assert "&lt;script&gt;" in page
    assert "default-src 'none'" in page
    assert page.count("<svg") >= 2
    for words in ("Ranked places", "1 refused rows", "3 episodes", "SHA-256", "Time zone"):
        assert words in page


def test_the_same_file_gives_the_same_bytes(reports: Path, tmp_path: Path) -> None:
    """Every kind of output is equal on a rerun."""
    for kind in ("csv", "geojson", "parquet", "html"):
        for run in "ab":
            spots(reports, "--out", tmp_path / f"{run}.{kind}")
        assert (tmp_path / f"a.{kind}").read_bytes() == (tmp_path / f"b.{kind}").read_bytes()


def test_the_terminal_gets_no_control_characters(reports: Path) -> None:
    """A cell cannot move the terminal's cursor."""
    reports.write_text(reports.read_text().replace("cmd|", "\x1b[2Jcmd"))
    assert "\x1b" not in spots(reports).stdout


@pytest.mark.parametrize(
    ("words", "say"),
    [
        (["--lon", "east"], "the columns are: id, lon, lat, time, location"),
        (["--where", "storm=1"], "the columns are: id, lon, lat, time, location"),
        (["--where", "location"], "COLUMN=VALUE"),
        (["--where", "id=none"], "values there are"),
        (["--crs", "Mars 2000"], "EPSG:nnnn"),
        (["--tz", "Norfolk"], "time zone"),
        (["--since", "2030-01-01"], "left out by --since"),
        (["--since", "2016-01-01", "--until", "2015-01-01"], "lies before"),
        (["--since", "yesterday"], "yesterday"),
        (["--out", "sites.xyz"], ".geojson, .csv, .parquet or .html"),
        (["--out", "nowhere/sites.csv"], "no folder"),
        (["--radius-m", "-5"], "radius"),
        (["--min-episodes", "0"], "min_episodes"),
        (["--episode", "storm"], "the columns are"),
        (["--time-order", "ydm"], "dmy, mdy or ymd"),
        (["--sheet"], "sheet"),
    ],
)
def test_wrong_use_ends_with_two_and_says_what_to_write(reports: Path, words: list[str], say: str) -> None:
    """Status 2, one sentence on stderr, nothing on stdout, no traceback."""
    answer = spots(reports, *words)
    assert answer.exit_code == 2
    assert say in " ".join(answer.stderr.split())
    assert answer.stdout == ""
    assert "Traceback" not in answer.stderr


def test_the_input_is_never_overwritten(reports: Path) -> None:
    """`--out` naming the input is refused before anything is read."""
    before = reports.read_bytes()
    assert spots(reports, "--out", reports).exit_code == 2
    assert reports.read_bytes() == before


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """A file that is not there, or is a folder, is wrong use."""
    assert "no file" in spots(tmp_path / "none.csv").stderr
    assert "folder" in spots(tmp_path).stderr


def test_a_storm_column_names_the_episodes(tmp_path: Path) -> None:
    """With `--episode` the column decides, whatever the gaps between reports."""
    file = tmp_path / "named.csv"
    rows = "".join(f"{119.9 + n * 1e-5},31.7,2015-06-26 0{n}:00,{'Ida' if n % 2 else 'ana '}\n" for n in range(6))
    file.write_text("lon,lat,time,storm\n" + rows)
    found = json.loads(spots(file, "--episode", "storm", "--json").stdout)
    assert [(one["name"], one["reports"]) for one in found["episodes"]] == [("ana", 3), ("ida", 3)]
