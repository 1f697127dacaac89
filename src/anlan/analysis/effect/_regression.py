"""A storm-stratified history regression: did treated places fail less often after, given how often they had failed?

Rows are places in storms. `log E[fail] = storm + b1 l + b2 l^2 + d (treated and after)` with `l = log(H / 2)`, H the
failures in the *other* before-storms; the storm terms are profiled out, as in a conditional Poisson regression.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

from anlan.analysis.events import BoolArray, FloatArray, IntArray

_LEAST_HISTORY = 2
_STEPS = 60
_HALVINGS = 40
_CLOSE = 1e-10


@dataclass(frozen=True)
class Rows:
    """Places in storms, in use: failures (0/1), history, and who was treated already."""

    site: IntArray
    storm: IntArray
    fail: FloatArray
    history: IntArray
    treated: BoolArray
    after: BoolArray

    @classmethod
    def of(cls, fail: BoolArray, before: int, treated: BoolArray) -> Rows:
        """Take the rows with at least two failures in other before-storms; storms without a failure say nothing."""
        known = fail[:, :before].sum(axis=1)
        history = np.repeat(known[:, None], fail.shape[1], axis=1)
        history[:, :before] -= fail[:, :before]
        used = history >= _LEAST_HISTORY
        used &= (fail & used).any(axis=0)
        site, storm = np.nonzero(used)
        after = storm >= before
        return cls(site, storm, fail[used].astype(float), history[used], treated[site] & after, after)

    def columns(self, squared: bool) -> FloatArray:
        """Return the design: treatment first, then history and, where asked, its square."""
        log = np.log(self.history / _LEAST_HISTORY)
        return np.column_stack([self.treated, log, log**2] if squared else [self.treated, log]).astype(float)


@dataclass(frozen=True)
class Fitted:
    """What the regression gave; the variances are those of d."""

    coefficients: FloatArray
    v_site: float
    v_storm: float
    v_cell: float
    rows: int
    failures: int
    effective_after_storms: float

    @property
    def log_ratio(self) -> float:
        """Return d."""
        return float(self.coefficients[0])

    @property
    def se(self) -> float:
        """Return the standard error of d, never less than that of either clustering alone."""
        return float(np.sqrt(max(self.v_site + self.v_storm - self.v_cell, self.v_site, self.v_storm)))

    @property
    def df(self) -> float:
        """Return the degrees of freedom: one less than the storms that the after-failures are worth."""
        return max(1.0, self.effective_after_storms - 1)

    def interval(self, level: float) -> tuple[float, float]:
        """Return the interval of the rate ratio."""
        reach = float(stats.t.ppf(0.5 + level / 2, self.df)) * self.se
        with np.errstate(over="ignore"):
            return float(np.exp(self.log_ratio - reach)), float(np.exp(self.log_ratio + reach))


def fitted(rows: Rows, *, squared: bool = True) -> Fitted | None:
    """Fit the regression; None where the rows cannot tell (no treated or no other rows with failures to compare)."""
    z = rows.columns(squared)
    z = z[:, np.append(True, np.ptp(z[:, 1:], axis=0) > 0)] if len(z) else z
    if not rows.treated.any() or not rows.fail[rows.treated].any() or not rows.fail[rows.after & ~rows.treated].any():
        return None
    _, storm = np.unique(rows.storm, return_inverse=True)
    beta = _newton(z, rows.fail, storm)
    if beta is None:
        return None
    share, mean = _shares(z, beta, storm)
    expected = share * np.bincount(storm, rows.fail)[storm]
    centred = z - mean[storm]
    information = (centred * expected[:, None]).T @ centred
    try:
        inverse = np.linalg.inv(information)
    except np.linalg.LinAlgError:
        return None
    pull = (rows.fail - expected)[:, None] * centred @ inverse[:, 0]
    site = np.bincount(np.unique(rows.site, return_inverse=True)[1], pull)
    by_storm = np.bincount(storm, pull)
    n, s = len(site), len(by_storm)
    after = np.bincount(storm, rows.fail * rows.after)
    total = after.sum()
    return Fitted(
        coefficients=beta,
        v_site=float((site**2).sum() * n / max(n - 1, 1)),
        v_storm=float((by_storm**2).sum() * s / max(s - 1, 1)),
        v_cell=float((pull**2).sum()),
        rows=len(rows.fail),
        failures=int(rows.fail.sum()),
        effective_after_storms=float(total**2 / (after**2).sum()) if total else 0.0,
    )


@dataclass(frozen=True)
class NoFailure:
    """What can be said where no treated place failed after: how many failures were to be expected, and the bound."""

    expected: float
    high: float


def without_failures(rows: Rows, level: float) -> NoFailure | None:
    """Bound the rate ratio from above where no treated place failed after; None where the others did not either.

    The likelihood rises without end as the ratio falls to 0, where history is fitted from all other rows. The bound is
    exact: the greatest ratio at which none of the failures since falls on a treated place with a chance of at least
    (1 - level) / 2, each failure of a storm falling on its places by their history.
    """
    own = rows.treated
    if not own.any() or rows.fail[own].any() or not rows.fail[rows.after & ~own].any():
        return None
    z = rows.columns(squared=True)[:, 1:]
    z = z[:, np.ptp(z[~own], axis=0) > 0]
    storms, storm = np.unique(rows.storm, return_inverse=True)
    kept = np.unique(storm[~own], return_inverse=True)[1]
    beta = _newton(z[~own], rows.fail[~own], kept) if z.shape[1] else np.zeros(0)
    if beta is None:
        return None
    weight, count = np.exp(z @ beta), len(storms)
    treated, others = (np.bincount(storm[side], weight[side], count) for side in (own, ~own))
    fails = np.bincount(storm, rows.fail * rows.after, count)
    odds = np.divide(treated, others, out=np.zeros(count), where=others > 0)
    if not (odds * fails).any():
        return None
    wanted = -np.log((1 - level) / 2)
    found = optimize.brentq(lambda log: float(fails @ np.log1p(np.exp(log) * odds)) - wanted, -700.0, 700.0)
    return NoFailure(float(fails @ odds), float(np.exp(found)))


def _shares(z: FloatArray, beta: FloatArray, storm: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return each row's share of its storm's failures, and the mean of the design in each storm."""
    eta = z @ beta
    top = np.full(storm.max() + 1, -np.inf)
    np.maximum.at(top, storm, eta)
    weight = np.exp(eta - top[storm])
    share = weight / np.bincount(storm, weight)[storm]
    mean: FloatArray = np.column_stack([np.bincount(storm, share * column) for column in z.T]).astype(np.float64)
    return share, mean


def _likelihood(z: FloatArray, beta: FloatArray, fail: FloatArray, storm: IntArray) -> float:
    share, _ = _shares(z, beta, storm)
    return float((fail * np.log(np.maximum(share, 1e-300))).sum())


def _newton(z: FloatArray, fail: FloatArray, storm: IntArray) -> FloatArray | None:
    """Maximise the conditional likelihood, halving steps that overshoot; None where it has no maximum."""
    beta = np.zeros(z.shape[1])
    total = np.bincount(storm, fail)
    now = _likelihood(z, beta, fail, storm)
    for _ in range(_STEPS):
        share, mean = _shares(z, beta, storm)
        expected = share * total[storm]
        centred = z - mean[storm]
        score = centred.T @ (fail - expected)
        information = (centred * expected[:, None]).T @ centred
        try:
            step = np.linalg.solve(information, score)
        except np.linalg.LinAlgError:
            return None
        for _ in range(_HALVINGS):
            then = _likelihood(z, beta + step, fail, storm)
            if then >= now - 1e-12:
                break
            step = step / 2
        beta, now = beta + step, then
        if np.abs(step).max() < _CLOSE:
            return beta if np.abs(beta).max() < 30 else None
    return None
