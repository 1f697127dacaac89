"""The usual: between which two counts a day of calls lies, as long as nothing special is going on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from anlan.analysis._result import Result
from anlan.analysis.events import BoolArray, FloatArray, IntArray
from anlan.analysis.revisions import REVISIONS

_LEAST_CYCLES = 3
_UNUSUAL = 2.58  # standardised Anscombe residual from which a past day weighs less (Noufaily et al.)
_TAKEN = 0.9165  # of the variance is left by these weights where nothing was unusual (normal residuals)
_LOOKS = 4  # at the weights: one alone lets a great outbreak hide behind the spread that it makes itself
_STEPS, _CLOSE = 25, 1e-6
_PRIOR = 1.0  # precision of trend and weekdays on the log scale: finite where a weekday never had a call


@dataclass(frozen=True, eq=False)
class UsualRange(Result):
    """The outcome of `usual_range`, one value for each series.

    Attributes
    ----------
    low, high : ndarray of int, shape (k,)
        The band, both ends within: `level` of all usual days lie in it, at most half of the rest on either side.
    expected : ndarray of float, shape (k,)
        The count to be expected.
    overdispersion : ndarray of float, shape (k,)
        Variance over mean; 1 where calls come independently, more where they come in bursts.
    weights : ndarray of float, shape (n, k)
        What each past count weighed; 0 where it was not known, less than the others where it was itself unusual.
    parameters : mapping
        What was asked, and the revision of the method.
    """

    low: IntArray
    high: IntArray
    expected: FloatArray
    overdispersion: FloatArray
    weights: FloatArray
    parameters: Mapping[str, Any]

    def compare(self, counts: npt.ArrayLike) -> tuple[Literal["below", "usual", "above"], ...]:
        """Say of each series' count how it stands against the band.

        Examples
        --------
        >>> from anlan.analysis import usual_range
        >>> usual_range([12, 9, 11, 10, 8, 13, 10] * 4).compare([40])
        ('above',)
        """
        given = np.atleast_1d(np.asarray(counts, np.float64))
        if given.shape != self.low.shape:
            raise ValueError(f"give one count for each of the {len(self.low)} series, not shape {given.shape}")
        return tuple(
            "below" if count < low else "above" if count > high else "usual"
            for count, low, high in zip(given, self.low, self.high, strict=True)
        )


def usual_range(
    counts: npt.ArrayLike, *, cycle: int = 7, level: float = 0.95, trend: bool = True, ahead: int = 1
) -> UsualRange:
    """Say between which two counts the next day lies if it is like the days before it.

    A quasi-Poisson regression with a trend and a level for each day of the cycle, in which days that were themselves
    unusual (outbreaks, and days without a line) weigh less: the surveillance algorithm of Farrington, as made flexible
    by Noufaily. The band holds the spread of the counts and what the past leaves uncertain.

    Long because its parameters are documented here, with an example.

    Parameters
    ----------
    counts : array_like of float, shape (n,) or (n, k)
        Counts of the past in order of time, equally spaced, the newest last; k series are told apart by columns.
        NaN where a count is not known.
    cycle : int
        Length of the pattern that comes again, in counts: 7 for days of the week, 1 for none.
    level : float
        Share of usual days that lie in the band.
    trend : bool
        Whether the counts may rise or fall steadily.
    ahead : int
        How many counts after the last one the asked one lies; more than 1 where the newest are left out, so that an
        outbreak that is on does not pass for usual.

    Returns
    -------
    UsualRange

    Raises
    ------
    ValueError
        For counts that are negative, infinite or of another shape, fewer than three cycles (or ten) known counts in a
        series, or a `level` that is no share.

    Notes
    -----
    log m = a + trend + day of the cycle, variance phi m; deviations have a weak prior (standard deviation 1). Counts
    whose standardised Anscombe residual s exceeds 2.58 weigh s^-2 beside the others. (Farrington weighs high counts
    down only; here low ones too, since the band has a lower end.) The band is that of the negative binomial
    distribution with the mean m and the variance phi m + m^2 se^2, widened by the ratio of the quantiles of t and of
    the normal distribution because phi is estimated. Counts are whole, so that a band of small ones holds more than
    `level`. It assumes that days are independent given trend and cycle.

    References
    ----------
    C. P. Farrington, N. J. Andrews, A. D. Beale, M. A. Catchpole (1996): A statistical algorithm for the early
    detection of outbreaks of infectious disease. Journal of the Royal Statistical Society A 159, 547-563. A. Noufaily,
    D. G. Enki, P. Farrington, P. Garthwaite, N. Andrews, A. Charlett (2013): An improved algorithm for outbreak
    detection in multiple surveillance systems. Statistics in Medicine 32, 1206-1222.

    Examples
    --------
    Eight weeks, busier on the sixth and seventh day, with a storm in the fifth week:

    >>> import numpy as np
    >>> from anlan.analysis import usual_range
    >>> calls = np.random.default_rng(1).poisson([20, 20, 20, 20, 20, 40, 40] * 8)
    >>> calls[30] = 300
    >>> usual = usual_range(calls)
    >>> usual.low.tolist(), usual.high.tolist(), bool(usual.weights[30, 0] < 0.01)
    ([11], [31], True)
    """
    known, past = _checked(counts, cycle, level, ahead)
    design, asked = _design(len(past), cycle, trend, ahead)
    log_mean, phi, variance, weights, freedom = _fitted(design, asked, past, known)
    z = NormalDist().inv_cdf((1 + level) / 2)
    wider = (_student(z, freedom) / z) ** 2
    mean = np.exp(log_mean)
    bands = [_band(m, v, level) for m, v in zip(mean, wider * (phi * mean + mean**2 * variance), strict=True)]
    ends = np.array(bands, np.int64).reshape(-1, 2)
    found = (ends[:, 0].copy(), ends[:, 1].copy(), mean, phi, weights)
    for values in found:
        values.setflags(write=False)
    asked_for = {"cycle": cycle, "level": level, "trend": trend, "ahead": ahead, "revision": REVISIONS["usual_range"]}
    return UsualRange(*found, MappingProxyType(asked_for))


def _checked(counts: npt.ArrayLike, cycle: int, level: float, ahead: int) -> tuple[BoolArray, FloatArray]:
    """Return which counts are known, and the counts as columns."""
    past = np.array(counts, np.float64)
    past = past[:, None] if past.ndim == 1 else past
    if past.ndim != 2:
        raise ValueError(f"counts must be one column or several, not an array of shape {past.shape}")
    if np.isinf(past).any() or (past < 0).any():
        raise ValueError("counts must be 0 or more; write NaN where one is not known")
    for name, value in (("cycle", cycle), ("ahead", ahead)):
        if value != int(value) or value < 1:
            raise ValueError(f"{name} must be a whole number from 1, not {value}")
    if not 0.5 <= level < 1:
        raise ValueError(f"level is a share such as 0.95, not {level}")
    known = ~np.isnan(past)
    least = max(_LEAST_CYCLES * cycle, 10)
    if past.shape[1] and (few := int(known.sum(axis=0).min())) < least:
        raise ValueError(f"the usual needs {least} known counts or more, not {few}")
    return known, np.where(known, past, 0.0)


def _design(length: int, cycle: int, trend: bool, ahead: int) -> tuple[FloatArray, FloatArray]:
    """Return the rows of the past and the row that is asked for: level, trend, day of the cycle."""
    at = np.arange(length + ahead)
    rows = [np.ones(len(at))]
    if trend:
        rows.append(2 * at / max(length - 1, 1) - 1)
    if cycle > 1:
        rows += list((at % cycle == np.arange(cycle)[:, None]).astype(np.float64))
    design = np.column_stack(rows)
    return design[:length], design[-1]


def _fitted(
    design: FloatArray, asked: FloatArray, past: FloatArray, known: BoolArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return log mean, overdispersion, variance of the log mean, weights and degrees of freedom, for all series."""
    n = known.sum(axis=0)
    counts = past + 0.5 / n  # no series is nought for ever
    products = (design[:, :, None] * design[:, None, :]).reshape(len(design), -1)
    prior = np.diag([0.0] + [_PRIOR] * (design.shape[1] - 1))
    weights = known.astype(np.float64)
    beta = np.zeros((counts.shape[1], design.shape[1]))
    beta[:, 0] = np.log((counts * weights).sum(axis=0) / n)
    for look in range(_LOOKS + 1):
        beta, mean, inverse = _regressed(design, products, prior, counts, weights, beta)
        leverage = np.einsum("ni,kij,nj->nk", design, inverse, design) * mean * weights
        freedom = np.maximum(n - leverage.sum(axis=0), 1.0)
        spread = (weights * (counts - mean) ** 2 / mean).sum(axis=0) / freedom
        phi = np.maximum(spread / (_TAKEN if look else 1.0), 1.0)
        if look < _LOOKS:
            weights = _weighed(counts, mean, phi, leverage, known, n)
    variance = phi * (asked @ inverse @ asked)
    return beta @ asked, phi, variance, weights, freedom


def _regressed(
    design: FloatArray,
    products: FloatArray,
    prior: FloatArray,
    counts: FloatArray,
    weights: FloatArray,
    beta: FloatArray,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Fit by Newton's method, from where the last fit stood; return coefficients, means, inverse information."""
    width = design.shape[1]
    for _ in range(_STEPS):
        mean = np.exp(np.clip(design @ beta.T, -20, 40))
        information = ((weights * mean).T @ products).reshape(-1, width, width) + prior
        slope = (weights * (counts - mean)).T @ design - beta @ prior
        step = np.clip(np.linalg.solve(information, slope[:, :, None])[:, :, 0], -3, 3)
        beta = beta + step
        if np.abs(step).max(initial=0.0) < _CLOSE:
            break
    return beta, np.asarray(mean, np.float64), np.asarray(np.linalg.inv(information), np.float64)


def _weighed(
    counts: FloatArray, mean: FloatArray, phi: FloatArray, leverage: FloatArray, known: BoolArray, n: IntArray
) -> FloatArray:
    """Weigh unusual counts down, and all of them so that they add up to as many as there are."""
    apart = 1.5 * (counts ** (2 / 3) - mean ** (2 / 3)) / mean ** (1 / 6)
    residual = np.abs(apart) / np.sqrt(phi * np.maximum(1 - leverage, 0.05))
    weights = np.where(residual > _UNUSUAL, np.maximum(residual, 1.0) ** -2, 1.0) * known
    scaled: FloatArray = weights * n / weights.sum(axis=0)
    return scaled


def _student(z: float, freedom: FloatArray) -> FloatArray:
    """Return the quantile of t from the normal one (Fisher's expansion, two terms)."""
    return z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)


def _band(mean: float, variance: float, level: float) -> tuple[int, int]:
    """Return the quantiles of a negative binomial distribution; of Poisson's where the variance is the mean.

    Its chances are added up over all counts that matter, each from the one before.
    """
    size = mean**2 / max(variance - mean, 1e-9 * mean)
    spread = 12 * math.sqrt(variance)
    first, last = max(0, math.floor(mean - spread)), math.ceil(mean + spread + 40 * variance / mean)
    count = np.arange(first + 1, last + 1)
    log_chance = np.concatenate([[0.0], np.cumsum(np.log((count - 1 + size) / count * (mean / (mean + size))))])
    chance = np.exp(log_chance - log_chance.max())
    below = np.cumsum(chance) / chance.sum()
    low, high = np.searchsorted(below, [(1 - level) / 2, (1 + level) / 2])
    return first + int(low), first + int(high)
