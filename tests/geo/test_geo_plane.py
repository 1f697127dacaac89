"""Metres around a city, areas, and swapped columns."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod
from shapely.geometry import box

from anlan.geo import AreaIndex, LocalProjection, distance_m, looks_swapped

SPOTS = st.tuples(st.floats(-0.4, 0.4), st.floats(-0.4, 0.4))


@given(one=SPOTS, two=SPOTS)
def test_the_plane_keeps_distances_over_a_city(one: tuple[float, float], two: tuple[float, float]) -> None:
    """Within some 45 km of the centre a distance in the plane is off by less than one part in 10,000."""
    lon, lat = np.array([119.9 + one[0], 119.9 + two[0]]), np.array([31.7 + one[1], 31.7 + two[1]])
    x, y = LocalProjection(119.9, 31.7).forward(lon, lat)
    true = Geod(ellps="WGS84").inv(lon[0], lat[0], lon[1], lat[1])[2]
    assert float(np.hypot(x[1] - x[0], y[1] - y[0])) == pytest.approx(true, rel=1e-4, abs=1e-6)
    assert float(distance_m(lon[0], lat[0], lon[1], lat[1])) == pytest.approx(true, rel=6e-3, abs=1e-6)


def test_the_plane_does_not_depend_on_the_order_of_points() -> None:
    """The centre comes from the rounded box, so rows in another order have the same metres."""
    lon, lat = np.array([119.91, 120.07, 119.99]), np.array([31.7, 31.9, 31.75])
    there, back = LocalProjection.around(lon, lat), LocalProjection.around(lon[::-1], lat[::-1])
    assert there == back
    assert there.parameters() == {"projection": "transverse Mercator", "lon": 119.99, "lat": 31.8}


def test_metres_go_back_to_degrees() -> None:
    """Forward and back is where it was."""
    plane = LocalProjection(-76.27, 36.87)
    lon, lat = plane.inverse(*plane.forward(-76.3, 36.9))
    assert (float(lon), float(lat)) == pytest.approx((-76.3, 36.9), abs=1e-9)


def test_a_point_on_a_border_lies_in_both_areas() -> None:
    """Areas may overlap; the answer is every area that covers the point, ascending."""
    index = AreaIndex([box(0, 0, 1, 1), box(1, 0, 2, 1), box(0, 0, 2, 2)])
    assert index.at(1.0, 0.5) == (0, 1, 2)
    assert index.at(0.5, 0.5) == (0, 2)
    assert index.at(5, 5) == ()
    rows, areas = index.assign([0.5, 5, 1.0], [0.5, 5, 0.5])
    assert list(zip(rows.tolist(), areas.tolist(), strict=True)) == [(0, 0), (0, 2), (2, 0), (2, 1), (2, 2)]


def test_no_areas_cover_nothing() -> None:
    """An index without areas answers, with nothing."""
    assert AreaIndex([]).at(1, 1) == ()


def test_swapped_columns_are_recognised() -> None:
    """Longitudes in the column of latitudes are noticed where only the exchange fits, and nowhere else."""
    lon, lat = [119.9, 120.0, 119.8], [31.7, 31.8, 31.6]
    assert looks_swapped(lat, lon)
    assert not looks_swapped(lon, lat)
    assert not looks_swapped([], [])
    norfolk = (-77.0, 36.0, -75.0, 38.0)
    assert looks_swapped([36.8, 36.9], [-76.2, -76.3], norfolk)
    assert not looks_swapped([36.8, 36.9], [-76.2, -76.3])
