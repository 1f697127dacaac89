"""Claim: `near_repeat` counts all bands under 999 permutations in a fraction of the time of `pointpats`' Knox test.

    python benchmarks/near_repeat.py [--json] [--incidents 10000]

Peer, in the same run on the same incidents: `pointpats.Knox` with one distance and one time band and 99 permutations
(its time is taken times 999/99). The pairs of that band must agree.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import time
from typing import Any

import numpy as np

from anlan.analysis import near_repeat

METRES, DAYS = 400.0, 14.0


def measured(incidents: int) -> dict[str, Any]:
    """Return one row."""
    draw = np.random.default_rng(0)
    x, y = draw.uniform(0, 20_000, (2, incidents))
    day = np.floor(draw.uniform(0, 730, incidents))
    near_repeat(x[:100], y[:100], day[:100], distance_bands_m=[METRES], day_bands=[DAYS], replications=19)
    taken = []
    for _ in range(3):
        start = time.perf_counter()
        found = near_repeat(x, y, day, distance_bands_m=[100, 200, METRES], day_bands=[7, DAYS, 28])
        taken.append(time.perf_counter() - start)
    own = statistics.median(taken)
    row: dict[str, Any] = {"incidents": incidents, "close_pairs": found.close_pairs, "bands": len(found.bands)}
    row |= {"anlan_s": round(own, 3)}
    try:
        from pointpats import Knox
    except ImportError:
        return row | {"pointpats_s": None}
    start = time.perf_counter()
    peer = Knox(np.column_stack([x, y]), day[:, None], delta=METRES, tau=DAYS, permutations=99)
    peer_s = (time.perf_counter() - start) * 999 / 99
    inside = sum(band.observed for band in found.bands if band.to_day <= DAYS)
    assert inside == peer.statistic_, (inside, peer.statistic_)
    row |= {"pointpats_s": round(peer_s, 3), "ratio": round(peer_s / own, 1)}
    return row | {"peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}


def main() -> None:
    """Print the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--incidents", nargs="+", type=int, default=[2_000, 10_000])
    asked = parser.parse_args()
    rows = [measured(incidents) for incidents in asked.incidents]
    print(json.dumps(rows) if asked.json else "\n".join(str(row) for row in rows))


if __name__ == "__main__":
    main()
