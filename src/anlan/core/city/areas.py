"""Which areas a point lies in on a day."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from functools import lru_cache

from django.db.models import Max
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from anlan.core.city.current import city, city_zone, read_once
from anlan.core.models import AreaVersion, LedgerEntry
from anlan.geo import AreaIndex

EDITS = ["core.city_loaded"]  # a load may put areas back as the folder has them, with neither hash nor count another
EDITS += [f"core.{what}_{done}" for what in ("area", "areaversion") for done in ("added", "edited", "deleted")]


def areas_at(lon: float, lat: float, day: dt.date) -> tuple[AreaVersion, ...]:
    """Return the areas and zones that cover a point on a day, the widest first."""
    versions, index = area_index(day)
    return tuple(versions[found] for found in index.at(lon, lat))


def area_index(day: dt.date) -> tuple[tuple[AreaVersion, ...], AreaIndex]:
    """Return the versions in force on a day and an index over their outlines, kept until the city's data change."""
    return _index(state(), day)


def state() -> str:
    """Name the state of the city's areas: what is kept of them holds as long as it stays the same."""
    return read_once("areas", _state)


def outline(version: AreaVersion) -> BaseGeometry:
    """Return an area's outline as a shapely geometry."""
    return shape(json.loads(version.geometry))


def forget() -> None:
    """Drop the kept indexes, after areas were edited in this process."""
    _index.cache_clear()
    _over.cache_clear()


def _state() -> str:
    here, edits = city(), LedgerEntry.objects.filter(kind__in=EDITS).aggregate(last=Max("pk"))
    text = f"{here.folder_hash if here else None}|{AreaVersion.objects.count()}|{edits['last']}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@lru_cache(maxsize=1024)
def _index(state: str, day: dt.date) -> tuple[tuple[AreaVersion, ...], AreaIndex]:
    ranks = {"city": 0, "county_city": 1, "district": 1, "zone": 2, "subdistrict": 3}
    found = AreaVersion.objects.valid_on(day).select_related("area", "parent")
    versions = tuple(sorted(found, key=lambda version: (ranks.get(version.area.kind, 9), version.area.code)))
    return versions, _over(state, versions)


@lru_cache(maxsize=32)
def _over(state: str, versions: tuple[AreaVersion, ...]) -> AreaIndex:
    """Return the index over the outlines of versions: the same on most days, and slow to read."""
    return AreaIndex([outline(version) for version in versions])


def local_day(at: dt.datetime) -> dt.date:
    """Return the day of a moment in the city's zone."""
    return at.astimezone(city_zone()).date()
