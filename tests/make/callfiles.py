"""Files of another system's calls, their mapping, and their import at the terminal."""

from __future__ import annotations

import csv
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from anlan.cli import app
from anlan.core.time.clock import frozen

AT = dt.datetime(2016, 7, 1, tzinfo=dt.UTC)
HEAD = "no,call,entered,x,y,address,text,nature,disp,closed,u1,d1,a1,s1,c1,u2,d2,a2,s2,c2"
MAPPING = """
source = "cad"
missing = ["NULL"]
[report]
id = "no"
received = "call"
entered = "entered"
lon = "x"
lat = "y"
place = "address"
words = "text"
[category]
column = "nature"
codes = { FLD = "waterlogging", DV = "home_violence" }
[disposal]
column = "disp"
codes = { OK = "done" }
[incident]
closed = "closed"
"""
COUNTED = """
[units]
column = "u{n}"
dispatched = "d{n}"
acknowledged = "a{n}"
on_scene = "s{n}"
cleared = "c{n}"
"""


def t(minute: int) -> str:
    """Write a minute of the storm in the city's zone."""
    return f"2016-06-28 {13 + minute // 60}:{minute % 60:02d}:00"


def utc(minute: int) -> dt.datetime:
    """Return a minute of the storm."""
    return dt.datetime(2016, 6, 28, 5, tzinfo=dt.UTC) + dt.timedelta(minutes=minute)


def call(number: str, *, at: int = 0, units: str = "", **cells: str) -> str:
    """Return one record; times are minutes after 13:00."""
    record = {
        "no": number, "call": t(at), "entered": t(at + 1), "x": "119.97", "y": "31.76", "address": f"长虹路{number}",
        "text": "", "nature": "FLD", "disp": "OK", "closed": t(at + 50),
    } | cells  # fmt: skip
    return ",".join([*record.values(), *units.split(",")])


def crew(unit: str, *minutes: int | None) -> str:
    """Return the cells of one unit: its code and when it was sent, knew, was there and was free."""
    return ",".join([unit, *("" if minute is None else t(minute) for minute in minutes)])


def run(
    tmp_path: Path, lines: list[str], mapping: str = MAPPING + COUNTED, *options: str, status: int = 0, head: str = HEAD
) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """Import lines with a mapping; return what the command printed and the refused rows."""
    (tmp_path / "calls.csv").write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    (tmp_path / "map.toml").write_text(mapping, encoding="utf-8")
    answer = command("calls.csv", *options)
    assert answer.exit_code == status, answer.output
    answered = json.loads(answer.stdout)
    if not answered["refused_file"]:
        assert not (tmp_path / "calls.csv.refused.csv").exists()
        return answered, []
    with (tmp_path / answered["refused_file"]).open(encoding="utf-8-sig", newline="") as file:
        return answered, list(csv.DictReader(file))


def command(file: str, *options: str, mapping: str = "map.toml") -> Result:
    """Run `anlan import` on the database of the test."""
    with pytest.MonkeyPatch.context() as patch, frozen(AT):
        patch.setattr("anlan.dispatch.commands.import_file.open_platform", lambda data: None)
        return CliRunner().invoke(app, ["import", file, "--mapping", mapping, "--json", *options])


def codes(refused: list[dict[str, str]]) -> list[str]:
    """Return why rows were refused."""
    return [row["code"] for row in refused]
