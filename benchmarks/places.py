"""Do the places mined until a day hold the reports that come after it? Norfolk, beside a greedy circle cover.

    python benchmarks/places.py [--json] [--cut 2014-12-31] [--points 1000000]

Needs the Norfolk reports (ANLAN_TEST_DATA, default ../shared/data). Prints the share of later reports within 100 m of
the first 25, the first 50 and all places, and 95 % intervals by resampling later storms. The lists are not equally
long, and a longer one holds more whatever it is: compare the rows of equal number and of equal area (of the union).
Then exact DBSCAN on made-up points beside scikit-learn and PyPI `dbscan` (`density.py`); `prediction.py` compares more
methods at equal area.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
from shapely import Point, union_all

from anlan.analysis import Events, find_episodes, recurrent_places
from anlan.city.score import greedy_cover
from density import measured

ROOT = Path(os.environ.get("ANLAN_TEST_DATA") or Path(__file__).parents[2] / "shared/data")
FILE = ROOT / "norfolk-flood-reports/STORM_data_flooded_streets_2010-2016.csv"
US_FOOT_M = 0.3048006096
WITHIN_M = 100.0
DRAWS = 2000
Centres = np.ndarray


def covering(centres: Centres, radius: float, area: float) -> Centres:
    """Return the first centres whose discs together cover no more than the area."""
    low, high = 0, len(centres)
    while low < high:
        middle = (low + high + 1) // 2
        if union_of(centres[:middle], radius) <= area * (1 + 1e-9):
            low = middle
        else:
            high = middle - 1
    return centres[:low]


def union_of(centres: Centres, radius: float) -> float:
    """Return the area that discs cover together."""
    return float(union_all([Point(*one).buffer(radius, quad_segs=16) for one in centres]).area)


def read() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the reports in metres (EPSG:2284 feet) and days."""
    with FILE.open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    x, y = (np.array([float(row[name]) for row in rows]) * US_FOOT_M for name in ("xcoord", "ycoord"))
    start = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - local times of one city, compared with each other only
    days = [(dt.datetime.fromisoformat(row["dt"]) - start) / dt.timedelta(days=1) for row in rows]
    return x, y, np.array(days)


def interval(hit: np.ndarray, storm: np.ndarray, draws: np.ndarray) -> list[float]:
    """Return the 95 % interval of a share when later storms are drawn anew."""
    hits, counts = np.bincount(storm, hit), np.bincount(storm)
    shares = hits[draws].sum(axis=1) / counts[draws].sum(axis=1)
    return [round(float(value), 3) for value in np.percentile(shares, [2.5, 97.5])]


def shares(centres: np.ndarray, later: np.ndarray, storm: np.ndarray, draws: np.ndarray) -> dict[str, Any]:
    """Return the share of later reports near the first 25, 50 and all places."""
    area = union_of(np.column_stack([centres.real, centres.imag]), WITHIN_M)
    answer: dict[str, Any] = {"sites": len(centres), "km2": round(area / 1e6, 3)}
    for name, count in (("first_25", 25), ("first_50", 50), ("all", len(centres))):
        hit = np.abs(later[:, None] - centres[None, :count]).min(axis=1) <= WITHIN_M
        answer[name] = {"share": round(float(hit.mean()), 3), "interval": interval(hit, storm, draws)}
    return answer


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--cut", default="2014-12-31")
    parser.add_argument("--points", type=int, default=1_000_000)
    asked = parser.parse_args()
    x, y, day = read()
    before = day < (dt.date.fromisoformat(asked.cut) - dt.date(1970, 1, 1)).days + 1
    later = (x + 1j * y)[~before]
    _, storm = find_episodes(day[~before])
    storm = storm - storm.min()
    draws = np.random.default_rng(0).integers(0, storm.max() + 1, (DRAWS, storm.max() + 1))
    known = Events(x[before], y[before], day[before])
    places = np.array([place.x + 1j * place.y for place in recurrent_places(known).places])
    peer_x, peer_y = greedy_cover(known, min_reports=2)
    earlier, peer = (x + 1j * y)[before], peer_x + 1j * peer_y
    as_many = recurrent_places(known, places=len(peer))
    area = union_of(np.column_stack([places.real, places.imag]), WITHIN_M)
    same_area = len(covering(np.column_stack([peer_x, peer_y]), WITHIN_M, area))
    answer = {
        "cut": asked.cut,
        "earlier": int(before.sum()),
        "later": len(later),
        "ceiling": round(float((np.abs(later[:, None] - earlier[None, :]).min(axis=1) <= WITHIN_M).mean()), 3),
        "recurrent_places": shares(places, later, storm, draws),
        "greedy_cover": shares(peer, later, storm, draws),
        "greedy_cover_same_number": shares(peer[: len(places)], later, storm, draws),
        "greedy_cover_same_area": shares(peer[:same_area], later, storm, draws),
        "recurrent_places_as_many": shares(
            np.array([place.x + 1j * place.y for place in as_many.places]), later, storm, draws
        )
        | {"by_chance": as_many.chance.expected_places},
    }
    answer["density_clusters"] = measured(asked.points, peers=True)
    if asked.json:
        print(json.dumps(answer))
        return
    print(f"{answer['earlier']} reports until {asked.cut}, {answer['later']} later; ceiling {answer['ceiling']}")
    for name in [name for name in answer if name.startswith(("recurrent", "greedy"))]:
        row = answer[name]
        cells = "  ".join(
            f"{part} {row[part]['share']:.3f} {row[part]['interval']}" for part in ("first_25", "first_50", "all")
        )
        print(f"{name:<26} {row['sites']:>4} sites  {row['km2']:.3f} km2  {cells}")
    print(f"density_clusters           {answer['density_clusters']}")


if __name__ == "__main__":
    main()
