"""What a scan answers, and what it refuses."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from anlan.analysis import REVISIONS, Events, SpaceTimeScan, space_time_scan

pytestmark = pytest.mark.pure
GOLDEN = Path(__file__).parent / "golden" / "space_time_scan.json"
WEST, EAST = 0.0, 9000.0


def town(seed: int = 1, cases: int = 400) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scattered cases at forty places over a hundred days, and a burst at one place in the last three."""
    draw = np.random.default_rng(seed)
    places = draw.integers(0, 90, (40, 2)) * 100.0
    x, y = places[draw.integers(0, 40, cases)].T
    x, y = np.append(x, np.full(12, places[7, 0])), np.append(y, np.full(12, places[7, 1]))
    return x, y, np.append(draw.integers(0, 100, cases), np.repeat([97, 98, 99], 4)).astype(float)


def plain(found: SpaceTimeScan) -> list[Any]:
    """Write a result so that it can be compared."""
    return [
        (one.centre, one.first_day, one.last_day, one.observed, round(one.statistic, 6), one.p_value)
        for one in found.clusters
    ] + found.simulated_maxima.round(6).tolist()


def test_a_burst_is_found_with_its_rows() -> None:
    """The strongest cluster is the burst: its place, its days, its cases by id."""
    x, y, day = town()
    ids = [f"case {i}" for i in range(len(x))]
    best = space_time_scan(Events(x, y, day, ids=ids), replications=99).clusters[0]
    assert (best.first_day, best.last_day, best.p_value) == (97, 99, 0.01)
    assert set(ids[-12:]) <= set(best.members)
    assert len(best.members) == best.observed
    assert best.recurrence == ">= 100 days"
    assert best.recurrence_interval_days == pytest.approx(100)


def test_neither_row_order_nor_threads_show() -> None:
    """Shuffled rows and one thread or three give the same clusters and the same maxima, to the last bit."""
    x, y, day = town()
    shuffle = np.random.default_rng(3).permutation(len(x))
    for options in ({}, {"prospective": False}, {"strata": "day_of_week"}, {"adjust_for_looks": 5}):
        first = space_time_scan(x, y, day, replications=199, seed=5, n_jobs=1, **options)
        second = space_time_scan(x[shuffle], y[shuffle], day[shuffle], replications=199, seed=5, n_jobs=3, **options)
        assert plain(first) == plain(second)
        assert (first.simulated_maxima == second.simulated_maxima).all()


def test_counts_are_rows_said_shortly() -> None:
    """A row that counts three is three rows; one that counts nothing adds none and is no member."""
    x, y, day = town()
    apart = space_time_scan(np.repeat(x, 3), np.repeat(y, 3), np.repeat(day, 3), replications=99)
    counted = space_time_scan(
        np.append(x, x[0]), np.append(y, y[0]), np.append(day, 99), counts=[3] * len(x) + [0], replications=99
    )
    assert plain(apart) == plain(counted)
    assert len(x) not in {one for cluster in counted.clusters for one in cluster.members}


def test_weekly_markets_are_no_cluster_within_days_of_the_week() -> None:
    """A place that is busy each Saturday stands out on a Saturday; permuted within days of the week it does not."""
    draw = np.random.default_rng(2)
    days = np.arange(84)
    west = np.repeat(days[days % 7 == 6], 6)
    east = draw.integers(0, 84, 600)
    x = np.append(np.full(len(west), WEST), draw.integers(30, 90, 600) * 100.0)
    day = np.append(west, east)
    options: dict[str, Any] = {"study_period": (0, 83), "replications": 199, "max_days": 1, "max_radius_m": 500}
    naive = space_time_scan(x, np.zeros(len(x)), day, **options).clusters[0]
    assert (naive.centre, naive.p_value <= 0.05) == ((WEST, 0.0), True)
    fair = space_time_scan(x, np.zeros(len(x)), day, strata="day_of_week", **options)
    assert all(one.centre[0] != WEST for one in fair.clusters if one.p_value <= 0.05)


def test_population_says_what_is_expected() -> None:
    """With population a busy big place is no cluster, and a small place with as many cases is one."""
    draw = np.random.default_rng(4)
    x, day = np.where(draw.random(1000) < 0.9, WEST, EAST), draw.integers(0, 100, 1000)
    x, day = np.append(x, np.full(20, EAST)), np.append(day, np.full(20, 99))
    found = space_time_scan(
        x, np.zeros(1020), day, places=[(WEST, 0), (EAST, 0)], population=[9000, 1000], replications=199
    )
    best = found.clusters[0]
    assert (best.centre, best.first_day, best.p_value) == ((EAST, 0.0), 99, 0.005)
    assert best.expected == pytest.approx(1020 * 0.1 / 100)
    assert found.parameters["model"] == "poisson"


def test_looking_often_is_paid_for() -> None:
    """The same cluster has a greater p when thirty scans have been made."""
    x, y, day = town(cases=404)
    options: dict[str, Any] = {"replications": 499, "study_period": (0, 99), "max_p": None}
    once = space_time_scan(x[:-9], y[:-9], day[:-9], **options)
    often = space_time_scan(x[:-9], y[:-9], day[:-9], adjust_for_looks=30, **options)
    assert once.clusters[0].statistic == often.clusters[0].statistic
    assert once.clusters[0].p_value < often.clusters[0].p_value


def test_gumbel_goes_beyond_the_replications_and_says_so() -> None:
    """A fitted tail gives a p below 1 / (replications + 1); the interval in words names it."""
    x, y, day = town()
    best = space_time_scan(x, y, day, replications=99, gumbel=True).clusters[0]
    assert best.gumbel_p_value is not None
    assert best.gumbel_p_value < best.p_value == 0.01
    assert "(Gumbel)" in str(best.recurrence)


def test_a_retrospective_scan_has_no_recurrence_interval() -> None:
    """Who looks back once has no days between alarms."""
    best = space_time_scan(*town(), replications=9, prospective=False).strongest
    assert (best.recurrence_interval_days, best.recurrence) == (None, None)


def test_spheres_measure_arcs() -> None:
    """On a sphere the radius is metres though coordinates are degrees, as on the plane of the same points."""
    draw = np.random.default_rng(6)
    lon, lat = 119.9 + draw.integers(0, 9, 200) / 100, 31.7 + draw.integers(0, 9, 200) / 100
    day = draw.integers(0, 30, 200)
    options: dict[str, Any] = {"replications": 9, "max_radius_m": 2500, "max_p": 1}
    sphere = space_time_scan(Events.from_lonlat(lon, lat, day, metric="sphere"), **options)
    plane = space_time_scan(Events.from_lonlat(lon, lat, day), **options)
    for one, other in zip(sphere.clusters[:3], plane.clusters[:3], strict=True):
        assert one.statistic == pytest.approx(other.statistic)
        assert one.radius_m == pytest.approx(other.radius_m, rel=0.005)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"max_days": 101}, "longer than the study period of 100 days; write max_days=50"),
        ({"max_days": 0}, "max_days must be 1 or more"),
        ({"max_share": 0}, "max_share must be more than 0"),
        ({"max_radius_m": -1}, "max_radius_m must be more than 0"),
        ({"replications": 0}, "replications must be 1 or more"),
        ({"seed": -1}, "seed must be 0 or more"),
        ({"study_period": (0, 90)}, "outside the study period 0 to 90"),
        ({"adjust_for_looks": 5, "prospective": False}, "for prospective scans"),
        ({"adjust_for_looks": 500}, "more than the 100 days"),
        ({"strata": "weekday"}, "strata is 'day_of_week'"),
        ({"strata": [1, 2]}, "one value for each of the 412 events"),
        ({"population": [1.0]}, "one number for each of the 0 rows of places"),
        ({"population": [5.0], "places": [(1, 1)]}, "412 cases lie where there is no population"),
        ({"places": [1, 2]}, "two columns"),
        ({"n_jobs": 0}, "n_jobs must be 1 or more"),
    ],
)
def test_wrong_options_are_refused_in_words(options: dict[str, Any], says: str) -> None:
    """A wrong option raises ValueError that says what is wrong."""
    with pytest.raises(ValueError, match=says.replace("(", r"\(").replace(")", r"\)")):
        space_time_scan(*town(), **options)


def test_an_unchanged_revision_gives_unchanged_results() -> None:
    """Results are those of the golden file; who changes them raises the revision."""
    x, y, day = town()
    digests = {}
    for name, options in {
        "prospective": {},
        "retrospective": {"prospective": False},
        "strata": {"strata": "day_of_week"},
        "poisson": {"population": np.ones(len(x)), "places": np.column_stack([x, y])},
    }.items():
        told = plain(space_time_scan(x, y, day, replications=99, max_p=None, **options))
        digests[name] = hashlib.sha256(json.dumps(told).encode()).hexdigest()
    now = {"revision": REVISIONS["space_time_scan"], **digests}
    assert now == json.loads(GOLDEN.read_text()), f"raise the revision, then write {json.dumps(now)} into {GOLDEN}"
