"""Models of the scan beside the permutation: by day, over space or time alone; incidents, cut lists, storm days."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from anlan.analysis import Events, incidents_of, recurrent_places, space_time_scan
from tests.analysis.test_places_recurrent import made_up

pytestmark = pytest.mark.pure
PLACES = np.column_stack([np.arange(12) % 4, np.arange(12) // 4]) * 800.0
PEOPLE = np.array([900, 200, 300, 100] * 3, dtype=float)


def storms(seed: int, cases: int = 400) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cases in proportion to people, three days in four of them on a few storm days: nothing to find in space."""
    draw = np.random.default_rng(seed)
    own = draw.choice(12, cases, p=PEOPLE / PEOPLE.sum())
    day = np.where(draw.random(cases) < 0.75, draw.choice(draw.integers(0, 60, 4), cases), draw.integers(0, 60, cases))
    return PLACES[own, 0], PLACES[own, 1], day.astype(float)


def scan(rows: tuple[Any, ...], **options: Any) -> Any:
    given = {"places": PLACES, "population": PEOPLE, "study_period": (0, 59), "replications": 99, "prospective": False}
    return space_time_scan(*rows, **{**given, **options})


def test_storm_days_fool_the_poisson_model_and_not_the_one_by_day() -> None:
    """Of thirty cities without any cluster the even Poisson model rejects all and warns; by day few are rejected."""
    even, by_day = [], []
    for seed in range(30):
        even.append(scan(storms(seed)))
        by_day.append(scan(storms(seed), model="poisson_by_day"))
    assert sum(bool(found.clusters) for found in even) >= 28
    assert all("poisson_by_day" in found.warnings[0] for found in even)
    assert sum(bool(found.clusters) for found in by_day) <= 5  # 1.5 are to be expected
    assert all(found.warnings == () for found in by_day)


def test_even_days_are_not_warned_of() -> None:
    """Cases that come evenly leave the Poisson model alone."""
    x, y, _ = storms(1)
    assert scan((x, y, np.random.default_rng(3).integers(0, 60, len(x)))).warnings == ()


def test_by_day_a_busy_place_of_a_storm_is_found_with_what_was_expected() -> None:
    """Expected are the people's share of the cases of those days."""
    x, y, day = (
        np.append(column, [value] * 25) for column, value in zip(storms(2), (2400.0, 800.0, 30.0), strict=True)
    )
    found = scan((x, y, day), model="poisson_by_day", max_days=1)
    best = found.clusters[0]
    assert (best.centre, best.first_day, best.last_day, best.radius_m) == ((2400.0, 800.0), 30, 30, 0.0)
    assert best.expected == pytest.approx((day == 30).sum() * 100 / PEOPLE.sum())


def test_space_alone_finds_the_place_whenever() -> None:
    """The days do not matter; the window is the study period, and there is no recurrence."""
    x, y, day = (np.append(column, [value] * 30) for column, value in zip(storms(2), (2400.0, 0.0, 7.0), strict=True))
    found = scan((x, y, day), over="space")
    again = scan((x, y, day[::-1].copy()), over="space")
    best = found.clusters[0]
    assert (best.centre, best.first_day, best.last_day, best.recurrence) == ((2400.0, 0.0), 0, 59, None)
    assert best.expected == pytest.approx(len(x) * PEOPLE[3] / PEOPLE.sum())
    assert best.observed == len(best.members)
    assert (found.simulated_maxima == again.simulated_maxima).all()


def test_time_alone_finds_the_days_wherever() -> None:
    """Two busy days stand out, and that storm days do not fit the model is said."""
    draw = np.random.default_rng(5)
    day = np.append(draw.integers(0, 100, 300), [40] * 15 + [41] * 15)
    found = space_time_scan(draw.uniform(0, 9000, 330), draw.uniform(0, 9000, 330), day, over="time",
                            study_period=(0, 99), prospective=False, replications=99)  # fmt: skip
    best = found.clusters[0]
    assert (best.first_day, best.last_day, best.p_value) == (40, 41, 0.01)
    assert best.expected == pytest.approx(330 * 2 / 100)
    assert "read every storm as a cluster in time" in found.warnings[0]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"model": "binomial"}, "model is one of"),
        ({"over": "place"}, "over is one of"),
        ({"over": "space"}, "permutation model"),
        ({"model": "poisson"}, "needs population"),
        ({"model": "poisson_by_day"}, "needs population"),
        ({"model": "permutation", "population": PEOPLE, "places": PLACES}, "takes no population"),
        ({"model": "poisson_by_day", "over": "space", "population": PEOPLE, "places": PLACES}, "write poisson"),
    ],
)
def test_models_without_what_they_need_are_refused(options: dict[str, Any], says: str) -> None:
    """With what to give instead."""
    with pytest.raises(ValueError, match=says):
        space_time_scan(*storms(1), replications=9, **options)


def test_clusters_are_cut_by_p_and_the_strongest_is_kept() -> None:
    """By default none above 0.05 is listed; how many were left out is said, and the strongest is there in any case."""
    rows = storms(4)
    listed = space_time_scan(*rows, replications=99)
    everything = space_time_scan(*rows, replications=99, max_p=None)
    assert all(one.p_value <= 0.05 for one in listed.clusters)
    assert len(everything.clusters) == len(listed.clusters) + listed.weaker > len(listed.clusters)
    assert listed.strongest is not None
    assert listed.strongest.statistic == everything.clusters[0].statistic


def test_incidents_are_the_same_whatever_the_order_and_never_grow_along_a_street() -> None:
    """Callers near the first report and soon after it are one; a chain of reports is not."""
    reports = Events(np.arange(10) * 150.0, np.zeros(10), np.full(10, 5.0))
    assert incidents_of(reports).x.tolist() == [0, 300, 600, 900, 1200]
    draw = np.random.default_rng(7)
    x, y, day = draw.uniform(0, 2000, 300), draw.uniform(0, 2000, 300), draw.uniform(0, 20, 300)
    order = draw.permutation(300)
    one = incidents_of(Events(x, y, day, ids=np.arange(300)))
    other = incidents_of(Events(x[order], y[order], day[order], ids=order))
    assert one.ids.tolist() == other.ids.tolist()
    apart = np.hypot(one.x[:, None] - one.x, one.y[:, None] - one.y)
    soon = np.abs(one.day[:, None] - one.day) <= 1
    assert (apart[soon & (apart > 0)] > 200).all()
    assert 50 < len(one) < 300


@pytest.mark.parametrize("budget", [1, 5, 14, 20])
def test_as_many_places_as_the_budget_with_their_chance(budget: int) -> None:
    """So many and no more; the longer the list, the more of it chance would have made, and the sentence says so."""
    events = Events(*made_up())
    found = recurrent_places(events, places=budget)
    assert len(found.places) <= budget
    assert len(found.places) == budget or budget > 12
    assert f"of the {len(found.places)} listed" in found.chance.sentence
    assert found.chance.expected_places >= recurrent_places(events, places=1).chance.expected_places
    with pytest.raises(ValueError, match="not both"):
        recurrent_places(events, places=3, min_reports=2)
