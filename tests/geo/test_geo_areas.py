"""Which areas a point lies in."""

from __future__ import annotations

import pytest
import shapely

from anlan.geo import AreaIndex

pytestmark = pytest.mark.pure
WEST, EAST, ZONE = shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1), shapely.box(0.5, 0.5, 1.5, 0.9)


def test_a_point_is_in_every_area_that_covers_it() -> None:
    """Zones overlap districts; a border belongs to both sides; outside is nowhere."""
    index = AreaIndex([WEST, EAST, ZONE])
    assert index.at(0.2, 0.2) == (0,)
    assert index.at(0.6, 0.6) == (0, 2)
    assert index.at(1.0, 0.1) == (0, 1)
    assert index.at(5.0, 5.0) == ()


def test_many_points_are_assigned_at_once_in_order() -> None:
    """Pairs come sorted by row, then by area, and agree with one question a point."""
    index = AreaIndex([WEST, EAST, ZONE])
    lon, lat = [1.2, 0.6, 9.0], [0.7, 0.6, 9.0]
    rows, areas = index.assign(lon, lat)
    assert list(zip(rows.tolist(), areas.tolist(), strict=True)) == [(0, 1), (0, 2), (1, 0), (1, 2)]
