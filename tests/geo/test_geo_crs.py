"""Names of coordinate systems, and projected ones against pyproj."""

from __future__ import annotations

import csv
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from anlan.geo import distance_m, from_wgs84, parse_crs, to_wgs84

PROJECTED = {
    "EPSG:2284": ((-83, -76), (36.6, 38.3)),
    "EPSG:4549": ((118.6, 121.4), (25, 50)),
    "EPSG:4527": ((115.6, 118.4), (25, 50)),
    "EPSG:32650": ((115, 119), (1, 60)),
}


@lru_cache
def theirs_of(source: str, target: str) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("epsg:2284", "EPSG:2284"),
        ("4549", "EPSG:4549"),
        ("wgs 84", "EPSG:4326"),
        ("WGS84", "EPSG:4326"),
        ("cgcs2000", "EPSG:4490"),
        ("gcj02", "GCJ-02"),
        ("GCJ-02", "GCJ-02"),
        ("bd_09", "BD-09"),
    ],
)
def test_names_are_read_however_they_are_typed(text: str, name: str) -> None:
    """Case, dashes and blanks do not matter in the name of a coordinate system."""
    assert parse_crs(text).name == name


@pytest.mark.parametrize("text", ["", "Venus", "EPSG:", "EPSG:999999", "wgs", "EPSG:1"])
def test_an_unknown_name_says_what_to_write(text: str) -> None:
    """A name that means nothing here is refused with what to write instead."""
    with pytest.raises(ValueError, match="EPSG"):
        parse_crs(text)


@pytest.mark.parametrize("crs", PROJECTED)
@given(share=st.tuples(st.floats(0, 1), st.floats(0, 1)))
def test_projected_systems_go_both_ways_as_pyproj_does(crs: str, share: tuple[float, float]) -> None:
    """Both directions agree with pyproj, and there and back is within a millimetre."""
    lon, lat = (low + s * (high - low) for s, (low, high) in zip(share, PROJECTED[crs], strict=True))
    x, y = from_wgs84(lon, lat, crs)
    theirs = theirs_of("EPSG:4326", crs).transform(lon, lat)
    assert (float(x), float(y)) == pytest.approx(theirs, abs=1e-3)
    back = theirs_of(crs, "EPSG:4326").transform(*theirs)
    assert float(distance_m(*to_wgs84(x, y, crs), *back)) < 1e-3
    assert float(distance_m(*to_wgs84(x, y, crs), lon, lat)) < 1e-3


def test_cgcs2000_degrees_are_longitude_first() -> None:
    """EPSG:4490 names latitude first; here x is always the longitude."""
    lon, lat = to_wgs84(119.9, 31.7, "CGCS2000")
    assert float(distance_m(lon, lat, 119.9, 31.7)) < 1.0


def test_the_feet_of_norfolk_are_its_degrees(real_data: Callable[[str], Path]) -> None:
    """`xcoord`, `ycoord` in US feet and `lon`, `lat` of the same rows are the same points, but for a few slips."""
    path = real_data("norfolk-flood-reports/STORM_data_flooded_streets_2010-2016.csv")
    with path.open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    feet, degrees = (
        [[float(row[name]) for row in rows] for name in pair] for pair in (("xcoord", "ycoord"), ("lon", "lat"))
    )
    off = distance_m(*to_wgs84(*feet, "EPSG:2284"), *degrees)
    assert np.median(off) < 2.0
