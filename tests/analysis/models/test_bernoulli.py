"""Cases against controls: the Bernoulli model beside a slow reading of its definition, exact chances and its limits."""

from __future__ import annotations

import math
import warnings
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, chi2_contingency, hypergeom

from anlan.analysis import Events, space_time_scan
from anlan.analysis.scan._model import model_of
from anlan.analysis.scan._random import draw

pytestmark = pytest.mark.pure
Rows = tuple[np.ndarray, np.ndarray, np.ndarray]


def log_likelihood(ill: int, people: int) -> float:
    """Return that of the best rate."""
    return sum(n * math.log(n / people) for n in (ill, people - ill) if n)


def best_slowly(rows: Rows, ill: np.ndarray, ends: range, max_days: int, share: float) -> tuple[float, ...]:
    """Try every circle and window of a definition: statistic, rows, first and last day, cases and people of the best.

    `rows` are cases and controls together, `ill` says which are cases.
    """
    xy, cases, day = np.column_stack(rows[:2]), int(ill.sum()), rows[2]
    best: tuple[float, ...] = (0.0,)
    for centre in np.unique(xy, axis=0):
        apart = np.sqrt(((xy - centre) ** 2).sum(axis=1))
        # the nearest first, of equally near ones the lesser x, then y
        rank = np.unique(np.column_stack([apart, xy]), axis=0, return_inverse=True)[1].reshape(-1)
        for farthest in range(rank.max() + 1):
            circle = rank <= farthest
            if circle.sum() > share * len(ill) + 1e-9:
                break
            for last in ends:
                for first in range(max(0, last - max_days + 1), last + 1):
                    inside = circle & (day >= first) & (day <= last)
                    c, n = int(ill[inside].sum()), int(inside.sum())
                    if c < 2 or c * len(ill) <= n * cases:
                        continue
                    others = log_likelihood(cases - c, len(ill) - n)
                    value = log_likelihood(c, n) + others - log_likelihood(cases, len(ill))
                    if value > best[0] + 1e-9:
                        best = (value, first, last, c, n)
    return best


def little_town(seed: int) -> tuple[Rows, np.ndarray, dict[str, Any]]:
    """Make cases and controls at few places, ties and shared places among them."""
    draw = np.random.default_rng(seed)
    many = int(draw.integers(4, 40))
    rows = (draw.integers(0, 3, many) * 100.0, draw.integers(0, 3, many) * 100.0, draw.integers(0, 6, many))
    ill = np.zeros(many, bool)
    ill[: int(draw.integers(1, many))] = True
    options = {"max_days": int(draw.integers(1, 7)), "max_share": float(draw.choice([0.3, 0.5, 1.0]))}
    return rows, ill, {**options, "study_period": (0, 5), "prospective": bool(draw.integers(0, 2))}


def columns(rows: Rows, which: np.ndarray) -> Rows:
    return rows[0][which], rows[1][which], rows[2][which]


def scan(rows: Rows, ill: np.ndarray, **options: Any) -> Any:
    given = {"replications": 99, **options}
    return space_time_scan(*columns(rows, ill), controls=columns(rows, ~ill), **given)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(st.integers(0, 1 << 20), st.integers(1, 3))
def test_the_strongest_and_all_maxima_are_those_of_the_definition(seed: int, looks: int) -> None:
    """In the data and in data sets drawn anew, also over repeated looks."""
    rows, ill, options = little_town(seed)
    looks = looks if options["prospective"] else 1
    found = scan(rows, ill, replications=3, adjust_for_looks=looks, max_p=None, seed=seed, **options)
    ends = range(5, 6) if options["prospective"] else range(6)
    wanted = best_slowly(rows, ill, ends, options["max_days"], options["max_share"])
    best = found.strongest
    assert (best.statistic if best else 0.0) == pytest.approx(wanted[0], abs=1e-9)
    if best:
        inside = best.expected * len(ill) / ill.sum()
        assert best.controls == round(inside) - best.observed
        assert inside == pytest.approx(round(inside))
        together = (log_likelihood(best.observed, round(inside))
                    + log_likelihood(int(ill.sum()) - best.observed, len(ill) - round(inside))
                    - log_likelihood(int(ill.sum()), len(ill)))  # fmt: skip
        assert together == pytest.approx(best.statistic, abs=1e-9)
        assert best.observed == len(best.members)
    laid = model_of(
        Events(*columns(rows, ill)), controls=Events(*columns(rows, ~ill)), population=None, places=None, strata=None,
        max_radius_m=None, adjust_for_looks=looks, replications=3, seed=seed, **options,
    )  # fmt: skip
    seen = range(6 - looks, 6) if options["prospective"] else range(6)
    for replicate, maximum in enumerate(found.simulated_maxima):
        again, who = drawn(laid, replicate, len(ill))
        assert who.sum() == ill.sum()
        slowly = best_slowly(again, who, seen, options["max_days"], options["max_share"])
        assert maximum == pytest.approx(slowly[0], abs=1e-9)


def drawn(laid: Any, replicate: int, many: int) -> tuple[Rows, np.ndarray]:
    """Return the same people with the labels of one replicate; those before the days in question lie on day -1."""
    cells, days, used = np.empty(many, np.int32), np.empty(many, np.int32), np.zeros(many, np.uint64)
    count = draw(laid.urn, replicate, laid.urn.tickets.copy(), used, cells, days)
    crowd, sick = laid.crowd, np.bincount(cells[:count] + 1, minlength=len(laid.crowd.size) + 1)
    size = np.concatenate([[many - crowd.size.sum()], crowd.size])
    row = np.repeat(np.arange(len(crowd.heads) - 1), np.diff(crowd.heads))
    place, day = laid.ground.xy[laid.ground.place[row]], crowd.day + laid.origin
    # where the people of earlier days are matters for the share of a circle alone: put each row's rest there
    rest = laid.ground.mass[:, 0].astype(int) - np.bincount(row, weights=crowd.size, minlength=len(laid.ground.mass))
    before = np.repeat(laid.ground.xy[laid.ground.place], rest.astype(int), axis=0)
    xy = np.concatenate([before, np.repeat(place, crowd.size, axis=0)])
    when = np.concatenate([np.full(len(before), -1), np.repeat(day, crowd.size)])
    who = np.concatenate([np.arange(n) < c for n, c in zip(size.tolist(), sick.tolist(), strict=True)])
    return (xy[:, 0], xy[:, 1], when), who


def test_p_is_the_share_of_all_ways_to_choose_the_cases() -> None:
    """Of nine people four are cases: all 126 ways counted out, and the simulated share beside the exact one."""
    rows = (np.array([0, 0, 0, 0, 1, 1, 1, 2, 2]) * 500.0, np.zeros(9), np.array([0, 0, 1, 1, 0, 1, 2, 2, 2]))
    ill = np.array([1, 1, 1, 0, 0, 0, 0, 1, 0], bool)
    options = {"study_period": (0, 2), "max_days": 2, "prospective": False, "max_share": 1.0}
    ways = []
    for four in combinations(range(9), 4):
        ways.append(best_slowly(rows, np.isin(np.arange(9), four), range(3), 2, 1.0)[0])
    found = scan(rows, ill, replications=9999, seed=3, max_p=None, **options)
    exact = np.mean(np.array(ways) >= found.strongest.statistic - 1e-9)
    assert found.strongest.p_value == pytest.approx(exact, abs=4 * math.sqrt(exact * (1 - exact) / 9999))
    assert {round(one, 9) for one in found.simulated_maxima} == {round(one, 9) for one in ways}


def test_two_places_are_a_table_of_two_by_two() -> None:
    """Statistic: half of that table's G; p: the exact (hypergeometric) chance of as uneven a table."""
    table = np.array([[14, 6], [11, 19]])
    rows = (np.repeat([0.0, 0.0, 900.0, 900.0], table.ravel()), np.zeros(50), np.arange(50) % 7)
    ill = np.repeat([True, False, True, False], table.ravel())
    found = scan(rows, ill, over="space", replications=9999, max_share=0.7, max_p=None)
    best = found.strongest
    assert (best.centre, best.observed, best.controls) == ((0.0, 0.0), 14, 6)
    assert best.statistic == pytest.approx(chi2_contingency(table, False, lambda_="log-likelihood").statistic / 2)
    assert (best.first_day, best.last_day, best.recurrence) == (0, 6, None)
    law = hypergeom(50, 25, 20)
    other = next(c for c in range(10, -1, -1) if uneven(c) >= best.statistic - 1e-9)
    exact = float(law.sf(13) + law.cdf(other))
    assert best.p_value == pytest.approx(exact, abs=4 * math.sqrt(exact / 9999))


def uneven(c: int) -> float:
    """Return half of the G of the table of 25 cases among 50 people, c of them among 20."""
    return log_likelihood(c, 20) + log_likelihood(25 - c, 30) - log_likelihood(25, 50)


def test_cases_and_controls_may_change_their_names() -> None:
    """What is a cluster of cases at one of two places is one of controls, as strong, at the other."""
    table = np.array([[14, 6], [11, 19]])
    rows = (np.repeat([0.0, 0.0, 900.0, 900.0], table.ravel()), np.zeros(50), np.arange(50) % 7)
    ill = np.repeat([True, False, True, False], table.ravel())
    one, other = (scan(rows, who, over="space", max_share=0.7, max_p=None) for who in (ill, ~ill))
    assert one.strongest.statistic == pytest.approx(other.strongest.statistic)
    assert (one.strongest.centre, other.strongest.centre) == ((0.0, 0.0), (900.0, 0.0))


@pytest.mark.parametrize("over", ["space", "space_time"])
def test_where_cases_are_rare_it_is_the_poisson_model(over: str) -> None:
    """With five thousand controls a place and day, both find the same with the same statistic."""
    draw = np.random.default_rng(2)
    spots = np.column_stack([np.arange(9) % 3, np.arange(9) // 3]) * 700.0
    own, day = np.append(draw.integers(0, 9, 60), [4] * 12), np.append(draw.integers(0, 20, 60), [19] * 12)
    where = np.repeat(spots, 20, axis=0)
    controls = Events(where[:, 0], where[:, 1], np.tile(np.arange(20), 9), counts=np.full(180, 5_000))
    options: dict[str, Any] = {"over": over, "study_period": (0, 19), "replications": 99, "max_share": 0.4}
    rare = space_time_scan(spots[own, 0], spots[own, 1], day, controls=controls, **options)
    people = space_time_scan(spots[own, 0], spots[own, 1], day, places=spots, population=np.ones(9), **options)
    a, b = rare.strongest, people.strongest
    assert a is not None
    assert b is not None
    assert (a.centre, a.radius_m, a.first_day, a.last_day, a.members) == (
        b.centre, b.radius_m, b.first_day, b.last_day, b.members
    )  # fmt: skip
    assert (a.statistic, a.expected) == pytest.approx((b.statistic, b.expected), rel=5e-3)
    assert rare.simulated_maxima.mean() == pytest.approx(people.simulated_maxima.mean(), rel=0.1)


def test_storm_days_that_bring_controls_too_are_no_cluster() -> None:
    """Days and places that are busy for both kinds of call do not matter; where the share of cases rises does."""
    draw = np.random.default_rng(8)
    storm = np.where(draw.random(900) < 0.6, draw.choice([7, 20, 21], 900), draw.integers(0, 30, 900))
    own = np.where(draw.random(900) < 0.5, 0, draw.integers(0, 12, 900))
    own[:12], storm[:12] = 5, 20
    rows, ill = (own * 800.0, np.zeros(900), storm), draw.random(900) < 0.3
    assert scan(rows, ill, prospective=False).clusters == ()
    ill[:12] = True
    best = scan(rows, ill, prospective=False).clusters[0]
    assert (best.centre, best.first_day, best.last_day) == ((4000.0, 0.0), 20, 20)


@pytest.mark.parametrize("over", ["space_time", "space", "time"])
def test_p_is_what_it_says_where_there_is_nothing(over: str) -> None:
    """Of 200 towns in which anybody is as likely a case, one in twenty has p up to 0.05, and one in two up to 0.5.

    Places and days are as uneven as calls are. Of few cases many windows are equally strong, which counts against
    them: p is then too large, never too small, and right where a lot decides between equals.
    """
    listed, by_lot = [], []
    for seed in range(200):
        draw = np.random.default_rng(seed)
        own = draw.choice(15, 240, p=np.arange(1, 16) / 120)
        day = np.where(draw.random(240) < 0.4, draw.integers(0, 30, 3)[draw.integers(0, 3, 240)],
                       draw.integers(0, 30, 240))  # fmt: skip
        rows, ill = (own % 5 * 300.0, own // 5 * 300.0, day), draw.permutation(np.arange(240) < 80)
        found = scan(rows, ill, over=over, study_period=(0, 29), prospective=False, max_p=None, seed=seed)
        best, maxima = found.strongest.statistic if found.strongest else 0.0, found.simulated_maxima
        listed.append(found.strongest.p_value if found.strongest else 1.0)
        by_lot.append(((maxima > best).sum() + draw.random() * ((maxima == best).sum() + 1)) / 100)
    for level in (0.05, 0.2, 0.5, 0.8):
        low, high = binom(200, level).ppf([0.001, 0.999])
        assert low <= np.sum(np.array(by_lot) <= level) <= high, level
        assert np.sum(np.array(listed) <= level + 1e-9) <= high, level


def test_neither_order_nor_threads_nor_how_rows_are_counted_show() -> None:
    """The same town in another order, on one thread, or with one row for several: the same clusters and maxima."""
    draw = np.random.default_rng(4)
    rows = tuple(draw.integers(0, 6, (3, 300)).astype(float))
    ill, options = np.arange(300) < 110, {"prospective": False, "max_days": 3}
    whole = scan(rows, ill, seed=11, n_jobs=2, **options)
    order = np.concatenate([draw.permutation(110), 110 + draw.permutation(190)])
    other = scan(columns(rows, order), ill, seed=11, n_jobs=1, **options)
    packed = []
    for who in (ill, ~ill):
        cells, counts = np.unique(np.column_stack(columns(rows, who)), axis=0, return_counts=True)
        packed.append(Events(*cells.T, counts=counts))
    counted = space_time_scan(packed[0], controls=packed[1], seed=11, replications=99, **options)
    for again in (other, counted):
        assert (again.simulated_maxima == whole.simulated_maxima).all()
        assert again.strongest is not None
        assert vars(again.strongest)["statistic"] == whole.strongest.statistic
        assert (again.strongest.centre, again.strongest.controls) == (whole.strongest.centre, whole.strongest.controls)
    assert (scan(rows, ill, seed=12, **options).simulated_maxima != whole.simulated_maxima).any()
    assert whole.parameters["controls"] == 190


def test_cases_and_controls_of_one_plane() -> None:
    """Sliced from the same events they lie on one plane; made apart from degrees they do not, and that is said."""
    draw = np.random.default_rng(6)
    lon, lat, day = 119.9 + draw.integers(0, 5, 80) / 100, 31.7 + draw.integers(0, 5, 80) / 100, draw.integers(0, 9, 80)
    ill = np.arange(80) % 3 == 0
    together = Events.from_lonlat(lon, lat, day)
    found = space_time_scan(together[ill], controls=together[~ill], replications=19, max_p=None)
    assert found.strongest is not None
    assert found.parameters["places"] == len(np.unique(np.column_stack([lon, lat]), axis=0))
    apart = Events.from_lonlat(lon[~ill] + 0.01, lat[~ill], day[~ill])
    with pytest.raises(ValueError, match=r"everybody\[is_case\]"):
        space_time_scan(together[ill], controls=apart, replications=19)


@pytest.mark.parametrize("against", [True, False])
def test_where_nobody_was_of_late_there_is_no_cluster(against: bool) -> None:
    """And no warning of a division by nothing, with controls and without."""
    x, y, day = np.random.default_rng(0).integers(0, 10, (3, 200)).astype(float)
    options = {"controls": (y, x, day)} if against else {}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = space_time_scan(x, y, day, study_period=(0, 60), replications=19, max_p=None, **options)
    assert (found.strongest, found.clusters, found.simulated_maxima.max()) == (None, (), 0.0)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"controls": None}, "give controls"),
        ({"model": "poisson"}, "controls are for the bernoulli model"),
        ({"population": [1.0], "places": [[0, 0]]}, "neither population nor strata"),
        ({"strata": "day_of_week"}, "neither population nor strata"),
        ({"controls": Events([0], [0], [0], counts=[0])}, "no controls"),
        ({"controls": ([], [], [])}, "no controls"),
        ({"controls": ([0], [0])}, "columns"),
        ({"controls": 3}, "columns"),
        ({"controls": ([0], [0], [99]), "study_period": (0, 9)}, "outside the study period"),
    ],
)
def test_what_it_cannot_take_is_refused(options: dict[str, Any], says: str) -> None:
    """With what to give instead."""
    given = {"model": "bernoulli", "controls": ([0, 9], [0, 9], [0, 3]), "max_days": 1, "replications": 9, **options}
    with pytest.raises(ValueError, match=says):
        space_time_scan([0, 9, 9], [0, 0, 9], [0, 1, 2], **given)
