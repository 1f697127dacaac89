"""Claim: places are found in simulated years with better precision and recall than by a greedy circle cover.

Peer, in the same run on the same reports: circles of 100 m that take most episodes first, with at least 3 reports.
Prints the mean of fresh seeds with the defaults, then curves over location error and over the share of repeats.
Usage: python benchmarks/city_score.py [SEEDS]
"""

from __future__ import annotations

import sys
from statistics import fmean
from typing import Any

from anlan.city.score import score

FIRST_SEED = 1001
ERRORS_M = (0, 25, 50, 75, 100, 150, 200, 300)
REPEATS = (0.0, 0.04, 0.1, 0.2, 0.4)


def main(seeds: int = 10) -> None:
    """Print one line for each setting."""
    head = f"{seeds} seeds from {FIRST_SEED}"
    print(f"{head:<30} precision, recall, sites |  peer: the same      | ratio of F1")
    line("defaults", seeds)
    for error in ERRORS_M:
        line(f"location error {error} m", seeds, error_m=float(error))
    for share in REPEATS:
        line(f"repeats {share:.0%}", seeds, duplicates=share)


def line(name: str, seeds: int, **setting: Any) -> None:
    """Score one setting over all seeds and print the means."""
    rows = [score(FIRST_SEED + n, **setting) for n in range(seeds)]
    own, peer = means(rows), means([row["greedy_cover"] for row in rows])
    told = [f"{one[0]:.3f}  {one[1]:.3f}  {one[2]:6.1f}" for one in (own, peer)]
    print(f"{name:<30} {told[0]} |       {told[1]} | {f1(own) / (f1(peer) or 1):.3f}", flush=True)


def means(rows: list[dict[str, Any]]) -> tuple[float, float, float]:
    """Return mean precision, recall and number of sites."""
    precision, recall, sites = (fmean(row[name] for row in rows) for name in ("precision", "recall", "sites"))
    return precision, recall, sites


def f1(one: tuple[float, float, float]) -> float:
    """Return the harmonic mean of precision and recall."""
    return 2 * one[0] * one[1] / ((one[0] + one[1]) or 1)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
