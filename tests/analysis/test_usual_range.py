"""`usual_range` on counts of which the truth is known: how often the next count lies in the band, exactly."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from scipy.stats import nbinom, poisson

from anlan.analysis import REVISIONS, UsualRange, usual_range

pytestmark = pytest.mark.pure
WEEK = np.array([1.0, 0.9, 0.95, 1.0, 1.1, 1.5, 1.4])
SERIES = 400
GOLDEN = {True: [(0, 6), (23, 62), (2663, 3131)], False: [(0, 6), (23, 60), (2700, 3163)]}
Floats = npt.NDArray[np.float64]


def means(level: float, days: int, growth: float = 1.0) -> Floats:
    """Return the true mean of each day, the one asked for as the last."""
    at = np.arange(days + 1)
    return np.asarray(level * WEEK[at % 7] * growth ** (at / days - 0.5))


def drawn(mean: Floats, phi: float, seed: int) -> Floats:
    """Draw series of counts with variance phi times the mean."""
    draw, many = np.random.default_rng(seed), np.broadcast_to(mean[:, None], (len(mean), SERIES))
    counts = draw.poisson(many) if phi == 1 else draw.negative_binomial(many / (phi - 1), 1 / phi)
    return np.asarray(counts, float)


def outside(found: UsualRange, mean: float, phi: float) -> tuple[float, float]:
    """Return the exact chance that the next count lies below and above its band, averaged over the series."""
    truth = poisson(mean) if phi == 1 else nbinom(mean / (phi - 1), 1 / phi)
    return float(truth.cdf(found.low - 1).mean()), float(truth.sf(found.high).mean())


@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
@pytest.mark.parametrize(("mean", "phi", "growth"), [(40, 1, 1.0), (40, 2, 1.5), (300, 4, 0.7), (3000, 2, 1.5)])
@pytest.mark.parametrize("days", [56, 182])
def test_a_band_holds_as_many_usual_days_as_it_says(
    days: int, mean: float, phi: float, growth: float, level: float
) -> None:
    """With weekly pattern, trend and overdispersion, within 1.5 points of the level, and about half on each side.

    Where calls come independently the band may hold 3.5 points more: no spread below Poisson's is believed.
    """
    truth = means(mean, days, growth)
    below, above = outside(usual_range(drawn(truth[:-1], phi, seed=1), level=level), truth[-1], phi)
    assert -0.015 < 1 - below - above - level < (0.035 if phi == 1 else 0.015)
    assert max(below, above) < 0.7 * (1 - level) + 0.005


@pytest.mark.parametrize(("mean", "phi"), [(0.1, 1), (0.5, 1), (0.5, 2), (2, 1), (2, 2), (8, 1)])
def test_a_band_of_small_counts_holds_no_less(mean: float, phi: float) -> None:
    """Whole counts cannot hold 95 % exactly; they hold more, and never hide that there were any."""
    truth = means(mean, 56, 1.5)
    below, above = outside(usual_range(drawn(truth[:-1], phi, seed=2)), truth[-1], phi)
    assert below + above < 0.055
    assert above > 0


def test_a_past_outbreak_hardly_widens_the_band() -> None:
    """Three days at six times their mean, a month ago: the band is at most a fifth wider, and holds 95 to 98 %."""
    truth = means(40, 56)
    quiet = drawn(truth[:-1], 2, seed=3)
    struck = quiet.copy()
    struck[28:31] *= 6
    before, after = usual_range(quiet), usual_range(struck)
    assert 1 < (after.high - after.low).mean() / (before.high - before.low).mean() < 1.2
    below, above = outside(after, truth[-1], 2)
    assert 0.95 < 1 - below - above < 0.985
    assert after.weights[28:31].mean() < 0.05
    assert set(after.compare(np.full(SERIES, 240))) == {"above"}


def test_trend_and_weekday_are_followed_where_lowest_to_highest_lags_behind() -> None:
    """Calls that double in eight weeks: the band's middle is the true mean; without a trend it lies below."""
    truth = means(100, 56, growth=2.0)
    past = drawn(truth[:-1], 1, seed=4)
    with_trend, without = usual_range(past), usual_range(past, trend=False)
    assert abs(with_trend.expected.mean() / truth[-1] - 1) < 0.01
    assert without.expected.mean() / truth[-1] < 0.8
    assert abs(usual_range(past, ahead=6).expected.mean() / usual_range(past).expected.mean() - 1.6) < 0.15  # Saturday


def test_overdispersion_is_found_and_sets_the_width() -> None:
    """Four times the variance is twice the width."""
    truth = means(300, 182)
    calm, bursts = (usual_range(drawn(truth[:-1], phi, seed=5)) for phi in (1, 4))
    assert abs(bursts.overdispersion.mean() - 4) < 0.2
    assert abs((bursts.high - bursts.low).mean() / (calm.high - calm.low).mean() - 2) < 0.1


def test_columns_are_told_apart_and_unknown_days_left_out() -> None:
    """Many series at once give what each gives alone; days not known weigh nothing, a week of noughts hardly more."""
    truth = means(20, 56)
    past = drawn(truth[:-1], 1, seed=6)[:, :3]
    whole = usual_range(past)
    assert [usual_range(column).high.item() for column in past.T] == whole.high.tolist()
    holes = past.copy()
    holes[7:14] = np.nan
    found, as_nought = usual_range(holes), usual_range(np.nan_to_num(holes))
    assert (found.weights[7:14] == 0).all()
    assert abs(found.expected / whole.expected - 1).max() < 0.1
    assert abs(as_nought.expected / whole.expected - 1).max() < 0.1
    assert as_nought.weights[7:14].max() < 0.1


def test_series_without_any_call_have_a_band_of_nought() -> None:
    """And one call there is above it."""
    found = usual_range(np.zeros(56))
    assert (found.low.item(), found.high.item(), found.compare([1])) == (0, 0, ("above",))
    with pytest.raises(ValueError, match="one count for each"):
        found.compare([1, 2])


def test_the_answers_of_this_revision_stay() -> None:
    """A day of two calls, of forty and of three thousand, with and without a trend: other bands are a new revision."""
    past = np.column_stack([drawn(means(mean, 56), phi, seed=7)[:-1, 0] for mean, phi in ((2, 1), (40, 2), (3000, 4))])
    bands = {trend: usual_range(past, trend=trend) for trend in (True, False)}
    ends = {trend: list(zip(found.low.tolist(), found.high.tolist(), strict=True)) for trend, found in bands.items()}
    assert (REVISIONS["usual_range"], ends) == (1, GOLDEN)


@pytest.mark.parametrize(
    ("counts", "asked", "words"),
    [
        ([1.0] * 20, {}, "21 known counts or more, not 20"),
        ([1.0] * 9, {"cycle": 1}, "10 known"),
        ([np.nan, *[1.0] * 20], {}, "not 20"),
        ([-1.0, *[1.0] * 40], {}, "0 or more"),
        ([np.inf, *[1.0] * 40], {}, "0 or more"),
        ([[[1.0]]], {}, "one column or several"),
        ([1.0] * 40, {"level": 95}, "share such as 0.95"),
        ([1.0] * 40, {"cycle": 0}, "cycle"),
        ([1.0] * 40, {"ahead": 0}, "ahead"),
    ],
)
def test_what_means_nothing_is_refused(counts: list[float], asked: dict[str, float], words: str) -> None:
    """With the reason."""
    with pytest.raises(ValueError, match=words):
        usual_range(counts, **asked)  # type: ignore[arg-type]
