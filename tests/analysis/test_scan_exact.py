"""The scan's kernels agree with a slow reading of the definition, whichever path they take."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anlan.analysis import space_time_scan
from anlan.analysis.events import Events
from anlan.analysis.scan._model import Model, model_of
from anlan.analysis.scan._random import draw
from tests.analysis.scan_slowly import Slow, small_case

pytestmark = pytest.mark.pure
SEEDS = st.integers(0, 1 << 20)
KINDS = st.sampled_from(["permutation", "poisson", "strata"])


def made(seed: int, kind: str, prospective: bool) -> tuple[dict[str, Any], Slow]:
    """Return one small case as the library and as the slow reading take it."""
    case = small_case(seed)
    xy, settled = np.unique(case["places"], axis=0, return_inverse=True)
    settled = settled.reshape(-1)
    length = max(int(case["day"].max()) + 1, case["max_days"])
    own = np.array([np.flatnonzero((xy == one).all(axis=1))[0] for one in np.column_stack([case["x"], case["y"]])])
    asked = {key: case[key] for key in ("x", "y", "day", "places", "max_share", "max_radius_m", "max_days")}
    asked |= {"study_period": (0, length - 1), "prospective": prospective, "seed": seed}
    if kind == "poisson":
        asked["population"] = case["population"]
    if kind == "strata":
        asked["strata"] = case["stratum"]
    slow = Slow(
        xy=xy,
        place=own,
        day=case["day"],
        length=length,
        max_share=case["max_share"],
        max_radius=case["max_radius_m"] or math.inf,
        max_days=case["max_days"],
        ends=(length - 1,) if prospective else tuple(range(length)),
        stratum=case["stratum"] if kind == "strata" else None,
        risk=np.bincount(settled, weights=case["population"]) if kind == "poisson" else None,
    )
    return asked, slow


def model(asked: dict[str, Any], replications: int) -> Model:
    """Lay a case out without running it."""
    options = {key: value for key, value in asked.items() if key not in {"x", "y", "day"}}
    options = {"population": None, "strata": None, "adjust_for_looks": 1, **options}
    return model_of(Events(asked["x"], asked["y"], asked["day"]), replications=replications, **options)


def drawn(laid: Model, replicate: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the places and study days of one replicate's cases."""
    room = 10_000
    rows, days, used = np.empty(room, np.int32), np.empty(room, np.int32), np.zeros(room, np.uint64)
    count = draw(laid.urn, replicate, laid.urn.tickets.copy(), used, rows, days)
    assert not used.any()
    return laid.ground.place[rows[:count]], days[:count] + laid.origin


@pytest.mark.slow
@settings(max_examples=150, deadline=None, derandomize=True)
@given(SEEDS, st.booleans(), st.sampled_from(["permutation", "poisson"]))
def test_clusters_are_those_of_the_definition(seed: int, prospective: bool, kind: str) -> None:
    """Places, windows, counts and statistics are the slow reading's, with ties and duplicate places."""
    asked, slow = made(seed, kind, prospective)
    found = space_time_scan(**asked, replications=1, max_p=None).clusters
    wanted = slow.clusters()
    assert [(one.first_day, one.last_day, one.observed, sorted(map(tuple, one.places.tolist()))) for one in found] == [
        (one.first, one.last, one.observed, sorted(map(tuple, slow.xy[list(one.places)].tolist()))) for one in wanted
    ]
    for one, other in zip(found, wanted, strict=True):
        assert (one.statistic, one.expected) == pytest.approx((other.statistic, other.expected), rel=1e-9)
        assert one.radius_m == pytest.approx(other.radius)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(SEEDS, st.booleans())
def test_clusters_within_strata_are_those_of_the_definition(seed: int, prospective: bool) -> None:
    """With strata the strongest cluster has the slow reading's statistic and window."""
    asked, slow = made(seed, "strata", prospective)
    found = space_time_scan(**asked, replications=1, max_p=None).clusters
    wanted = slow.clusters()
    assert [one.statistic for one in found[:1]] == pytest.approx([one.statistic for one in wanted[:1]], rel=1e-9)
    assert bool(found) == bool(wanted)


@pytest.mark.slow
@settings(max_examples=100, deadline=None, derandomize=True)
@given(SEEDS, st.booleans(), KINDS)
def test_simulated_maxima_are_those_of_the_definition(seed: int, prospective: bool, kind: str) -> None:
    """Each maximum is what the slow reading finds in the same permuted cases."""
    asked, slow = made(seed, kind, prospective)
    maxima = space_time_scan(**asked, replications=3).simulated_maxima
    laid = model(asked, 3)
    assert maxima == pytest.approx([slow.maximum(*drawn(laid, i)) for i in range(3)], rel=1e-9, abs=1e-12)


@pytest.mark.slow
@settings(max_examples=60, deadline=None, derandomize=True)
@given(SEEDS, st.integers(1, 5))
def test_repeated_looks_take_the_maximum_over_all_of_them(seed: int, looks: int) -> None:
    """Windows that end on each of the last days count in the replications, those of the last day alone in the data."""
    asked, slow = made(seed, "permutation", prospective=True)
    looks = min(looks, slow.length)
    found = space_time_scan(**asked, replications=3, adjust_for_looks=looks, max_p=None)
    laid = model({**asked, "adjust_for_looks": looks}, 3)
    often = Slow(**{**vars(slow), "ends": tuple(range(slow.length - looks, slow.length))})
    assert found.simulated_maxima == pytest.approx([often.maximum(*drawn(laid, i)) for i in range(3)], abs=1e-9)
    assert [one.statistic for one in found.clusters] == pytest.approx([one.statistic for one in slow.clusters()])


def test_permutation_keeps_places_and_days() -> None:
    """Over a full permutation, each place keeps its cases and each day its cases, also within strata."""
    asked, slow = made(5, "strata", prospective=False)
    places, days = drawn(model(asked, 1), 0)
    assert (
        np.bincount(places, minlength=len(slow.xy)).tolist() == np.bincount(slow.place, minlength=len(slow.xy)).tolist()
    )
    assert np.bincount(days).tolist() == np.bincount(slow.day).tolist()
