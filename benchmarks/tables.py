"""Claim: a CSV of reports becomes checked points at a stated share of the speed of readers that check nothing.

Peers, in the same run on the same file: Python's `csv` module (cells only), and `pyarrow.csv` (types guessed, C++).
Usage: python benchmarks/tables.py [ROWS]
"""

from __future__ import annotations

import csv
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.csv

from anlan.tables import open_records, read_points


def main(rows: int = 1_000_000) -> None:
    """Write a file, read it four ways, print rows a second and ratios."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "reports.csv"
        _write(file, rows)
        print(f"{rows:,} rows, {file.stat().st_size / 1e6:.0f} MB")
        peer = _timed("csv module, cells only", rows, lambda: _cells(file))
        _timed("open_records, stream", rows, lambda: _stream(file), peer)
        print(f"  peak memory so far {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
        _timed("read_points", rows, lambda: read_points(file), peer)
        print(f"  peak memory so far {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
        _timed("pyarrow.csv, types guessed", rows, lambda: pyarrow.csv.read_csv(file), peer)


def _write(file: Path, rows: int) -> None:
    dice, start = random.Random(1), datetime(2015, 1, 1)  # noqa: DTZ001
    with file.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["id", "lon", "lat", "time", "location", "category"])
        for n in range(rows):
            moment = start + timedelta(seconds=dice.randrange(10**8))
            lon, lat = 119.6 + dice.random() * 0.7, 31.4 + dice.random() * 0.6
            writer.writerow([f"R{n}", f"{lon:.6f}", f"{lat:.6f}", moment, f"{n % 900} Lanling Road", "waterlogging"])


def _cells(file: Path) -> None:
    with file.open(newline="") as source:
        for _ in csv.reader(source):
            pass


def _stream(file: Path) -> None:
    with open_records(file) as records:
        for _ in records:
            pass


def _timed(name: str, rows: int, run: Callable[[], Any], peer: float | None = None) -> float:
    start = time.perf_counter()
    run()
    rate = rows / (time.perf_counter() - start)
    ratio = f"  {rate / peer:.2f} x the csv module" if peer else ""
    print(f"{name:<28}{rate:>12,.0f} rows/s{ratio}")
    return rate


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
