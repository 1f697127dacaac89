"""Coordinates at the edge: whatever a source uses becomes WGS 84; metres are counted in a local projection."""

from anlan.geo._areas import AreaIndex
from anlan.geo._china import outside_china
from anlan.geo._crs import Crs, UnknownCrs, from_wgs84, parse_crs, to_wgs84
from anlan.geo._distance import LocalProjection, distance_m
from anlan.geo._swapped import looks_swapped

__all__ = [
    "AreaIndex",
    "Crs",
    "LocalProjection",
    "UnknownCrs",
    "distance_m",
    "from_wgs84",
    "looks_swapped",
    "outside_china",
    "parse_crs",
    "to_wgs84",
]
