"""Exact DBSCAN with a stated border rule, beside scikit-learn and a slow reading of the definition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import DBSCAN

from anlan.analysis import Events, density_clusters

pytestmark = pytest.mark.pure


def slowly(x: np.ndarray, y: np.ndarray, radius_m: float, min_count: int, ids: np.ndarray) -> np.ndarray:
    """Return the labels straight from the definition."""
    apart = (x[:, None] - x) ** 2 + (y[:, None] - y) ** 2
    near = apart <= radius_m**2
    core = near.sum(axis=1) >= min_count
    group = np.where(core, np.arange(len(x)), -1)
    while True:
        least = np.array(
            [min([group[j] for j in np.flatnonzero(near[i] & core)]) if core[i] else -1 for i in range(len(x))]
        )
        if (least == group).all():
            break
        group = least
    for i in np.flatnonzero(~core):
        reached = sorted((apart[i, j], ids[j], j) for j in np.flatnonzero(near[i] & core))
        group[i] = group[reached[0][2]] if reached else -1
    seen: dict[int, int] = {}
    for i in np.argsort(ids):
        if core[i]:
            seen.setdefault(int(group[i]), len(seen))
    return np.array([seen[int(one)] if one >= 0 else -1 for one in group])


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=60),
    st.sampled_from([1.0, 5.0, 7.5, 10.0, 13.0]),
    st.integers(1, 6),
    st.randoms(use_true_random=False),
)
def test_labels_are_those_of_the_definition(rows, radius_m, min_count, dice) -> None:
    """Ties, equal points, distances of exactly the radius, and any names included."""
    x, y = np.array(rows, dtype=float).T
    ids = np.array(dice.sample(range(1000), len(rows)))
    found = density_clusters(x, y, radius_m=radius_m, min_count=min_count, ids=ids)
    assert found.labels.tolist() == slowly(x, y, radius_m, min_count, ids).tolist()


def town(points: int, width: float = 20_000) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(7)
    centre = draw.uniform(0, width, (points // 100, 2))
    xy = centre[draw.integers(0, len(centre), points)] + draw.normal(0, 60, (points, 2))
    scattered = draw.random(points) < 0.3
    xy[scattered] = draw.uniform(0, width, (int(scattered.sum()), 2))
    return xy[:, 0], xy[:, 1]


@pytest.mark.parametrize("width", [20_000, 5_000_000])
def test_core_points_and_noise_are_those_of_scikit_learn(width: float) -> None:
    """On 20,000 points, near each other and far apart: the same cores, the same noise, the same groups of cores."""
    x, y = town(20_000, width)
    peer = DBSCAN(eps=50, min_samples=5).fit(np.column_stack([x, y]))
    found = density_clusters(x, y, radius_m=50, min_count=5)
    assert np.flatnonzero(found.core).tolist() == peer.core_sample_indices_.tolist()
    assert ((found.labels == -1) == (peer.labels_ == -1)).all()
    pairs = set(zip(found.labels[found.core].tolist(), peer.labels_[found.core].tolist(), strict=True))
    assert len(pairs) == found.clusters == peer.labels_.max() + 1


def test_the_order_of_rows_does_not_matter() -> None:
    """The same points with their names in another order give the same clusters."""
    x, y = town(3000, 5000)
    order = np.random.default_rng(1).permutation(3000)
    first = density_clusters(x, y, radius_m=50, min_count=5, ids=np.arange(3000))
    again = density_clusters(x[order], y[order], radius_m=50, min_count=5, ids=order)
    assert (again.labels == first.labels[order]).all()


def test_events_are_taken_in_place_of_columns() -> None:
    """With their ids, which settle ties."""
    x, y = town(2000, 4000)
    ids = np.random.default_rng(2).permutation(2000)
    found = density_clusters(Events(x, y, np.zeros(2000), ids=ids), radius_m=50, min_count=5)
    assert (found.labels == density_clusters(x, y, radius_m=50, min_count=5, ids=ids).labels).all()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"radius_m": 0}, "radius_m must be more than 0"),
        ({"min_count": 0}, "min_count must be 1"),
        ({"x": [0.0, np.nan]}, "row 1"),
        ({"x": [0.0]}, "one length"),
        ({"ids": [1]}, "ids"),
        ({"x": [0.0, 1e300]}, "x must be metres"),
        ({"x": [0.0, 9e8], "y": [0.0, 9e8], "radius_m": 1e-3}, "too far apart"),
    ],
)
def test_bad_input_is_named(wrong, said) -> None:
    """Before anything is computed."""
    with pytest.raises(ValueError, match=said):
        density_clusters(**({"x": [0.0, 1.0], "y": [0.0, 1.0], "radius_m": 1.0, "min_count": 2} | wrong))
