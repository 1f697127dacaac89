"""Claims: a call with what came of it costs no more than its entries do as bare reports.

Peer, in the same run: `anlan import` of the same rows as bare reports, one ledger entry each. A call with two units of
five stamps each leaves fourteen entries, and two dozen more rows. SQLite, in a directory of its own below
--folder; processor seconds, since the machine may do other things.

    python benchmarks/importing.py [--json] [--calls 20000] [--folder DIR]
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

AT = dt.datetime(2016, 1, 1)  # noqa: DTZ001 - written as local times, as exports are
CITY = Path(__file__).parents[1] / "tests/cities/small"
UNITS = 60
STEPS = ("sent", "knew", "off", "there", "free")
SECONDS = (60, 90, 150, 600, 2000)
MAPPING = """
source = "benchmark"
disposal = "done"
[report]
id = "id"
received = "time"
lon = "lon"
lat = "lat"
place = "address"
words = "words"
[category]
column = "category"
[incident]
closed = "closed"
[units]
column = "unit{n}"
dispatched = "sent{n}"
acknowledged = "knew{n}"
en_route = "off{n}"
on_scene = "there{n}"
cleared = "free{n}"
unknown = { organisation = "control", kind = "mobile" }
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--calls", type=int, default=20_000)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        answer = measured(Path(folder), given.calls)
    if given.json:
        print(json.dumps(answer))
        return
    for name in ("reports", "calls", "calls again"):
        row = answer[name]
        print(f"{name}: {row['rows_per_s']:,.0f} rows/s, {row['entries']:,} ledger entries in {row['cpu_s']:.1f} s")
    print(f"calls with their history beside bare reports: x{answer['rows_ratio']:.2f} by rows of the file,", end=" ")
    print(f"x{answer['entries_ratio']:.2f} by ledger entries")


def measured(folder: Path, calls: int) -> dict[str, Any]:
    """Import the same rows as reports, and as calls with their history, twice."""
    file, mapping = folder / "calls.csv", folder / "map.toml"
    _write(file, calls)
    mapping.write_text(MAPPING, encoding="utf-8")
    answer: dict[str, Any] = {"calls_in_file": calls}
    plain = ("--time", "time", "--lon", "lon", "--lat", "lat", "--place", "address", "--words", "words")
    _anlan(folder / "reports", "init", "--city", CITY)
    answer["reports"] = _timed(folder / "reports", calls, "import", file, *plain, "--category-column", "category")
    _anlan(folder / "calls", "init", "--city", CITY)
    for name in ("calls", "calls again"):
        answer[name] = _timed(folder / "calls", calls, "import", file, "--mapping", mapping)
    peer, told = answer["reports"], answer["calls"]
    answer["rows_ratio"] = told["rows_per_s"] / peer["rows_per_s"]
    answer["entries_ratio"] = told["entries"] / told["cpu_s"] / (peer["entries"] / peer["cpu_s"])
    return answer


def _write(path: Path, calls: int) -> None:
    units = [f"{name}{n}" for n in (1, 2) for name in ("unit", *STEPS)]
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["id", "time", "lon", "lat", "address", "words", "category", "closed", *units])
        for n in range(calls):
            begun = AT + dt.timedelta(minutes=3 * n)
            stamps = [f"{begun + dt.timedelta(seconds=one)}" for one in SECONDS]
            lon, lat = 119.95 + n * 37 % 1000 / 20_000, 31.72 + n * 91 % 1000 / 20_000
            closed = begun + dt.timedelta(seconds=2400)
            told = [n, begun, f"{lon:.5f}", f"{lat:.5f}", f"长虹路 {n}", "路面积水很深", "waterlogging", closed]
            out.writerow([*told, f"A{n % UNITS}", *stamps, f"B{n % UNITS}", *stamps])


def _timed(data: Path, calls: int, *arguments: object) -> dict[str, Any]:
    before, entries = _spent(), _entries(data)
    start = _spent() - before
    _anlan(data, *arguments)
    spent = _spent() - before - 2 * start  # reading the number of entries starts a process as an import does
    return {"cpu_s": round(spent, 2), "rows_per_s": calls / max(spent, 0.01), "entries": _entries(data) - entries}


def _entries(data: Path) -> int:
    return int(json.loads(_anlan(data, "status", "--json"))["position"])


def _spent() -> float:
    used = os.times()
    return used.children_user + used.children_system


def _anlan(data: Path, *arguments: object) -> str:
    environ = {name: value for name, value in os.environ.items() if name != "ANLAN_DATABASE_URL"}
    command = [sys.executable, "-m", "anlan.cli", *map(str, arguments)]
    done = subprocess.run(command, env=environ | {"ANLAN_DATA": str(data)}, capture_output=True, text=True, check=False)
    if done.returncode not in {0, 1} or (not done.stdout and "import" in arguments):
        raise SystemExit(done.stderr)
    return done.stdout


if __name__ == "__main__":
    main()
