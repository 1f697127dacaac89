"""GCJ-02 and BD-09: there and back, and outside China."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.geo import distance_m, from_wgs84, to_wgs84

CITY = (119.95, 31.77)


@pytest.mark.parametrize("crs", ["GCJ-02", "BD-09"])
@given(lon=st.floats(74, 135), lat=st.floats(3, 53))
def test_shifted_coordinates_come_back_within_a_millimetre(crs: str, lon: float, lat: float) -> None:
    """A point that goes to the shifted system and back is within 1 mm of where it was."""
    back = to_wgs84(*from_wgs84(lon, lat, crs), crs)
    assert float(distance_m(lon, lat, *back)) < 1e-3


@pytest.mark.parametrize("crs", ["GCJ-02", "BD-09"])
@given(lon=st.floats(-180, 180), lat=st.floats(-85, 85))
def test_outside_china_nothing_is_shifted(crs: str, lon: float, lat: float) -> None:
    """Points outside the box of the shift stay as they are, in both directions."""
    if 71 < lon < 139 and 0 < lat < 57:
        return
    assert from_wgs84(lon, lat, crs) == (lon, lat)
    assert to_wgs84(lon, lat, crs) == (lon, lat)


def test_the_shift_is_of_the_known_size() -> None:
    """In Changzhou GCJ-02 lies about 500 m from WGS 84, and BD-09 about a kilometre from that."""
    gcj, bd = from_wgs84(*CITY, "GCJ-02"), from_wgs84(*CITY, "BD-09")
    assert 400 < float(distance_m(*CITY, *gcj)) < 650
    assert 700 < float(distance_m(*gcj, *bd)) < 1200


def test_arrays_keep_their_shape_and_are_not_changed() -> None:
    """Columns are converted as columns; the caller's own are left alone."""
    lon, lat = np.array([119.9, 120.0, -76.3]), np.array([31.7, 31.8, 36.9])
    kept = lon.copy()
    out_lon, out_lat = to_wgs84(lon, lat, "BD-09")
    assert out_lon.shape == out_lat.shape == (3,)
    assert (lon == kept).all()
    assert (out_lon[2], out_lat[2]) == (-76.3, 36.9)
