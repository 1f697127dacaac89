"""Did a measure work? Failures in later storms, beside places with the same history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from anlan.analysis._given import column, unmasked, whole
from anlan.analysis._result import Result
from anlan.analysis.effect._beside import Bayes, Displacement, displacement_of, empirical_bayes_of
from anlan.analysis.effect._regression import Fitted, NoFailure, Rows, fitted, without_failures
from anlan.analysis.effect._words import compared, is_chinese, none_failed, not_separable
from anlan.analysis.events import BoolArray
from anlan.analysis.failures import Failures
from anlan.analysis.revisions import REVISIONS

_FAR_M = 500.0
_LEAST_CONTROLS = 20
_LEAST_STORMS = 5.0
_LEAST_TREATED = 3
Verdict = Literal["fell", "rose", "unclear", "not_separable"]


@dataclass(frozen=True)
class Far:
    """The estimate without controls near a treated place, or why there is none."""

    controls: int
    ratio: float | None
    low: float | None
    high: float | None
    refused: str | None


@dataclass(frozen=True, eq=False)
class EffectEstimate(Result, picture="forest"):
    """The outcome of `before_after`.

    Attributes
    ----------
    verdict : {"fell", "rose", "unclear", "not_separable"}
        `fell` or `rose` where the interval leaves 1 out; `unclear` where it does not; `not_separable` where the storms
        since are too few, or nothing can be compared, to say anything (`reason` says which).
    ratio, low, high : float or None
        How many times as often the treated places failed after, beside places with the same history, and its interval.
        Where none of them failed the ratio is 0 and `high` an exact bound.
    log_ratio, se, df : float or None
        On the log scale, with the degrees of freedom of the t distribution; None where the ratio is 0.
    rows, failures : int
        Places in storms that the estimate rests on, and failures among them.
    places_used, treated_used : int
        Places with at least two failures in other before-storms.
    before_storms, after_storms : int
        Storms before and after the measure.
    effective_after_storms : float
        How many equal storms the failures since are worth: (sum f)^2 / sum f^2.
    share_with_equal_control : float or None
        Share of treated places with an untreated one that failed in as many before-storms.
    far_controls : Far
        The same without controls within 500 m of a treated place; refused below 20 such controls.
    empirical_bayes : Bayes or None
        Hauer's empirical Bayes, for comparison only: it does not pass the placebo.
    displacement : Displacement or None
        The weighted displacement quotient, read only where the target improved.
    reason : str or None
        Why nothing can be separated.
    warnings : tuple of str
        What to keep in mind.
    parameters : mapping
        What was asked, and the revision of the method.
    expected_failures : float or None
        Failures of the treated places after, had they failed as often as places with the same history.
    """

    verdict: Verdict
    ratio: float | None
    low: float | None
    high: float | None
    log_ratio: float | None
    se: float | None
    df: float | None
    rows: int
    failures: int
    places_used: int
    treated_used: int
    before_storms: int
    after_storms: int
    effective_after_storms: float
    share_with_equal_control: float | None
    far_controls: Far
    empirical_bayes: Bayes | None
    displacement: Displacement | None
    reason: str | None
    warnings: tuple[str, ...]
    parameters: Mapping[str, Any]
    expected_failures: float | None = None

    @property
    def revision(self) -> int:
        """Return the revision of the method."""
        return int(self.parameters["revision"])

    def sentence(self, language: str = "en") -> str:
        """Say it in plain words, "en" or "zh", claiming no more than the interval."""
        chinese = is_chinese(language)
        if self.ratio is None or self.low is None or self.high is None:
            return not_separable(self.reason, self.effective_after_storms, chinese=chinese)
        base = (self.treated_used, self.places_used, self.before_storms, self.after_storms)
        level = self.parameters["level"]
        if self.ratio == 0 and self.expected_failures is not None:
            return none_failed(self.expected_failures, self.high, level, base, chinese=chinese)
        return compared(self.verdict, self.ratio, (self.low, self.high), level, base, chinese=chinese)


def before_after(
    failures: Failures, *, treated: npt.ArrayLike, level: float = 0.95, draws: int = 999, seed: int = 0
) -> EffectEstimate:
    """Estimate what a measure changed at the treated places, adjusted for how often each had failed before.

    Places are known *because* they failed, so the worst ones look better afterwards without any work (regression to the
    mean). Here every place in every storm is compared with places that had failed as often in the *other* storms before
    the measure, the same place in earlier storms among them; the strength of each storm is profiled out.

    Long because its parameters are documented here, with an example.

    Parameters
    ----------
    failures : Failures
        Which place failed in which storm (`failures_of`), *all* known places included, not only the treated.
    treated : array_like of bool, shape (places,), or of int
        Which places were treated, as a mask (true and false, or 1 and 0 for each place) or as positions.
    level : float
        Of the interval.
    draws, seed : int
        Of the bootstrap of the displacement quotient.

    Returns
    -------
    EffectEstimate

    Raises
    ------
    ValueError
        If `treated` names no place, every place, one twice or one that is not there, or `level` is no share.

    Notes
    -----
    It takes at least 3 treated places with two failures in other before-storms, and after-storms worth 5 equal ones.
    Where no treated place failed afterwards the bound is exact for failures that fall on places by their history,
    each by itself; where the others did not fail either there is nothing to compare.

    log E[fail] = storm + b1 l + b2 l^2 + d (treated and after), l = log(H / 2), H the failures in the other
    before-storms; rows with H of at least 2. Two-way (place, storm) cluster sandwich; t with as many degrees of freedom
    as the after-storms are worth, less one. `benchmarks/effect_placebo.py` shows on cities without any effect how often
    the interval holds 1. It assumes that the treatment was not chosen by what happened after, and that rates do not
    drift strongly: where they do and the places that failed *last* were treated, the interval is too short.

    References
    ----------
    A. C. Cameron, J. B. Gelbach, D. L. Miller (2011): Robust inference with multiway clustering. Journal of Business &
    Economic Statistics 29, 238-249. E. Hauer (1997): Observational before-after studies in road safety. K. J. Bowers,
    S. D. Johnson (2003): Measuring the geographical displacement and diffusion of benefit effects of crime prevention
    activity. Journal of Quantitative Criminology 19, 275-301.

    Examples
    --------
    >>> import numpy as np
    >>> from anlan.analysis import Failures, before_after
    >>> draw = np.random.default_rng(1)
    >>> fail = draw.random((60, 40)) < 0.3
    >>> fail[:20, 20:] &= draw.random((20, 20)) < 0.3
    >>> found = before_after(Failures(fail, 20, np.arange(60) * 1e3, np.zeros(60)), treated=np.arange(20))
    >>> found.verdict, found.low < 0.3 < found.high
    ('fell', True)
    """
    mask = _mask(treated, len(failures.fail))
    if isinstance(level, bool) or not isinstance(level, int | float | np.number) or not 0.5 <= level < 1:
        raise ValueError(f"level is a share such as 0.95, not {level!r}")
    draws, seed = whole("draws", draws, 1), whole("seed", seed, 0)
    rows = Rows.of(failures.fail, failures.before, mask)
    fit, none = fitted(rows), without_failures(rows, level)
    reason = _reason(failures, rows, mask, fit or none)
    separable = reason is None
    ratio, low, high, expected = _ratio(rows, fit, none, level) if separable else (None, None, None, None)
    return EffectEstimate(
        verdict=_verdict(low, high),
        ratio=ratio,
        low=low,
        high=high,
        log_ratio=fit.log_ratio if fit and separable else None,
        se=fit.se if fit and separable else None,
        df=fit.df if fit and separable else None,
        rows=len(rows.fail),
        failures=int(rows.fail.sum()),
        places_used=len(np.unique(rows.site)),
        treated_used=len(np.unique(rows.site[mask[rows.site]])),
        before_storms=failures.before,
        after_storms=failures.after,
        effective_after_storms=round(_worth(rows), 4),
        share_with_equal_control=_share_with_equal_control(failures, mask),
        far_controls=_far(failures, mask, level),
        empirical_bayes=empirical_bayes_of(failures, mask, level),
        displacement=displacement_of(failures, mask, _FAR_M, draws, seed, level),
        reason=reason,
        warnings=_warnings(failures, mask),
        parameters=MappingProxyType(
            {"level": level, "draws": draws, "seed": seed, "revision": REVISIONS["before_after"]}
        ),
        expected_failures=expected,
    )


def _ratio(
    rows: Rows, fit: Fitted | None, none: NoFailure | None, level: float
) -> tuple[float | None, float | None, float | None, float | None]:
    """Return the ratio, its interval, and the failures that were to be expected."""
    if none is not None:
        return 0.0, 0.0, none.high, none.expected
    if fit is None:
        return None, None, None, None
    ratio = float(np.exp(fit.log_ratio))
    return ratio, *fit.interval(level), float(rows.fail[rows.treated].sum()) / ratio


def _mask(treated: npt.ArrayLike, places: int) -> BoolArray:
    given = unmasked("treated", treated)
    if given.dtype.kind == "O" and all(isinstance(value, bool | np.bool_) for value in given.ravel().tolist()):
        given = given.astype(bool)
    if given.dtype == bool and given.shape != (places,):
        raise ValueError(f"treated must have one entry for each of the {places} places, not shape {given.shape}")
    chosen = column("treated", given.astype(int) if given.dtype == bool else given)
    if len(chosen) == places and np.isin(chosen, (0, 1)).all():  # as positions one would come twice, or all be treated
        mask: BoolArray = chosen == 1
    elif given.dtype == bool or (chosen != np.floor(chosen)).any():
        raise ValueError("treated must be a mask of true and false (1 and 0), or positions in whole numbers")
    elif len(chosen) and (chosen.min() < 0 or chosen.max() >= places):
        raise ValueError(f"treated positions go from 0 to {places - 1}")
    elif len(np.unique(chosen)) < len(chosen):
        raise ValueError(
            f"treated names a place twice; a mask of 1 and 0 has one entry for each of the {places} places"
        )
    else:
        mask = np.isin(np.arange(places), chosen)
    if not mask.any():
        raise ValueError("no place is treated: nothing can be estimated")
    if mask.all():
        raise ValueError("every place is treated: give all known places, the untreated ones are the comparison")
    return mask


def _worth(rows: Rows) -> float:
    after = np.bincount(rows.storm, rows.fail * rows.after)
    total = float(after.sum())
    return total**2 / float((after**2).sum()) if total else 0.0


def _reason(failures: Failures, rows: Rows, mask: BoolArray, fit: Fitted | NoFailure | None) -> str | None:
    if failures.after == 0:
        return "no storm since"
    if failures.after == 1:
        return "one storm is not enough"
    known = failures.history >= 2
    if (known & ~mask).any() and not failures.fail[known & ~mask, failures.before :].any():
        return "controls never failed"
    if 0 < (known & mask).sum() < _LEAST_TREATED:
        return "too few treated places"
    if fit is None:
        return "nothing to compare"
    if _worth(rows) < _LEAST_STORMS:
        return "too few storms since"
    return None


def _verdict(low: float | None, high: float | None) -> Verdict:
    if low is None or high is None:
        return "not_separable"
    return "fell" if high < 1 else "rose" if low > 1 else "unclear"


def _share_with_equal_control(failures: Failures, mask: BoolArray) -> float | None:
    history = failures.history
    counts = history[mask & (history >= 1)]
    return float(np.isin(counts, history[~mask]).mean()) if len(counts) else None


def _far(failures: Failures, mask: BoolArray, level: float) -> Far:
    """Estimate again without controls that a measure next door may have helped or harmed."""
    treated = cKDTree(np.column_stack([failures.x, failures.y])[mask])
    apart, _ = treated.query(np.column_stack([failures.x, failures.y]))
    far: BoolArray = np.asarray(apart) > _FAR_M
    kept = np.flatnonzero(mask | far)
    controls = int((far & ~mask & (failures.history >= 2)).sum())
    if controls < _LEAST_CONTROLS:
        return Far(controls, None, None, None, f"only {controls} controls lie farther than {_FAR_M:.0f} m")

    fit = fitted(Rows.of(failures.fail[kept], failures.before, mask[kept]))
    if fit is None:
        return Far(controls, None, None, None, "nothing to compare")
    return Far(controls, float(np.exp(fit.log_ratio)), *fit.interval(level), refused=None)


def _warnings(failures: Failures, mask: BoolArray) -> tuple[str, ...]:
    warnings = []
    if failures.left_out_storms:
        warnings.append(f"{failures.left_out_storms} storm spans the day of the measure and is left out")
    few = int((mask & (failures.history < 2)).sum())
    if few:
        warnings.append(f"{few} treated places failed in fewer than two storms before and are not in the estimate")
    last = failures.fail[:, max(0, failures.before - 3) : failures.before].sum(axis=1) > 0
    if failures.before > 3 and mask.sum() >= 5 and last[mask].mean() > 0.9 > 2 * last[~mask].mean():
        warnings.append(
            "nearly all treated places failed just before the measure; if rates drift, the interval is too short"
        )
    return tuple(warnings)
