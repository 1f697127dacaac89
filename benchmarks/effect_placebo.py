"""Claim: where a measure did nothing, the 95 % interval of `before_after` holds 1 about 95 times in a hundred.

    python benchmarks/effect_placebo.py [--json] [--draws 2000] [--norfolk-draws 2000]

Cities are simulated without any effect; 25 places are `treated`: at random among those with at least two failures,
the worst, or those that failed most recently. Printed for each kind of city and each choice: the share of intervals
that hold 1, the mean ratio, the share of draws without an answer, and in cities with a true halving the power. Cities
whose rates drift strongly (SD 0.6 a year in log rate) are reported, not gated. Then Norfolk, where no works are known:
random choices, and the worst and most recent at each cut-off. Beside it, on the same draws, the naive peer: failures
after over failures before, at treated places over all others, with a Poisson interval.

Ends with status 1 where the mean coverage of a choice leaves 93-97 %, or a cell without drift falls below 91 %.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import math
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import numpy as np
from numpy.random import Generator

from anlan.analysis import Events, Failures, before_after, cover_places, failures_of

TREATED = 25
CHOICES = ("random", "worst", "recent")
CUTS = ("2012-12-31", "2013-12-31", "2014-12-31", "2015-12-31")


def gamma_city(dice: Generator, *, places: int = 300, before: int = 24, after: int = 24, shape: float = 1.0,
               rate: float = 0.08, storms: float = 2.0) -> np.ndarray:  # fmt: skip
    """Return expected failures: places with gamma rates, storms with gamma strengths."""
    return dice.gamma(shape, rate / shape, (places, 1)) * dice.gamma(storms, 1 / storms, before + after)


def quarters_city(dice: Generator, *, drift: float = 0.0) -> np.ndarray:
    """Return expected failures where each storm hits the six quarters of the city unlike each other."""
    rates = gamma_city(dice)
    return rates * dice.gamma(1.5, 1 / 1.5, (6, rates.shape[1]))[dice.integers(0, 6, len(rates))]


def chronic_city(dice: Generator) -> np.ndarray:
    """Return expected failures where a tenth of the places fail often and the others hardly ever."""
    rate = np.where(dice.random((400, 1)) < 0.1, 0.25, 0.04)
    return rate * dice.lognormal(-0.32, 0.8, 48)


def drifting_city(dice: Generator, *, yearly: float) -> np.ndarray:
    """Return expected failures where each place's log rate walks, six storms a year."""
    rates = gamma_city(dice)
    walk = np.cumsum(dice.normal(0, yearly, (len(rates), rates.shape[1] // 6)), axis=1)
    return rates * np.exp(np.repeat(walk - walk.mean(axis=1, keepdims=True), 6, axis=1))


KINDS: dict[str, Callable[[Generator], np.ndarray]] = {
    "plain": gamma_city,
    "few very bad places": lambda dice: gamma_city(dice, shape=0.4),
    "places much alike": lambda dice: gamma_city(dice, shape=4.0, rate=0.1),
    "storms unlike": lambda dice: gamma_city(dice, storms=0.6),
    "storms hit quarters": quarters_city,
    "chronic and rare": chronic_city,
    "many rare places": lambda dice: gamma_city(dice, places=800, rate=0.035),
    "short history": lambda dice: gamma_city(dice, before=14, after=20, rate=0.12),
    "long after": lambda dice: gamma_city(dice, before=20, after=60),
    "drift 0.2": lambda dice: drifting_city(dice, yearly=0.2),
}
DRIFTING: dict[str, Callable[[Generator], np.ndarray]] = {"drift 0.6": lambda dice: drifting_city(dice, yearly=0.6)}
BEFORE = {"short history": 14, "long after": 20}


def chosen(choice: str, fail: np.ndarray, before: int, dice: Generator) -> np.ndarray:
    """Return the places that are pretended mended."""
    early = fail[:, :before]
    count, shuffled = early.sum(axis=1), dice.random(len(fail))
    if choice == "random":
        return np.lexsort((shuffled, count < 2))[:TREATED]
    if choice == "worst":
        return np.lexsort((shuffled, -count))[:TREATED]
    last = np.where(early.any(axis=1), before - early[:, ::-1].argmax(axis=1), 0)
    return np.lexsort((shuffled, -last, count < 2))[:TREATED]


def naive(fail: np.ndarray, before: int, treated: np.ndarray) -> bool:
    """Return whether the raw before/after ratio, over that of the other places, has an interval that holds 1."""
    mask = np.isin(np.arange(len(fail)), treated)
    counts = [fail[rows][:, part].sum() for rows in (mask, ~mask) for part in (slice(before), slice(before, None))]
    if min(counts) == 0:
        return True
    log = math.log(counts[1] / counts[0] * counts[2] / counts[3])
    return abs(log) <= 1.96 * math.sqrt(sum(1 / one for one in counts))


def cell(kind: str, effect: float, draws: int) -> dict[str, dict[str, float]]:
    """Draw cities of one kind and return what each choice gave."""
    dice = np.random.default_rng([*kind.encode(), int(100 * effect)])
    make, before = {**KINDS, **DRIFTING}[kind], BEFORE.get(kind, 24)
    held: dict[str, list[Any]] = {choice: [] for choice in CHOICES}
    for _ in range(draws):
        rates = make(dice)
        fail = dice.random(rates.shape) < 1 - np.exp(-rates)
        known = fail[:, :before].any(axis=1)
        fail = fail[known]
        spared = dice.random(fail.shape) < effect
        for choice in CHOICES:
            treated = chosen(choice, fail, before, dice)
            seen = fail.copy()
            seen[treated, before:] &= spared[treated, before:]
            nowhere = np.zeros(len(fail))
            found = before_after(Failures(seen, before, nowhere, nowhere), treated=treated, draws=0)
            held[choice].append((found.low, found.high, found.log_ratio, naive(seen, before, treated)))
    return {choice: summed(rows) for choice, rows in held.items()}


def summed(rows: list[Any]) -> dict[str, float]:
    """Return coverage, mean ratio, share without an answer, power to see a fall, and the naive coverage."""
    told = [row for row in rows if row[0] is not None]
    return {
        "coverage": float(np.mean([low <= 1 <= high for low, high, *_ in told])) if told else math.nan,
        "ratio": float(np.exp(np.mean([row[2] for row in told]))) if told else math.nan,
        "no_answer": 1 - len(told) / len(rows),
        "fell": float(np.mean([high < 1 for _, high, *_ in told])) if told else math.nan,
        "naive": float(np.mean([row[3] for row in rows])),
    }


def norfolk(draws: int) -> dict[str, Any]:
    """Return Norfolk's table: no works are known there, so every answer should be `no difference`."""
    from places import read

    x, y, day = read()
    events, answer = Events(x, y, day), {}
    for cut in CUTS:
        since = (dt.date.fromisoformat(cut) - dt.date(1970, 1, 1)).days + 1
        centres = cover_places(events, before=since)
        table = failures_of(events, x=centres[:, 0], y=centres[:, 1], since=since)
        dice = np.random.default_rng(since)
        rows: dict[str, Any] = {"places": len(centres), "twice": int((table.history >= 2).sum())}
        nowhere = Failures(table.fail, table.before, *np.zeros((2, len(centres))))
        drawn = [before_after(nowhere, treated=chosen("random", table.fail, table.before, dice), draws=0)
                 for _ in range(draws)]  # fmt: skip
        rows["random"] = summed([(one.low, one.high, one.log_ratio, True) for one in drawn])
        for choice in ("worst", "recent"):
            found = before_after(nowhere, treated=chosen(choice, table.fail, table.before, dice), draws=0)
            rows[choice] = [found.ratio, found.low, found.high]
        answer[cut] = rows
    return answer


def main() -> None:
    """Measure, print, and fail where the claim does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--norfolk-draws", type=int, default=2000)
    asked = parser.parse_args()
    kinds = [*KINDS, *DRIFTING]
    with ProcessPoolExecutor(2) as pool:
        nothing = dict(zip(kinds, pool.map(cell, kinds, [1.0] * len(kinds), [asked.draws] * len(kinds)), strict=True))
        fewer = max(50, asked.draws // 4)
        halved = dict(zip(kinds, pool.map(cell, kinds, [0.5] * len(kinds), [fewer] * len(kinds)), strict=True))
    means = {choice: float(np.mean([nothing[kind][choice]["coverage"] for kind in KINDS])) for choice in CHOICES}
    least = min(nothing[kind][choice]["coverage"] for kind in KINDS for choice in CHOICES)
    answer = {"draws": asked.draws, "mean_coverage": means, "least_coverage": least, "no_effect": nothing,
              "halving": halved, "norfolk": norfolk(asked.norfolk_draws)}  # fmt: skip
    if asked.json:
        print(json.dumps(answer))
    else:
        said(answer)
    sys.exit(0 if least >= 0.91 and all(0.93 <= one <= 0.97 for one in means.values()) else 1)


def said(answer: dict[str, Any]) -> None:
    """Print the tables."""
    print(f"{answer['draws']} draws a cell; coverage of the 95 % interval, mean ratio, power at a true halving, naive")
    for kind, row in answer["no_effect"].items():
        told = "   ".join(
            f"{choice} {row[choice]['coverage']:.3f} x{row[choice]['ratio']:.2f} "
            f"({answer['halving'][kind][choice]['fell']:.2f}, {row[choice]['naive']:.2f})"
            for choice in CHOICES
        )
        print(f"  {kind:<20} {told}")
    print("  mean without strong drift:", {name: round(one, 4) for name, one in answer["mean_coverage"].items()})
    print(f"  least: {answer['least_coverage']:.3f}")
    for cut, row in answer["norfolk"].items():
        ends = {choice: [round(one, 2) if one else None for one in row[choice]] for choice in ("worst", "recent")}
        known = f"{row['twice']} of {row['places']} places twice"
        print(f"  Norfolk {cut}: {known}; random {row['random']['coverage']:.3f}; {ends}")


if __name__ == "__main__":
    main()
