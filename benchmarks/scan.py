"""How fast is the exact space-time scan? Whole calls, 999 replications, all maxima exact.

    python benchmarks/scan.py [--json] [--rows 1k-50,5k-3km] [--times 5] [--plain 10]

Each row runs in a process of its own (for its peak memory), warm, on all cores: median wall time and CPU time of
`space_time_scan`. Beside it the plain exact path of the same library, from a few replications, and, where a SaTScan
binary is on PATH, that program on the same files. `1k` is the reference case `city-1k` (ANLAN_TEST_DATA, default
../shared/data) or a town like it.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from anlan.analysis import space_time_scan

ROOT = Path(os.environ.get("ANLAN_TEST_DATA") or Path(__file__).parents[2] / "shared/data")
CITY = ROOT / "satscan-reference/city-1k"
FIRST = dt.date(2023, 1, 1)
REPLICATIONS = 999
# name: places, cases, options, goal in seconds
ROWS: dict[str, tuple[int, int, dict[str, Any], float]] = {
    "1k-50": (1000, 10_000, {}, 0.06),
    "5k-3km": (5000, 100_000, {"max_radius_m": 3000}, 0.18),
    "5k-50": (5000, 10_000, {}, 0.5),
    "20k-3km": (20_000, 100_000, {"max_radius_m": 3000}, 1.2),
    "1k-50-retrospective": (1000, 10_000, {"prospective": False}, 1.8),
    "1k-50-30-days": (1000, 10_000, {"max_days": 30}, 1.0),
    "1k-50-190-days": (1000, 10_000, {"max_days": 190}, 12.0),
    "1k-3km-retrospective-30-days": (1000, 10_000, {"prospective": False, "max_radius_m": 3000, "max_days": 30}, 6.0),
}
# windows of many days over half the city, and strata: fewer replications, since each costs more
LONG: dict[str, tuple[int, int, dict[str, Any], int]] = {
    "1k-50-retrospective-30-days": (1000, 10_000, {"prospective": False, "max_days": 30}, 9),
    "1k-50-retrospective-180-days": (1000, 10_000, {"prospective": False, "max_days": 180}, 9),
    "1k-50-retrospective-strata": (1000, 10_000, {"prospective": False, "strata": "day_of_week"}, 9),
}
SATSCAN = ("satscan", "SaTScanBatch64", "SaTScanBatch")


def case(name: str) -> tuple[np.ndarray, np.ndarray, dict[str, Any]]:
    """Return places and days of the cases, and the options of a row."""
    places, cases, options, _ = (ROWS | LONG)[name]
    if places == 1000 and CITY.is_dir():
        rows = [line.split() for line in (CITY / "s.geo").read_text().splitlines()]
        at = {row[0]: (float(row[1]) * 1000, float(row[2]) * 1000) for row in rows}
        told = [line.split() for line in (CITY / "s.cas").read_text().splitlines()]
        own = np.repeat(np.array([at[row[0]] for row in told]), [int(row[1]) for row in told], axis=0)
        days = [(dt.date(*map(int, row[2].split("/"))) - FIRST).days for row in told]
        day = np.repeat(days, [int(row[1]) for row in told])
        spots = np.array(list(at.values()))
    else:
        draw = np.random.default_rng(7)
        spots = np.round(draw.uniform(0, 30_000, (places, 2)), 2)
        weight = draw.gamma(2, 1, places)
        own = spots[draw.choice(places, cases, p=weight / weight.sum())]
        day = draw.integers(0, 365, cases)
    return own, day, {"places": spots, "study_period": (0, 364), **options}


def measure(name: str, times: int, plain: int) -> dict[str, Any]:
    """Time one row in this process."""
    own, day, options = case(name)
    replications = LONG[name][3] if name in LONG else REPLICATIONS
    x, y = np.ascontiguousarray(own[:, 0]), np.ascontiguousarray(own[:, 1])
    space_time_scan(x, y, day, replications=replications, **options)
    wall, cpu = [], []
    for _ in range(times):
        began, used = time.perf_counter(), time.process_time()
        found = space_time_scan(x, y, day, replications=replications, max_p=None, **options)
        wall.append(time.perf_counter() - began)
        cpu.append(time.process_time() - used)
    told = {
        "row": name,
        "replications": replications,
        "goal_s": None if name in LONG else ROWS[name][3],
        "wall_s": round(statistics.median(wall), 4),
        "least_wall_s": round(min(wall), 4),
        "cpu_s": round(statistics.median(cpu), 4),
        "least_cpu_s": round(min(cpu), 4),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "clusters": len(found.clusters),
        "mean_maximum": round(float(found.simulated_maxima.mean()), 6),
    }
    if plain:
        told["plain_cpu_s"] = round(plainly(x, y, day, options, plain, replications), 1)
        told["times_plain"] = round(told["plain_cpu_s"] / told["cpu_s"])
    if name not in LONG and (binary := next((path for one in SATSCAN if (path := shutil.which(one))), None)):
        told["satscan_s"] = round(reference(binary, own, day, options), 2)
        told["times_satscan"] = round(told["satscan_s"] / told["wall_s"])
    return told


def plainly(x: np.ndarray, y: np.ndarray, day: np.ndarray, options: dict[str, Any], count: int, of: int) -> float:
    """Return the CPU seconds that the plain path would take for all replications, from a few."""
    from anlan.analysis import Events
    from anlan.analysis.scan._model import model_of
    from anlan.analysis.scan._search import limits_of, simulate

    usual = {"population": None, "max_share": 0.5, "max_radius_m": None, "max_days": 7, "prospective": True, "seed": 0}
    laid = {**usual, "strata": None, "adjust_for_looks": 1, **options}
    model = model_of(Events(x, y, day), replications=count, **laid)
    simulate(model, limits_of(model), 1, None, None, plainly=True)
    used = time.process_time()
    simulate(model, limits_of(model), count, None, None, plainly=True)
    return (time.process_time() - used) / count * of


def reference(binary: str, own: np.ndarray, day: np.ndarray, options: dict[str, Any]) -> float:
    """Return the seconds that SaTScan takes for the same."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        number = {tuple(place): i for i, place in enumerate(options["places"].tolist())}
        (folder / "s.geo").write_text("".join(f"{i} {x / 1000} {y / 1000}\n" for (x, y), i in number.items()))
        cases = zip(own.tolist(), day.tolist(), strict=True)
        lines = (f"{number[tuple(at)]} 1 {(FIRST + dt.timedelta(days=d)):%Y/%m/%d}\n" for at, d in cases)
        (folder / "s.cas").write_text("".join(lines))
        radius = options.get("max_radius_m")
        settings = f"""[Input]
CaseFile={folder}/s.cas
CoordinatesFile={folder}/s.geo
CoordinatesType=0
PrecisionCaseTimes=3
StartDate=2023/01/01
EndDate=2023/12/31
[Analysis]
AnalysisType={4 if options.get("prospective", True) else 3}
ModelType=2
ScanAreas=1
TimeAggregationUnits=3
TimeAggregationLength=1
[Output]
ResultsFile={folder}/out.txt
[Spatial Window]
MaxSpatialSizeInPopulationAtRisk=50
UseDistanceFromCenterOption={"y" if radius else "n"}
MaxSpatialSizeInDistanceFromCenter={(radius or 1000) / 1000}
[Temporal Window]
MaxTemporalSizeInterpretation=1
MaxTemporalSize={options.get("max_days", 7)}
[Inference]
PValueReportType=1
MonteCarloReps={REPLICATIONS}
"""
        (folder / "s.prm").write_text(settings)
        began = time.perf_counter()
        subprocess.run([binary, str(folder / "s.prm")], check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - began


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rows", default=",".join(ROWS | LONG))
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--plain", type=int, default=10, help="replications of the plain path; 0 leaves it out")
    parser.add_argument("--here", action="store_true", help="measure in this process")
    asked = parser.parse_args()
    if asked.here:
        print(json.dumps(measure(asked.rows, asked.times, asked.plain)))
        return
    table = []
    for name in asked.rows.split(","):
        words = [sys.executable, __file__, "--here", "--rows", name]
        words += ["--times", str(asked.times), "--plain", str(asked.plain)]
        table.append(json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout))
        if not asked.json:
            print("  ".join(f"{key} {value}" for key, value in table[-1].items()), flush=True)
    if asked.json:
        print(json.dumps({"replications": REPLICATIONS, "cores": os.cpu_count(), "rows": table}, indent=2))


if __name__ == "__main__":
    main()
