"""Claim: a report with all that becomes of it weighs a third less than before, and its ledger two fifths less.

Peer, in the same run: an earlier commit of this repository, filled by its own code with the same simulated months.
SQLite, each in a directory of its own below --folder; what an empty city weighs is left out. Both are walked by their
own `verify`, in turn.

    python benchmarks/weight.py [--json] [--before COMMIT] [--months 2] [--scale 0.02] [--folder DIR]
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve()
BEFORE = "8b9e5f7"  # the last commit with the rows of before
SEED, YEAR, ROUNDS = 1, 2015, 3


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--before", default=BEFORE)
    parser.add_argument("--months", type=int, default=2)
    parser.add_argument("--scale", type=float, default=0.02)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--fill", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--walk", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.fill or given.walk:
        begin(given.fill or given.walk)
        print(json.dumps(filled(given.fill, given.months, given.scale) if given.fill else walked()))
        return
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        found = compared(Path(folder), given)
    if given.json:
        print(json.dumps(found))
        return
    for name in ("before", "now"):
        row = found[name]
        print(f"{name}: {row['bytes_a_report']:,.0f} bytes a report, {row['ledger_bytes_a_report']:,.0f} of them "
              f"ledger; verify {row['entries_per_s']:,.0f} entries/s")  # fmt: skip
    print(f"{found['now']['reports']:,} reports, {found['now']['entries']:,} entries: x{found['ratio']:.3f}")


def compared(folder: Path, given: argparse.Namespace) -> dict[str, Any]:
    """Fill a directory by each tree, weigh it, and walk both in turn."""
    old = folder / "tree"
    old.mkdir()
    packed = subprocess.run(
        ["git", "archive", given.before, "src"], cwd=HERE.parents[1], check=True, capture_output=True
    )
    subprocess.run(["tar", "-x", "-C", str(old)], input=packed.stdout, check=True)
    trees = {"before": old / "src", "now": HERE.parents[1] / "src"}
    options = ["--months", str(given.months), "--scale", str(given.scale)]
    found: dict[str, Any] = {}
    for name, source in trees.items():
        (folder / name).mkdir()
        found[name] = run(source, "--fill", folder / name, *options)
    for name in list(trees) * ROUNDS:
        speed = run(trees[name], "--walk", folder / name)["entries_per_s"]
        found[name]["entries_per_s"] = max(speed, found[name].get("entries_per_s", 0))
    return found | {"ratio": found["now"]["bytes_a_report"] / found["before"]["bytes_a_report"]}


def run(source: Path, *arguments: object) -> dict[str, Any]:
    """Run this script with one tree's code."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("ANLAN_")}
    command = [sys.executable, str(HERE), *map(str, arguments)]
    done = subprocess.run(
        command, env=environ | {"PYTHONPATH": str(source)}, check=True, stdout=subprocess.PIPE, text=True
    )
    return json.loads(done.stdout.splitlines()[-1])  # type: ignore[no-any-return]


def begin(folder: Path) -> None:
    """Open a data directory."""
    os.environ["ANLAN_DATA"] = str(folder)
    (folder / "secret.key").write_text("benchmark")
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "anlan.settings"
    django.setup()


def filled(folder: Path, months: int, scale: float) -> dict[str, Any]:
    """Live the first months of the simulated city; return what came of it and what it weighs."""
    from anlan.city.demo.progress import ACTOR, BEGINS
    from anlan.city.demo.walk import Walk
    from anlan.city.town import folder as town
    from anlan.core.city import folder as cityfolder
    from anlan.core.city.current import city_read_once
    from anlan.core.ledger import seals
    from anlan.core.models import LedgerEntry
    from anlan.core.operator import schema
    from anlan.intake.models import Report

    schema.bring_up()
    cityfolder.load(town.build(folder / "city", town.installed_packages()), actor=ACTOR, at=BEGINS)
    seals.seal()
    empty = weights(folder)
    with city_read_once():
        walk = Walk(SEED, scale, lambda text: None)
        for month in range(1, months + 1):
            walk.month(YEAR, month)
    seals.seal()
    reports, now = Report.objects.count(), weights(folder)
    grown = {name: now[name] - empty[name] for name in now}
    return {
        "reports": reports,
        "entries": LedgerEntry.objects.count(),
        "bytes_a_report": grown["all"] / reports,
        "ledger_bytes_a_report": grown["ledger"] / reports,
    }


def weights(folder: Path) -> dict[str, int]:
    """Return how many bytes the database has, and how many of them the ledger with its indexes."""
    database = sqlite3.connect(folder / "anlan.sqlite3", isolation_level=None)
    database.execute("VACUUM")
    pages = database.execute("SELECT s.tbl_name, SUM(d.pgsize) FROM dbstat d JOIN sqlite_master s ON s.name = d.name"
                             " WHERE d.aggregate = TRUE GROUP BY s.tbl_name").fetchall()  # fmt: skip
    ledger = sum(size for table, size in pages if table.startswith("core_ledger"))
    return {"all": sum(size for _table, size in pages), "ledger": ledger}


def walked() -> dict[str, Any]:
    """Verify the ledger once, as the tree does it."""
    from anlan.core.ledger.verification import verify

    start = time.perf_counter()
    verdict = verify()
    seconds = time.perf_counter() - start
    assert verdict.ok, verdict.faults
    return {"entries_per_s": (verdict.entries + verdict.unsealed) / seconds}


if __name__ == "__main__":
    main()
