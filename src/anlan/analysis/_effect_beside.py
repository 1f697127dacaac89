"""What is shown beside the estimate: empirical Bayes, and the weighted displacement quotient."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats
from scipy.spatial import cKDTree

from anlan.analysis.events import BoolArray, IntArray
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
    """Weigh each treated place's own history with the mean of the untreated places; None without enough of them."""
    before, after = failures.history.astype(float), failures.fail[:, failures.before :].sum(axis=1).astype(float)
    references = ~treated & (before >= 1)
    mean = float(before[references].mean()) if references.sum() >= _LEAST_REFERENCES else 0.0
    if not mean or not after[references].sum():
        return None
    variance = float(before[references].var(ddof=1))
    weight = min(1.0, mean / variance) if variance > 0 else 1.0
    trend = float(after[references].sum() / before[references].sum())
    own = weight * mean + (1 - weight) * before[treated]
    expected = float(own.sum() * trend)
    spread = float((own * (1 - weight)).sum() * trend**2 + expected**2 / after[references].sum())
    observed = float(after[treated].sum())
    scale = 1 + spread / expected**2
    ratio = observed / expected / scale
    error = np.sqrt((1 / max(observed, 1.0)) + spread / expected**2)
    reach = float(stats.norm.ppf(0.5 + level / 2)) * error
    return Bayes(ratio, ratio * float(np.exp(-reach)), ratio * float(np.exp(reach)), weight)


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
    told: dict[str, tuple[int, int]] = {"target": (a, a2), "ring": (b, b2), "controls": (c, c2)}
    if min(a, b, c, c2) < 5:
        return Displacement(None, None, None, **told, refused="too few failures in the target, the ring or elsewhere")
    if a2 / c2 >= a / c:
        return Displacement(None, None, None, **told, refused="the target did not improve beside the other places")
    drawn = _drawn(before, after, draws, np.random.default_rng(seed))
    low, high = _interval(drawn, level) if len(drawn) > draws / 2 else (None, None)
    return Displacement((b2 / c2 - b / c) / (a2 / c2 - a / c), low, high, **told, refused=None)


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
