"""How well the miner finds the simulated places, from the reports alone, beside a greedy circle cover."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.spatial import cKDTree

from anlan.analysis import Events, find_episodes, recurrent_places
from anlan.city.town.ground import PLANE
from anlan.city.year.flood import FloodYear, simulate
from anlan.city.year.flood_reports import DUPLICATES
from anlan.geo import to_wgs84

Floats = NDArray[np.float64]
WITHIN_M: Final = 100.0


@dataclass(frozen=True)
class Score:
    """Shares of mined places that are true, and of true places that were mined, one to one within 100 m."""

    precision: float
    recall: float
    sites: int
    median_offset_m: float | None


def events_of(year: FloodYear) -> Events:
    """Return what the miner may see: the reports that have a point, in metres and days."""
    rows = [row for row in year.reports if row["lon"] is not None]
    lon, lat = np.array([row["lon"] for row in rows]), np.array([row["lat"] for row in rows])
    shifted = np.array([row["crs"] == "GCJ-02" for row in rows])
    lon[shifted], lat[shifted] = to_wgs84(lon[shifted], lat[shifted], "GCJ-02")
    x, y = PLANE.forward(lon, lat)
    return Events(x, y, [row["received_at"].timestamp() / 86400 for row in rows])


def scored(x: Floats, y: Floats, year: FloodYear) -> Score:
    """Match mined places to true ones one to one (the most pairs within 100 m, then the least distance in all)."""
    if not len(x):
        return Score(0.0, 0.0, 0, None)
    distance = np.hypot(x[:, None] - year.place_x[None, :], y[:, None] - year.place_y[None, :])
    cost = np.where(distance <= WITHIN_M, distance - 1e6, 0.0)
    rows, columns = linear_sum_assignment(cost)
    offsets = distance[rows, columns][cost[rows, columns] < 0]
    median = float(np.median(offsets)) if len(offsets) else None
    return Score(len(offsets) / len(x), len(offsets) / len(year.place_x), len(x), median)


def greedy_cover(events: Events, *, radius_m: float = 100.0, min_reports: int = 3) -> tuple[Floats, Floats]:
    """Return the peer: circles on reports, the one with most episodes, then reports, first; at least two episodes."""
    _, episode = find_episodes(events.day)
    points = np.column_stack([events.x, events.y])
    near = cKDTree(points).query_ball_point(points, radius_m)
    free = np.ones(len(points), dtype=bool)
    found_x: list[float] = []
    found_y: list[float] = []
    while True:
        best, members = (0, 0), np.empty(0, dtype=int)
        for i in np.flatnonzero(free):
            mine = np.array([j for j in near[i] if free[j]])
            if (key := (len(np.unique(episode[mine])), len(mine))) > best:
                best, members = key, mine
        if best[0] < 2:
            return np.array(found_x), np.array(found_y)
        free[members] = False
        if best[1] >= min_reports:
            found_x.append(float(events.x[members].mean()))
            found_y.append(float(events.y[members].mean()))


def score(
    seed: int, *, error_m: float | None = None, duplicates: float = DUPLICATES, peer: bool = True
) -> dict[str, Any]:
    """Simulate a year, mine its reports with the defaults, and score what was found."""
    year = simulate(seed, error_m=error_m, duplicates=duplicates)
    events = events_of(year)
    found = recurrent_places(events)
    x, y = np.array([place.x for place in found.places]), np.array([place.y for place in found.places])
    answer: dict[str, Any] = {
        "seed": seed,
        **_plain(scored(x, y, year)),
        "places": len(year.place_x),
        "reports": len(year.reports),
        "without_point": len(year.reports) - len(events),
        "min_reports": found.min_reports,
    }
    if peer:
        answer["greedy_cover"] = _plain(scored(*greedy_cover(events), year))
    return answer


def _plain(found: Score) -> dict[str, Any]:
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in asdict(found).items()}
