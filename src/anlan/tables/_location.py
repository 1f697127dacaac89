"""Coordinates become WGS 84, and a wrong coordinate system or exchanged columns are recognised and said."""

from __future__ import annotations

import math
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from anlan.geo import Crs, distance_m, looks_swapped, parse_crs, to_wgs84
from anlan.tables._errors import TableError

Floats = NDArray[np.float64]
Bounds = tuple[float, float, float, float]
Refusals = dict[int, tuple[str, str, str]]
MOST = 0.5
MARGIN = 1.0
FAR_KM = 500.0
NEAR, ASIDE, FEW = 2.0, 5.0, 0.1  # degrees, degrees, share


def require_fitting(
    x: Floats, y: Floats, lon_name: str, lat_name: str, crs: str, bounds: Bounds | None, refusals: Refusals
) -> tuple[Floats, Floats, tuple[str, ...]]:
    """Return longitudes and latitudes; refuse rows that lie nowhere, and the file when most do."""
    system = parse_crs(crs)
    known = np.isfinite(x) & np.isfinite(y)
    if not known.any():
        return x, y, ()
    names = f"{lon_name} and {lat_name}"
    example = f"{x[known][0]:.10g}, {y[known][0]:.10g}"
    degrees = (np.abs(x) <= 180) & (np.abs(y) <= 90)
    if system.is_geographic and looks_swapped(x, y, bounds):
        raise TableError(
            f"longitude and latitude seem to be exchanged ({names} hold {example}): "
            f"use --lon {lat_name!r} --lat {lon_name!r}",
            code="swapped",
        )
    _require_units(x[known], y[known], degrees[known], system, f"{names} hold {example}")
    lon, lat = to_wgs84(np.where(known, x, 0.0), np.where(known, y, 0.0), system)
    _require_area(lon, lat, known, system.name, system.area_of_use, refusals, names)
    world = (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    _refuse(known & ~world, "outside_world", "the point lies nowhere on Earth", names, refusals)
    unknown = "the coordinates are 0, 0, which means unknown"
    _refuse(known & (x == 0) & (y == 0), "zero_coordinates", unknown, names, refusals)
    if bounds:
        inside = (lon >= bounds[0]) & (lon <= bounds[2]) & (lat >= bounds[1]) & (lat <= bounds[3])
        if np.mean(inside[known]) < MOST:
            raise TableError(
                f"most points ({names}, such as {example}) lie outside the city as {system}: "
                "the coordinate system looks wrong; name it with --crs",
                code="wrong_crs",
            )
        _refuse(known & ~inside, "outside_bounds", "the point lies outside the bounds", names, refusals)
    swapped = known & system.is_geographic & ~degrees & (np.abs(y) <= 180) & (np.abs(x) <= 90)
    exchanged = "rows seem to have longitude and latitude exchanged; they were refused, not repaired"
    return lon, lat, (f"{int(swapped.sum())} {exchanged}",) if swapped.any() else ()


def parsed_crs(crs: str) -> str:
    """Return the one name of a coordinate system, or say that it is none."""
    try:
        return str(parse_crs(crs))
    except ValueError as error:
        raise TableError(str(error), code="unknown_crs") from None


def exchanged(lon: Floats, lat: Floats, tz: str) -> tuple[str, ...]:
    """Say where longitude and latitude look exchanged though both orders are possible: nothing is repaired.

    Asked is how far points lie from the towns that time zones are named after, of `tz` first; and of single rows
    whether they lie among the others with the two exchanged.
    """
    east, north = float(np.median(lon)), float(np.median(lat))
    warnings = []
    here, there = _far_from_towns(east, north, tz), _far_from_towns(north, east, tz)
    if abs(east) <= 90 and here > FAR_KM and there < here / 2:
        warnings.append(
            f"the points lie around longitude {east:.4g}, latitude {north:.4g}, {here:,.0f} km from any town that a "
            "time zone is named after: longitude and latitude look exchanged; name them with --lon and --lat"
        )
    away = np.hypot(lon - east, lat - north) > ASIDE
    among = away & (np.hypot(lat - east, lon - north) < NEAR) & (abs(east - north) > ASIDE)
    if among.any() and away.mean() < MOST:
        warnings.append(
            f"{int(among.sum())} rows lie far from the others, and among them with longitude and latitude exchanged: "
            "they were used as they stand"
        )
    lost = int((away & ~among).sum())
    if lost and away.mean() < FEW and np.mean(np.hypot(lon - east, lat - north) < NEAR) > 1 - FEW:
        warnings.append(f"{lost} rows lie more than {ASIDE:g} degrees from the others: are their coordinates right?")
    return tuple(warnings)


def _far_from_towns(lon: float, lat: float, tz: str) -> float:
    """Return how many km a point lies from the nearest town of a zone; of all zones where `tz` names no town."""
    if abs(lat) > 90:
        return math.inf
    towns = _towns()
    places = [towns[tz]] if tz in towns else list(towns.values())
    return min((float(distance_m(lon, lat, *place)) / 1000 for place in places), default=0.0)


@cache
def _towns() -> dict[str, tuple[float, float]]:
    """Return longitude and latitude of the town of each time zone where people live."""
    table = (files("tzdata") / "zoneinfo" / "zone1970.tab").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in table.splitlines() if line and not line.startswith("#")]
    return {row[2]: _place(row[1]) for row in rows if not row[2].startswith("Antarctica/")}


def _place(text: str) -> tuple[float, float]:
    """Return longitude and latitude of ISO 6709: +404251-0740023."""
    at = max(text.rfind("+"), text.rfind("-"))
    lat, lon = text[:at], text[at:]
    degrees = []
    for part, digits in ((lon, 3), (lat, 2)):
        minutes = int(part[1 + digits : 3 + digits]) / 60 + int(part[3 + digits :] or 0) / 3600
        degrees.append(math.copysign(int(part[1 : 1 + digits]) + minutes, 1 if part[0] == "+" else -1))
    return degrees[0], degrees[1]


def _require_units(x: Floats, y: Floats, degrees: NDArray[np.bool_], system: Crs, found: str) -> None:
    """Refuse a file whose numbers are mostly no degrees where degrees are due, or degrees where metres are."""
    if system.is_geographic and np.mean(degrees) < MOST:
        raise TableError(
            f"{found}, which are no degrees, so the coordinate system looks wrong: {_fitting(x, y)}", code="wrong_crs"
        )
    if not system.is_geographic and np.mean(degrees) >= MOST:
        raise TableError(
            f"{found}, which look like degrees, while {system} counts in metres or feet: "
            "leave --crs out for WGS 84, or name GCJ-02, BD-09 or CGCS2000",
            code="wrong_crs",
        )


def _require_area(
    lon: Floats,
    lat: Floats,
    known: NDArray[np.bool_],
    name: str,
    area: Bounds | None,
    refusals: Refusals,
    names: str,
) -> None:
    if name == "EPSG:4326" or area is None:
        return
    west, south, east, north = area
    in_lon = (lon >= west - MARGIN) & (lon <= east + MARGIN) if west <= east else (lon >= west) | (lon <= east)
    inside = in_lon & (lat >= south - MARGIN) & (lat <= north + MARGIN)
    if np.mean(inside[known]) < MOST:
        at = f"{np.median(lon[known]):.3f}, {np.median(lat[known]):.3f}"
        raise TableError(
            f"as {name} the points lie around {at}, outside the area where {name} is used "
            f"({west:g}..{east:g}, {south:g}..{north:g}): the coordinate system looks wrong; name another with --crs",
            code="wrong_crs",
        )
    _refuse(
        known & ~inside, "outside_crs_area", f"the point lies outside the area where {name} is used", names, refusals
    )


def _refuse(rows: NDArray[np.bool_], code: str, reason: str, names: str, refusals: Refusals) -> None:
    for i in np.flatnonzero(rows).tolist():
        refusals.setdefault(i, (names, code, reason))


def _fitting(x: Floats, y: Floats) -> str:
    """Say which systems such numbers could be of."""
    east, north = float(np.median(x)), float(np.median(y))
    zone = int(east // 1_000_000)
    if 25 <= zone <= 45 and 0 < north < 6_500_000:
        return f"these fit CGCS2000 in 3-degree zone {zone}: --crs EPSG:{4513 + zone - 25}"
    if 13 <= zone <= 23 and 0 < north < 6_500_000:
        return f"these fit CGCS2000 in 6-degree zone {zone}: --crs EPSG:{4491 + zone - 13}"
    return (
        "these are projected metres or feet: name their system with --crs EPSG:nnnn (the source's metadata say which)"
    )
