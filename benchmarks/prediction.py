"""Which method's places hold the most of the reports that come later? Norfolk, at equal area.

    python benchmarks/prediction.py [--json] [--radius 50 100 200] [--cut 2011-12-31 ...]

Each method ranks places by what was reported until the cut-off. Its discs (one radius) are taken in rank order until
their union covers the area that the first 25, the first 50 and all of `recurrent_places` cover. Printed: the share of
all later reports inside (hit rate), that share as a part of the best that any discs of this area could have held (PEI;
the best is itself a greedy choice among the later reports), the ceiling (later reports near *any* earlier one),
and the difference to `recurrent_places` with a 95 % interval that resamples later storms, the same for both.

DBSCAN, HDBSCAN (scikit-learn): a disc on each cluster's mean, most episodes, then most reports first. Kernel density:
the densest spots, each at least a radius from those taken. Grid: squares of a disc's area. Greedy: circles on reports.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
from typing import Any

import numpy as np
from scipy.spatial import cKDTree
from sklearn.cluster import DBSCAN, HDBSCAN

from anlan.analysis import Events, find_episodes, recurrent_places
from anlan.city.score import greedy_cover
from places import DRAWS, Centres, covering, read, union_of

CUTS = ("2011-12-31", "2012-12-31", "2013-12-31", "2014-12-31", "2015-12-31")


def ranked_clusters(xy: np.ndarray, episode: np.ndarray, label: np.ndarray) -> Centres:
    """Return the means of clusters, most episodes, then most reports first."""
    rows = [np.flatnonzero(label == one) for one in range(label.max() + 1)]
    rows.sort(key=lambda own: (-len(np.unique(episode[own])), -len(own), xy[own].mean(axis=0).tolist()))
    return np.array([xy[own].mean(axis=0) for own in rows]).reshape(-1, 2)


def densest(xy: np.ndarray, radius: float) -> Centres:
    """Return spots by kernel density (Gaussian, the radius its bandwidth), at least a radius from those taken."""
    tree = cKDTree(xy)
    near = tree.sparse_distance_matrix(tree, 4 * radius, output_type="ndarray")
    density = np.bincount(near["i"], np.exp(-0.5 * (near["v"] / radius) ** 2), len(xy))
    taken: list[np.ndarray] = []
    for row in np.lexsort((xy[:, 1], xy[:, 0], -density)):
        if not taken or np.hypot(*(np.array(taken) - xy[row]).T).min() >= radius:
            taken.append(xy[row])
    return np.array(taken)


def fullest_cells(xy: np.ndarray, episode: np.ndarray, radius: float) -> Centres:
    """Return the middles of grid cells with a disc's area, most episodes, then most reports first."""
    side = radius * np.sqrt(np.pi)
    cell, label = np.unique(np.floor(xy / side), axis=0, return_inverse=True)
    middle = (cell + 0.5) * side
    count = np.bincount(label.ravel())
    episodes = [len(np.unique(episode[label.ravel() == one])) for one in range(len(cell))]
    return middle[np.lexsort((middle[:, 1], middle[:, 0], -count, -np.array(episodes)))]


def best_later(later: np.ndarray, radius: float) -> Centres:
    """Return circles on later reports, each taking the most of those left."""
    near = cKDTree(later).query_ball_point(later, radius)
    free, centres = np.ones(len(later), dtype=bool), []
    while free.any():
        row = max(range(len(later)), key=lambda one: int(free[near[one]].sum()))
        free[near[row]] = False
        centres.append(later[row])
    return np.array(centres)


def methods(events: Events, radius: float) -> dict[str, Centres]:
    """Return each method's centres in rank order."""
    xy = np.column_stack([events.x, events.y])
    _, episode = find_episodes(events.day)
    ours = recurrent_places(events, radius_m=radius).places
    return {
        "recurrent_places": np.array([(place.x, place.y) for place in ours]).reshape(-1, 2),
        "greedy_cover": np.column_stack(greedy_cover(events, radius_m=radius, min_reports=2)),
        "dbscan": ranked_clusters(xy, episode, DBSCAN(eps=radius, min_samples=2).fit(xy).labels_),
        "hdbscan": ranked_clusters(xy, episode, HDBSCAN(min_cluster_size=2, copy=True).fit(xy).labels_),
        "kernel_density": densest(xy, radius),
        "grid": fullest_cells(xy, episode, radius),
    }


def inside(centres: Centres, later: np.ndarray, radius: float) -> np.ndarray:
    """Return which later reports lie in a disc."""
    if not len(centres):
        return np.zeros(len(later), dtype=bool)
    return cKDTree(centres).query(later)[0] <= radius


def compared(cut: str, radius: float, data: tuple[np.ndarray, ...]) -> dict[str, Any]:
    """Return the table of one cut-off and radius."""
    x, y, day = data
    before = day < (dt.date.fromisoformat(cut) - dt.date(1970, 1, 1)).days + 1
    known, later = Events(x[before], y[before], day[before]), np.column_stack([x, y])[~before]
    _, storm = find_episodes(day[~before])
    storm = storm - storm.min()
    draws = np.random.default_rng(0).integers(0, storm.max() + 1, (DRAWS, storm.max() + 1))
    weight = np.bincount(storm)[draws].sum(axis=1)
    centres = methods(known, radius)
    best = best_later(later, radius)
    ours = centres["recurrent_places"]
    answer: dict[str, Any] = {"cut": cut, "radius_m": radius, "earlier": len(known), "later": len(later)}
    answer["ceiling"] = round(float(inside(np.column_stack([known.x, known.y]), later, radius).mean()), 4)
    for part, count in (("first_25", 25), ("first_50", 50), ("all", len(ours))):
        area = union_of(ours[:count], radius)
        most = inside(covering(best, radius, area), later, radius).mean()
        base = inside(ours[:count], later, radius)
        rows = {}
        for name, ranked in centres.items():
            own = covering(ranked, radius, area)
            hit = inside(own, later, radius)
            apart = np.bincount(storm, hit.astype(float) - base)[draws].sum(axis=1) / weight
            rows[name] = {
                "places": len(own),
                "hit_rate": round(float(hit.mean()), 4),
                "pei": round(float(hit.mean() / most), 4),
                "difference": round(float(hit.mean() - base.mean()), 4),
                "interval": [round(float(value), 4) for value in np.percentile(apart, [2.5, 97.5])],
            }
        answer[part] = {"area_km2": round(area / 1e6, 3), "methods": rows}
    return answer


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--cut", nargs="+", default=list(CUTS))
    parser.add_argument("--radius", nargs="+", type=float, default=[50.0, 100.0, 200.0])
    asked = parser.parse_args()
    data = read()
    tables = [compared(cut, radius, data) for radius in asked.radius for cut in asked.cut]
    if asked.json:
        print(json.dumps(tables))
        return
    for table in tables:
        print(
            f"\nuntil {table['cut']}, {table['radius_m']:.0f} m: {table['earlier']} reports, {table['later']} later, ",
            end="",
        )
        print(f"ceiling {table['ceiling']:.3f}")
        for part in ("first_25", "first_50", "all"):
            print(f"  {part}: {table[part]['area_km2']} km2")
            for name, row in table[part]["methods"].items():
                low, high = row["interval"]
                told = f"PEI {row['pei']:.2f}  {row['difference']:+.3f} [{low:+.3f}, {high:+.3f}]"
                worse = "  better than ours" if low > 0 else ""
                print(f"    {name:<17}{row['places']:>4} discs  hit {row['hit_rate']:.3f}  {told}{worse}")


if __name__ == "__main__":
    main()
