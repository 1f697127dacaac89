"""Where a point lies, on which day."""

from __future__ import annotations

import datetime as dt

import pytest

from anlan.core.city import areas
from anlan.core.models import AreaVersion
from tests import make

pytestmark = pytest.mark.django_db


def codes(lon: float, lat: float, day: dt.date) -> list[str]:
    return [version.area.code for version in areas.areas_at(lon, lat, day)]


def test_a_point_lies_in_the_area_that_was_in_force_that_day():
    """A point east of the line is in the county-level city until 2015 and in the district from 2016."""
    make.city()
    assert codes(120.05, 31.75, dt.date(2015, 12, 31)) == ["small", "east-city"]
    assert codes(120.05, 31.75, dt.date(2016, 1, 1)) == ["small", "east"]


def test_zones_overlap_the_tree():
    """A point in the main urban area is in its district and in the zone."""
    make.city()
    assert codes(119.98, 31.75, dt.date(2016, 6, 1)) == ["small", "west", "main"]


def test_an_area_names_what_it_was_made_from():
    """The district's version names the county-level city as its predecessor."""
    make.city()
    east = AreaVersion.objects.get(area__code="east")
    assert [one.area.code for one in east.predecessors.all()] == ["east-city"]


def test_a_point_outside_the_city_lies_nowhere():
    """A point far away has no areas."""
    make.city()
    assert codes(121.0, 31.75, dt.date(2016, 6, 1)) == []
