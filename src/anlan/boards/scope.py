"""Which day and which area the overview shows, and up to which moment."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from anlan.core.city.areas import area_index
from anlan.core.city.current import city_zone
from anlan.core.models import Area, AreaVersion
from anlan.intake.models import Report

MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)
DISTRICTS = (Area.Kind.DISTRICT, Area.Kind.COUNTY_CITY)
Point = tuple[float | None, float | None]


@dataclass(frozen=True)
class Scope:
    """A day in the city's zone, up to a moment of it, by which all that the page says is told."""

    day: dt.date
    at: dt.datetime
    zone: ZoneInfo
    first: dt.date | None  # first and last day that have reports
    last: dt.date | None
    zones: list[AreaVersion]  # in force on the day
    districts: list[AreaVersion]  # county-level cities among them
    area: AreaVersion | None = None
    city: AreaVersion | None = None  # its outline, where it is drawn

    @property
    def parts(self) -> list[AreaVersion]:
        """The districts by which a map shows the city; a city without any is one."""
        return self.districts or ([self.city] if self.city else [])

    @property
    def is_whole_day(self) -> bool:
        """Whether the day is over."""
        return self.at == self.midnight(self.day + DAY)

    def midnight(self, day: dt.date) -> dt.datetime:
        """Return the beginning of a day."""
        return dt.datetime.combine(day, dt.time(), self.zone)

    def covers(self, points: Iterable[Point]) -> NDArray[np.bool_]:
        """Return for each point whether it lies in the chosen area; what has no place lies in the whole city only."""
        places = np.array(list(points), dtype=float).reshape(-1, 2)
        return np.ones(len(places), bool) if self.area is None else inside(self.area, places)


def scope_of(day: str, area: str, at: dt.datetime) -> Scope:
    """Read what the address asks for; what means nothing gives the last day that has reports, and the whole city."""
    at = at.replace(second=0, microsecond=0)
    zone = city_zone()
    first, last = _ends(at + MINUTE)
    today = at.astimezone(zone).date()
    known = last.astimezone(zone).date() if last else None
    shown = _day(day, today) or known or today
    end = dt.datetime.combine(shown + DAY, dt.time(), zone)
    versions = sorted(area_index(shown)[0], key=lambda version: version.area.code)
    zones = [version for version in versions if version.area.kind == Area.Kind.ZONE]
    districts = [version for version in versions if version.area.kind in DISTRICTS]
    found = next((version for version in [*zones, *districts] if version.area.code == area), None)
    began = first.astimezone(zone).date() if first else None
    whole = next((version for version in versions if version.area.kind == Area.Kind.CITY), None)
    return Scope(shown, min(at, end), zone, began, known, zones, districts, found, whole)


def inside(area: AreaVersion, points: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return for each row (lon, lat) whether the area covers it; the border belongs to both sides."""
    return np.asarray(shapely.intersects_xy(ground(area.geometry), points[:, 0], points[:, 1]), dtype=bool)


@lru_cache(maxsize=64)
def ground(geometry: str) -> BaseGeometry:
    """Return an outline ready for many questions, read once."""
    found = shape(json.loads(geometry))
    shapely.prepare(found)
    return found


def _ends(before: dt.datetime) -> tuple[dt.datetime | None, dt.datetime | None]:
    known = Report.objects.filter(received_at__lt=before).values_list("received_at", flat=True)
    return known.order_by("received_at").first(), known.order_by("-received_at").first()


def _day(text: str, today: dt.date) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return day if dt.date(1900, 1, 1) < day <= today else None
