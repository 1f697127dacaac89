"""Near repeats: exact counts beside a slow reading of the definition, chance, spans of time, shifts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anlan.analysis import REVISIONS, Events, NearRepeat, near_repeat

pytestmark = pytest.mark.pure
GOLDEN = [(0.0, 0.0, 1.0), (78.0, 13.669563, 0.01)]
METRES, DAYS = [10.0, 25.0], [0.0, 2.0, 7.0]


def slowly(x, y, day, metres, days) -> np.ndarray:
    """Count pairs straight from the definition."""
    counts = np.zeros((len(metres) + 1, len(days)))
    for i in range(len(x)):
        for j in range(i):
            apart, between = np.hypot(x[i] - x[j], y[i] - y[j]), abs(day[i] - day[j])
            if apart <= metres[-1] and between <= days[-1]:
                row = 0 if apart == 0 else 1 + next(k for k, most in enumerate(metres) if apart <= most)
                counts[row, next(k for k, most in enumerate(days) if between <= most)] += 1
    return counts


def table(found: NearRepeat, name: str) -> np.ndarray:
    days = len(found.parameters["day_bands"])
    return np.array([getattr(band, name) for band in found.bands]).reshape(-1, days)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(0, 20)), min_size=3, max_size=40))
def test_counts_are_those_of_the_definition(rows) -> None:
    """Same places, ties and distances of exactly a band's end included."""
    x, y, day = np.array(rows, dtype=float).T
    found = near_repeat(x, y, day, distance_bands_m=METRES, day_bands=DAYS, replications=19)
    assert table(found, "observed").tolist() == slowly(x, y, day, METRES, DAYS).tolist()


@pytest.mark.slow
def test_the_expected_number_is_the_mean_over_all_pairings() -> None:
    """Over 4,999 permutations the mean comes within a per cent of the exact value."""
    draw = np.random.default_rng(1)
    x, y, day = draw.integers(0, 60, (3, 200)).astype(float)
    found = near_repeat(x, y, day, distance_bands_m=METRES, day_bands=DAYS, replications=19)
    mean = np.mean([slowly_fast(x, y, draw.permutation(day)) for _ in range(1500)], axis=0)
    large = mean > 5
    assert large.sum() >= 5
    assert np.abs(table(found, "expected")[large] / mean[large] - 1).max() < 0.03


def slowly_fast(x, y, day) -> np.ndarray:
    i, j = np.triu_indices(len(x), 1)
    apart, between = np.hypot(x[i] - x[j], y[i] - y[j]), abs(day[i] - day[j])
    row = np.where(apart == 0, 0, np.searchsorted(METRES, apart) + 1)
    column = np.searchsorted(DAYS, between)
    kept = (row <= len(METRES)) & (column < len(DAYS))
    counts = np.zeros((len(METRES) + 1, len(DAYS)))
    np.add.at(counts, (row[kept], column[kept]), 1)
    return counts


def town(seed: int, repeats: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Incidents anywhere at any time, some of them repeated next door within three days."""
    draw = np.random.default_rng(seed)
    x, y, day = draw.uniform(0, 4000, 500), draw.uniform(0, 4000, 500), draw.uniform(0, 365, 500)
    again = draw.integers(0, 500, repeats)
    return (
        np.append(x, x[again] + draw.normal(0, 30, repeats)),
        np.append(y, y[again] + draw.normal(0, 30, repeats)),
        np.append(day, day[again] + draw.uniform(0, 3, repeats)),
    )


def test_repeats_next_door_stand_out_and_far_ones_do_not() -> None:
    """The close band has far more pairs than chance gives; the outer band does not."""
    found = near_repeat(*town(1, 60), distance_bands_m=[100, 800], day_bands=[3, 60], replications=199)
    close = next(band for band in found.bands if (band.to_m, band.to_day) == (100, 3))
    outer = next(band for band in found.bands if (band.to_m, band.to_day) == (800, 60))
    assert close.ratio > 5
    assert close.p_value == close.p_value_any_band == 1 / 200
    assert outer.p_value_any_band > 0.05


def test_without_near_repeats_few_studies_find_one() -> None:
    """Of 40 towns without any, the smallest p over all bands is at most 0.05 in about two."""
    found = [near_repeat(*town(seed, 0), distance_bands_m=[100, 400], day_bands=[7, 30], replications=99)
             for seed in range(40)]  # fmt: skip
    small = sum(min(band.p_value_any_band for band in one.bands) <= 0.05 for one in found)
    assert small <= 6


def test_the_order_of_rows_does_not_matter() -> None:
    """Shuffled rows give the same counts and the same p-values."""
    x, y, day = town(2, 20)
    order = np.random.default_rng(0).permutation(len(x))
    options = {"distance_bands_m": [100, 400], "day_bands": [7, 30], "replications": 99}
    assert near_repeat(x, y, day, **options).bands == near_repeat(x[order], y[order], day[order], **options).bands


def test_output_changes_only_with_the_revision() -> None:
    """Who changes these numbers raises the revision."""
    found = near_repeat(*town(1, 60), distance_bands_m=[100], day_bands=[7], replications=99)
    told = [(band.observed, round(band.expected, 6), band.p_value) for band in found.bands]
    assert (REVISIONS["near_repeat"], told) == (2, GOLDEN)


def test_events_are_taken_in_place_of_columns() -> None:
    """The same answer; events on a sphere, or both at once, are refused."""
    options = {"distance_bands_m": [100], "day_bands": [7], "replications": 19}
    x, y, day = town(1, 20)
    assert near_repeat(Events(x, y, day), **options).bands == near_repeat(x, y, day, **options).bands
    with pytest.raises(ValueError, match="metric='projected'"):
        near_repeat(Events.from_lonlat([119, 119.1, 119.2], [31, 31, 31], [1, 2, 3], metric="sphere"), **options)
    with pytest.raises(ValueError, match="not both"):
        near_repeat(Events(x, y, day), y, **options)


def test_a_known_time_is_a_span_of_no_length() -> None:
    """Spans that start and end together give what times give; a span shares its pair among the bands."""
    x, y, day = town(3, 20)
    options = {"distance_bands_m": [100, 400], "day_bands": [7, 30], "replications": 19}
    assert near_repeat(x, y, day, day_to=day, **options).bands == near_repeat(x, y, day, **options).bands
    shared = near_repeat([0, 1, 900], [0, 0, 0], [0, 0, 50], day_to=[0, 4, 50],
                         distance_bands_m=[10], day_bands=[1, 4], replications=19)  # fmt: skip
    assert [band.observed for band in shared.bands if band.to_m == 10] == [0.25, 0.75]


def test_spans_on_both_sides_share_by_the_chance_of_the_difference() -> None:
    """Two moments anywhere in the same two days lie at most one day apart with chance 3/4."""
    found = near_repeat([0, 1, 900], [0, 0, 0], [0, 0, 50], day_to=[2, 2, 50],
                        distance_bands_m=[10], day_bands=[1, 2], replications=19)  # fmt: skip
    assert [round(band.observed, 12) for band in found.bands if band.to_m == 10] == [0.75, 0.25]


def test_a_city_whose_trouble_moves_is_warned_of() -> None:
    """Incidents that wander from west to east over two years; and one where each side has its season."""
    draw = np.random.default_rng(4)
    day = draw.uniform(0, 730, 800)
    x, y = day * 5 + draw.normal(0, 500, 800), draw.uniform(0, 4000, 800)
    options = {"distance_bands_m": [100], "day_bands": [7], "replications": 19}
    assert "move between quarters" in near_repeat(x, y, day, **options).warnings[0]
    east = draw.random(800) < 0.5 + 0.45 * np.sin(day / 365.25 * 2 * np.pi)
    assert any(
        "seasons" in one for one in near_repeat(east * 3000 + draw.uniform(0, 900, 800), y, day, **options).warnings
    )
    assert near_repeat(draw.permutation(x), y, day, **options).warnings == ()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"distance_bands_m": [0, 100]}, "distance_bands_m must be ends"),
        ({"day_bands": [7, 7]}, "day_bands must be ends"),
        ({"replications": 1}, "replications must be 19 or more"),
        ({"day_to": [0, 0, 0]}, "row 1 ends"),
        ({"x": [1, 2]}, "one length"),
    ],
)
def test_bad_input_is_named(wrong, said) -> None:
    """Before anything is computed, with what to write instead."""
    given_ = {"x": [0, 1, 2], "y": [0, 1, 2], "day": [0, 1, 2], "distance_bands_m": [100], "day_bands": [7]} | wrong
    with pytest.raises(ValueError, match=said):
        near_repeat(**given_)


@pytest.mark.parametrize("span", [1e-3, 1e-5, 1e-8, 1e-11, 0.0])
@pytest.mark.parametrize("origin", [0.0, 19_000.0, 738_000.0])
def test_spans_short_beside_a_band_are_counted_as_moments(span: float, origin: float) -> None:
    """Neither the length of the spans nor the origin of the days makes counts negative or moves them."""
    draw = np.random.default_rng(4)
    x, y, day = draw.uniform(0, 2000, 80), draw.uniform(0, 2000, 80), np.sort(draw.uniform(0, 300, 80))
    options: dict[str, Any] = {"distance_bands_m": [300, 900], "day_bands": [7, 30, 90], "replications": 19}
    moments = near_repeat(x, y, day, **options)
    spans = near_repeat(x, y, day + origin, day_to=day + origin + np.where(np.arange(80) % 3 == 0, 0, span), **options)
    for one, other in zip(spans.bands, moments.bands, strict=True):
        assert one.observed >= 0
        assert one.observed == pytest.approx(other.observed, abs=0.01)


def test_short_spans_at_a_band_share_the_pair_as_they_should() -> None:
    """Two spans of 1e-6 days whose middles lie a band apart: half of the pair lies within it, wherever the origin."""
    for origin in (0.0, 1000.0):
        start = np.array([origin, origin + 7.0, origin + 500.0])
        options: dict[str, Any] = {"distance_bands_m": [1.5], "day_bands": [7, 30], "replications": 19}
        found = near_repeat([0, 1, 9], [0, 0, 0], start, day_to=start + np.array([1e-6, 1e-6, 0.0]), **options)
        near = {(band.to_m, band.to_day): band.observed for band in found.bands}
        assert near[1.5, 7.0] == pytest.approx(0.5, abs=1e-3)
        assert near[1.5, 30.0] == pytest.approx(0.5, abs=1e-3)
