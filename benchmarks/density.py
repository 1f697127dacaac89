"""Claim: exact DBSCAN at a multiple of the speed of scikit-learn's and of PyPI `dbscan`, on the same points.

    python benchmarks/density.py [--json] [--points 1000000] [--peers-up-to 1000000]

Clustered points (70 % within about 60 m of 200-point centres, the rest anywhere), radius 50 m, at least 5 points. The
whole call, warm, median of 5 (peers once); the peers' core points and noise are compared too.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from anlan.analysis import density_clusters

RADIUS_M, LEAST = 50.0, 5


def clustered(points: int) -> np.ndarray:
    """Return points on a square that grows with their number, as a city of cities does."""
    draw = np.random.default_rng(0)
    width = 40_000 * np.sqrt(points / 1e6)
    centre = draw.uniform(0, width, (points // 200, 2))
    xy = centre[draw.integers(0, len(centre), points)] + draw.normal(0, 60, (points, 2))
    anywhere = draw.random(points) < 0.3
    xy[anywhere] = draw.uniform(0, width, (int(anywhere.sum()), 2))
    return xy


def seconds(act: Callable[[], Any], times: int) -> tuple[float, Any]:
    """Return the median time of an act, and its last answer."""
    taken, answer = [], None
    for _ in range(times):
        start = time.perf_counter()
        answer = act()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken), answer


def measured(points: int, peers: bool) -> dict[str, Any]:
    """Return one row of the table."""
    xy = clustered(points)
    density_clusters(xy[:1000, 0], xy[:1000, 1], radius_m=RADIUS_M, min_count=LEAST)
    own, found = seconds(lambda: density_clusters(xy[:, 0], xy[:, 1], radius_m=RADIUS_M, min_count=LEAST), 5)
    row: dict[str, Any] = {"points": points, "clusters": found.clusters, "anlan_s": round(own, 3)}
    if peers:
        from sklearn import cluster

        taken, fitted = seconds(lambda: cluster.DBSCAN(eps=RADIUS_M, min_samples=LEAST, n_jobs=-1).fit(xy), 1)
        assert np.array_equal(np.flatnonzero(found.core), fitted.core_sample_indices_)
        assert np.array_equal(found.labels == -1, fitted.labels_ == -1)
        row |= {"scikit_learn_s": round(taken, 3), "scikit_learn_ratio": round(taken / own, 1)}
        try:
            from dbscan import DBSCAN
        except ImportError:
            row["dbscan_s"] = None
        else:
            taken, (label, core) = seconds(lambda: DBSCAN(xy, eps=RADIUS_M, min_samples=LEAST), 1)
            assert np.array_equal(found.core, core)
            assert np.array_equal(found.labels == -1, label == -1)
            row |= {"dbscan_s": round(taken, 3), "dbscan_ratio": round(taken / own, 1)}
    row["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return row


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--points", nargs="+", type=int, default=[1_000_000])
    parser.add_argument("--peers-up-to", type=int, default=1_000_000)
    asked = parser.parse_args()
    rows = [measured(points, points <= asked.peers_up_to) for points in asked.points]
    print(json.dumps(rows) if asked.json else "\n".join(str(row) for row in rows))


if __name__ == "__main__":
    main()
