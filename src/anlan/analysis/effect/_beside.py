"""What is shown beside the estimate: empirical Bayes, and the weighted displacement quotient."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats
from scipy.spatial import cKDTree

from anlan.analysis.events import BoolArray, FloatArray, IntArray
from anlan.analysis.failures import Failures

_LEAST_REFERENCES = 20


@dataclass(frozen=True)
class Bayes:
    """Hauer's empirical Bayes estimate, for comparison only.

    Attributes
    ----------
    ratio, low, high : float
        Failures after over those expected, with its interval.
    weight : float
        Of the reference places' mean in each treated place's own rate; the rest is its own history.
    label : str
        Always "not placebo-proof": places are known because they failed, which this estimate does not undo.
    """

    ratio: float
    low: float
    high: float
    weight: float
    label: str = "not placebo-proof"


@dataclass(frozen=True)
class Displacement:
    """The weighted displacement quotient of Bowers and Johnson (2003), over failures of places.

    Attributes
    ----------
    quotient, low, high : float or None
        Above 0: the ring gained too; below 0: trouble moved into it, below -1 more than was gained. None where the
        target did not improve beside the controls, or too few failures were seen.
    target, ring, controls : tuple of int
        Failures before and after at treated places, at untreated ones within 500 m, and at all others.
    refused : str or None
        Why it is not read.
    """

    quotient: float | None
    low: float | None
    high: float | None
    target: tuple[int, int]
    ring: tuple[int, int]
    controls: tuple[int, int]
    refused: str | None


def empirical_bayes_of(failures: Failures, treated: BoolArray, level: float) -> Bayes | None:
    """Draw each place's own history towards that of all known places, and compare what came after.

    A place is known from its first failure on, so the counts are those of a negative binomial without its zeros. None
    where there are too few untreated places, or the counts cannot be fitted.
    """
    before, after = failures.history, failures.fail[:, failures.before :].sum(axis=1).astype(float)
    known = before >= 1
    references, own = known & ~treated, known & treated
    if references.sum() < _LEAST_REFERENCES or not after[references].sum() or not own.any():
        return None
    shape, mean = _negative_binomial(before[known])
    weight = shape / (shape + mean)
    rate = weight * mean + (1 - weight) * before
    trend = float(after[references].sum() / rate[references].sum())
    expected = float(rate[own].sum() * trend)
    relative = float(((1 - weight) * rate[own]).sum() / rate[own].sum() ** 2 + 1 / after[references].sum())
    observed = float(after[own].sum())
    ratio = observed / expected / (1 + relative)
    reach = float(stats.norm.ppf(0.5 + level / 2) * np.sqrt(1 / max(observed, 1.0) + relative))
    return Bayes(ratio, ratio * float(np.exp(-reach)), ratio * float(np.exp(reach)), weight)


def _negative_binomial(counts: IntArray) -> tuple[float, float]:
    """Return shape and mean that make counts of 1 and more most likely."""
    values, many = np.unique(counts, return_counts=True)

    def cost(logs: FloatArray) -> float:
        shape, mean = np.exp(logs)
        share = shape / (shape + mean)
        logs_of_each = stats.nbinom.logpmf(values, shape, share) - np.log1p(-np.exp(shape * np.log(share)))
        return -float((many * logs_of_each).sum())

    # Counts of hardly anything but 1 fit ever smaller shapes equally well; the bounds stop there.
    best = optimize.minimize(cost, [0.0, 0.0], bounds=[(-4.0, 6.0), (-6.0, 4.0)], method="L-BFGS-B")
    shape, mean = np.exp(best.x)
    return float(shape), float(mean)


def displacement_of(
    failures: Failures, treated: BoolArray, ring_m: float, draws: int, seed: int, level: float
) -> Displacement | None:
    """Compare treated places, the ring around them and all others, before and after; storms are drawn anew."""
    if not failures.before or not failures.after:
        return None
    xy = np.column_stack([failures.x, failures.y])
    apart, _ = cKDTree(xy[treated]).query(xy)
    groups = (treated, ~treated & (apart <= ring_m), ~treated & (apart > ring_m))
    counts = np.array([failures.fail[group].sum(axis=0) for group in groups], dtype=np.int64)
    before, after = counts[:, : failures.before], counts[:, failures.before :]
    (a, b, c), (a2, b2, c2) = before.sum(axis=1).tolist(), after.sum(axis=1).tolist()
    counted: dict[str, tuple[int, int]] = {"target": (a, a2), "ring": (b, b2), "controls": (c, c2)}
    if min(a, b, c, c2) < 5:
        return Displacement(
            None, None, None, **counted, refused="too few failures in the target, the ring or elsewhere"
        )
    if a2 / c2 >= a / c:
        return Displacement(None, None, None, **counted, refused="the target did not improve beside the other places")
    drawn = _drawn(before, after, draws, np.random.default_rng(seed))
    low, high = _interval(drawn, level) if len(drawn) > draws / 2 else (None, None)
    return Displacement((b2 / c2 - b / c) / (a2 / c2 - a / c), low, high, **counted, refused=None)


def _interval(drawn: list[float], level: float) -> tuple[float, float]:
    low, high = np.percentile(drawn, [50 * (1 - level), 50 * (1 + level)])
    return float(low), float(high)


def _drawn(before: IntArray, after: IntArray, draws: int, dice: np.random.Generator) -> list[float]:
    """Return quotients over storms drawn anew, where the target improved; the others have no reading."""
    found = []
    for _ in range(draws):
        a, b, c = before[:, dice.integers(0, before.shape[1], before.shape[1])].sum(axis=1)
        a2, b2, c2 = after[:, dice.integers(0, after.shape[1], after.shape[1])].sum(axis=1)
        if c and c2 and a2 / c2 < a / c:
            found.append(float((b2 / c2 - b / c) / (a2 / c2 - a / c)))
    return found
