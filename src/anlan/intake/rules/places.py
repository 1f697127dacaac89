"""Where a report says that something is: coordinates of any system as WGS 84, inside the city, or words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from anlan.core.refusals import Refused
from anlan.intake.rules.values import number_of
from anlan.intake.states import CARRIES_NOTHING

Bounds = tuple[float, float, float, float]  # west, south, east, north


def place_of(row: Mapping[str, Any], bounds: Bounds | None, place_words: str, *, needed: bool = True) -> dict[str, Any]:
    """Return the columns of a place; a call that carries a matter has one, if only in words, unless nobody spoke."""
    x, y = number_of(row, "lon"), number_of(row, "lat")
    if x is None and y is None:
        if needed and not place_words and row.get("validity") not in CARRIES_NOTHING:
            raise Refused("no_place", "lon")
        return {"lon": None, "lat": None, "source_crs": "", "source_x": None, "source_y": None}
    if x is None or y is None:
        raise Refused("half_a_place", "lon" if x is None else "lat")
    crs, lon, lat = wgs84(row.get("crs") or "EPSG:4326", x, y)
    _require_inside(lon, lat, bounds)
    return {"lon": round(lon, 7), "lat": round(lat, 7), "source_crs": crs, "source_x": x, "source_y": y}


def wgs84(name: Any, x: float, y: float) -> tuple[str, float, float]:
    """Return a coordinate system's name, and the pair in WGS 84."""
    if name == "EPSG:4326":
        return name, x, y
    from anlan.geo import parse_crs, to_wgs84  # not before it is needed: it loads the tables of all projections

    try:
        crs = parse_crs(name)
    except (ValueError, TypeError, AttributeError):
        raise Refused("unknown_crs", "crs") from None
    try:
        lon, lat = to_wgs84(x, y, crs)
    except ValueError:
        raise Refused("not_convertible", "lon") from None
    if not (math.isfinite(lon) and math.isfinite(lat)):
        raise Refused("not_convertible", "lon")
    return str(crs), float(lon), float(lat)


def _require_inside(lon: float, lat: float, bounds: Bounds | None) -> None:
    west, south, east, north = bounds or (-180.0, -90.0, 180.0, 90.0)
    if west <= lon <= east and south <= lat <= north:
        return
    if bounds and west <= lat <= east and south <= lon <= north:
        raise Refused("swapped", "lon")
    raise Refused("outside_city", "lon", west=west, east=east, south=south, north=north)
