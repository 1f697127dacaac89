"""Did a measure work: the published numbers of the method, its placebo, and what it refuses to say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from anlan.analysis import REVISIONS, Events, Failures, before_after, cover_places, failures_of
from anlan.analysis.effect._regression import Rows, fitted
from anlan.tables import read_points

pytestmark = pytest.mark.pure
TINY = "1101110 1110101 1011011 0110100 1100010 1010111 0101001 1111110"
US_FOOT_M = 0.3048006096
GOLDEN = [1.07249, 0.56505, 2.03562, 1.86209]


@pytest.fixture(scope="module")
def norfolk(real_data: Callable[[str], Path]) -> Failures:
    """All known places of Norfolk until the end of 2014, and all storms."""
    file = real_data("norfolk-flood-reports/STORM_data_flooded_streets_2010-2016.csv")
    points = read_points(file, extra=("xcoord", "ycoord"))
    x, y = (np.array(points.extra[name], dtype=float) * US_FOOT_M for name in ("xcoord", "ycoord"))
    day = (points.time - np.datetime64("1970-01-01")) / np.timedelta64(1, "D")
    since = (dt.date(2015, 1, 1) - dt.date(1970, 1, 1)).days
    events = Events(x, y, day)
    centres = cover_places(events, before=since)
    return failures_of(events, x=centres[:, 0], y=centres[:, 1], since=since)


def worst(failures: Failures, count: int) -> np.ndarray:
    return np.argsort(-failures.history, kind="stable")[:count]


def recent(failures: Failures, count: int) -> np.ndarray:
    early = failures.fail[:, : failures.before]
    last = np.where(early.any(axis=1), failures.before - early[:, ::-1].argmax(axis=1), 0)
    return np.lexsort((np.arange(len(last)), -last, failures.history < 2))[:count]


def test_norfolk_has_the_known_places_and_storms(norfolk: Failures) -> None:
    """314 places, 23 storms before and 33 after, and the histogram of failures before."""
    assert (norfolk.before, norfolk.after, norfolk.left_out_storms) == (23, 33, 0)
    assert np.bincount(norfolk.history)[1:].tolist() == [233, 49, 15, 8, 6, 1, 2]
    assert norfolk.fail[norfolk.history >= 2][:, 23:].sum() == 144


@pytest.mark.parametrize(
    ("chosen", "count", "d", "se"),
    [(worst, 10, 0.4578, 0.2923), (worst, 25, 0.0700, 0.2756), (worst, 40, -0.0341, 0.2927),
     (recent, 10, 0.0464, 0.2090), (recent, 25, -0.1491, 0.2176), (recent, 40, -0.0443, 0.2724)],
)  # fmt: skip
def test_pretended_works_on_norfolk_give_the_published_numbers(norfolk: Failures, chosen, count, d, se) -> None:
    """Estimate and standard error to four digits, for the worst and the most recent places."""
    found = before_after(norfolk, treated=chosen(norfolk, count))
    assert (round(found.log_ratio, 4), round(found.se, 4)) == (d, se)
    assert found.verdict == "unclear"


def test_the_worst_25_of_norfolk_in_full(norfolk: Failures) -> None:
    """Rows, failures, coefficients, the three variances, degrees of freedom and the interval."""
    mask = np.zeros(len(norfolk.fail), dtype=bool)
    mask[worst(norfolk, 25)] = True
    fit = fitted(Rows.of(norfolk.fail, norfolk.before, mask))
    assert (fit.rows, fit.failures) == (3225, 271)
    assert fit.coefficients.round(4).tolist() == [0.07, 1.5431, -0.0197]
    assert [round(one, 4) for one in (fit.v_site, fit.v_storm, fit.v_cell)] == [0.0759, 0.0332, 0.0373]
    assert round(fit.df, 2) == 7.63
    assert [round(one, 2) for one in fit.interval(0.95)] == [0.57, 2.04]


def test_the_tiny_case_by_hand() -> None:
    """Eight places in seven storms, with one history term."""
    fail = np.array([[sign == "1" for sign in row] for row in TINY.split()])
    treated = np.isin(np.arange(8), [0, 1, 7])
    fit = fitted(Rows.of(fail, 4, treated), squared=False)
    assert fit.coefficients.round(7).tolist() == [0.0727483, 0.3591577]
    assert round(fit.effective_after_storms, 4) == 2.9697


def city(seed: int, *, effect: float = 1.0, places: int = 250, before: int = 20, after: int = 20) -> Failures:
    """A city where each place has its own rate and each storm its own strength."""
    draw = np.random.default_rng(seed)
    rate = draw.gamma(1.0, 0.08, (places, 1)) * draw.gamma(2.0, 0.5, before + after)
    fail = draw.random(rate.shape) < 1 - np.exp(-rate)
    order = np.argsort(-fail[:, :before].sum(axis=1), kind="stable")
    fail, rate = fail[order], rate[order]
    fail[:25, before:] &= draw.random((25, after)) < effect
    x, y = draw.uniform(0, 20_000, (2, places))
    return Failures(fail, before, x, y)


@pytest.mark.slow
def test_without_any_effect_the_interval_holds_1() -> None:
    """In 200 cities whose 25 worst places were `treated` without effect, about 95 % of the intervals hold 1."""
    found = [before_after(city(seed), treated=np.arange(25), draws=1) for seed in range(200)]
    intervals = [(one.low, one.high) for one in found if one.low is not None]
    assert len(intervals) >= 190
    assert 0.90 <= np.mean([low <= 1 <= high for low, high in intervals]) <= 0.99
    assert 0.85 <= np.exp(np.mean([one.log_ratio for one in found if one.log_ratio is not None])) <= 1.15


@pytest.mark.slow
def test_a_true_halving_is_seen_where_a_raw_comparison_would_see_one_in_any_case() -> None:
    """With half of the failures prevented the mean ratio is about a half."""
    found = [before_after(city(seed, effect=0.5), treated=np.arange(25), draws=1) for seed in range(60)]
    ratios = [one.ratio for one in found if one.ratio is not None]
    assert 0.42 <= np.exp(np.mean(np.log(ratios))) <= 0.6


@pytest.mark.parametrize(
    ("after", "reason", "said"),
    [(0, "no storm since", "no storm has come since"), (1, "one storm is not enough", "one storm is not enough"),
     (3, "too few storms since", "too few")],
)  # fmt: skip
def test_too_few_storms_give_no_number(after: int, reason: str, said: str) -> None:
    """Not separable, in both languages, with the reason and no ratio."""
    found = before_after(city(1, after=after), treated=np.arange(25))
    assert (found.verdict, found.reason, found.ratio, found.low) == ("not_separable", reason, None, None)
    assert said in found.sentence("en")
    assert "无法区分" in found.sentence("zh")


def test_the_sentence_claims_no_more_than_the_interval() -> None:
    """`Fewer` is said only where the interval leaves 1 out, and the base is named."""
    seen = set()
    for seed in range(12):
        for effect in (1.0, 0.3):
            found = before_after(city(seed, effect=effect), treated=np.arange(25), draws=1)
            seen.add(found.verdict)
            assert ("fewer failures" in found.sentence()) == (found.high is not None and found.high < 1)
            assert ("低于" in found.sentence("zh")) == (found.verdict == "fell")
            assert f"{found.treated_used} treated" in found.sentence() or found.ratio is None
    assert {"fell", "unclear"} <= seen


def test_controls_next_door_are_left_out_beside_the_estimate() -> None:
    """Far controls are counted; with fewer than twenty the estimate is refused with its reason."""
    spread = city(3)
    assert before_after(spread, treated=np.arange(25)).far_controls.ratio is not None
    close = Failures(spread.fail, spread.before, spread.x / 100, spread.y / 100)
    far = before_after(close, treated=np.arange(25)).far_controls
    assert far.ratio is None
    assert "only 0 controls" in str(far.refused)


def test_displacement_is_read_only_where_the_target_improved() -> None:
    """Where trouble moves next door the quotient is below 0; without improvement it is refused."""
    draw = np.random.default_rng(5)
    fail = draw.random((300, 60)) < 0.2
    x = np.concatenate([np.arange(50) * 2000.0, np.arange(50) * 2000.0 + 300, np.arange(200) * 500 + 1e6])
    fail[:50, 30:] &= draw.random((50, 30)) < 0.4
    fail[50:100, 30:] |= draw.random((50, 30)) < 0.15
    moved = before_after(Failures(fail, 30, x, np.zeros(300)), treated=np.arange(50)).displacement
    assert moved.quotient < 0
    assert moved.high < 0.2
    unhelped = before_after(Failures(fail, 30, x, np.zeros(300)), treated=np.arange(50, 100)).displacement
    assert unhelped.quotient is None
    assert "did not improve" in str(unhelped.refused)


def test_empirical_bayes_is_labelled() -> None:
    """It stands beside the estimate and says that it does not pass the placebo."""
    found = before_after(city(2), treated=np.arange(25)).empirical_bayes
    assert found.label == "not placebo-proof"
    assert found.low < found.ratio < found.high
    assert 0 <= found.weight <= 1


def test_a_storm_that_spans_the_day_is_left_out() -> None:
    """It is neither before nor after, and the result says so."""
    events = Events([0, 0, 0, 0], [0, 0, 0, 0], [1, 9.9, 10.1, 20])
    failures = failures_of(events, x=[0], y=[0], since=10)
    assert (failures.before, failures.after, failures.left_out_storms) == (1, 1, 1)


def test_output_changes_only_with_the_revision(norfolk: Failures) -> None:
    """Who changes these numbers raises the revision."""
    found = before_after(norfolk, treated=worst(norfolk, 25))
    told = [round(float(one), 5) for one in (found.ratio, found.low, found.high, found.empirical_bayes.ratio)]
    assert (REVISIONS["before_after"], told) == (2, GOLDEN)


def test_the_order_of_places_does_not_matter() -> None:
    """Shuffled places and mask give the same estimate."""
    one = city(4)
    order = np.random.default_rng(0).permutation(len(one.fail))
    again = Failures(one.fail[order], one.before, one.x[order], one.y[order])
    first, second = before_after(one, treated=np.arange(25)), before_after(again, treated=np.isin(order, np.arange(25)))
    assert round(first.log_ratio, 10) == round(second.log_ratio, 10)
    assert first.displacement == second.displacement


@pytest.mark.parametrize(
    ("treated", "said"),
    [([], "no place is treated"), (np.ones(250, bool), "every place is treated"), ([999], "positions go from 0"),
     (np.ones(3, bool), "one entry for each")],
)  # fmt: skip
def test_bad_masks_are_named(treated, said) -> None:
    """Before anything is computed."""
    with pytest.raises(ValueError, match=said):
        before_after(city(1), treated=treated)


def mended(failing: float, others: float, treated: int = 20) -> Failures:
    """Sixty places in 20 storms before and 20 after; the first ones are treated."""
    draw = np.random.default_rng(1)
    fail = draw.random((60, 40)) < 0.3
    fail[:treated, 20:] = draw.random((treated, 20)) < failing
    fail[treated:, 20:] = draw.random((60 - treated, 20)) < others
    return Failures(fail, 20, np.arange(60) * 1e3, np.zeros(60))


def test_a_perfect_measure_is_told_with_an_exact_bound() -> None:
    """No failure where a hundred were to be expected: fewer, ratio 0, and the bound at which none has 2.5 % chance."""
    found = before_after(mended(0.0, 0.3), treated=np.arange(20))
    assert (found.verdict, found.ratio, found.low, found.reason) == ("fell", 0.0, 0.0, None)
    assert found.expected_failures is not None
    assert 90 < found.expected_failures < 150
    assert found.high is not None
    assert 0.02 < found.high < 0.05  # -ln(0.025) / 118 = 0.031, were the places alike and many
    assert "no treated place failed, where 1" in found.sentence()
    assert "一次也未再积水" in found.sentence("zh")


def test_the_bound_without_failures_holds_what_a_weak_measure_does() -> None:
    """Three treated places without a failure in storms that hit few: the bound leaves 1 in, and nothing is claimed."""
    found = before_after(mended(0.0, 0.05, treated=3), treated=np.arange(3))
    assert found.verdict == "unclear"
    assert found.high is not None
    assert found.high > 1


@pytest.mark.parametrize(
    ("failures", "treated", "reason"),
    [(mended(0.2, 0.0), 20, "controls never failed"), (mended(0.0, 0.0), 20, "controls never failed"),
     (mended(0.1, 0.3), 2, "too few treated places"), (mended(0.0, 0.3), 2, "too few treated places")],
)  # fmt: skip
def test_what_cannot_be_told_has_its_own_reason(failures: Failures, treated: int, reason: str) -> None:
    """Others that never failed, and fewer than three treated places, are each named in both languages."""
    found = before_after(failures, treated=np.arange(treated))
    assert (found.verdict, found.reason, found.ratio) == ("not_separable", reason, None)
    assert "None" not in found.sentence() + found.sentence("zh")
