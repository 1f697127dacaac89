"""GCJ-02 and BD-09, the shifted coordinates of Chinese maps.

The shift is the one that the field has used since 2013 (a polynomial with sines over the Krasovsky 1940 ellipsoid);
the inverse is found by iteration.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SEMI_MAJOR_M = 6378245.0
ECCENTRICITY_SQ = 0.00669342162296594323
BAIDU_TURN = np.pi * 3000.0 / 180.0
BOX = (72.004, 0.8293, 137.8347, 55.8271)  # west, south, east, north: outside it the shift is zero
ROUNDS = 12  # each round divides the remaining error by about 1,000 until it is lost in rounding


def outside_china(lon: Floats, lat: Floats) -> NDArray[np.bool_]:
    """Return where a point lies outside the box in which GCJ-02 differs from WGS 84."""
    west, south, east, north = BOX
    return ~((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))


def gcj02_from_wgs84(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Shift WGS 84 to GCJ-02."""
    shift_lon, shift_lat = _shift(lon, lat)
    outside = outside_china(lon, lat)
    return np.where(outside, lon, lon + shift_lon), np.where(outside, lat, lat + shift_lat)


def wgs84_from_gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Undo the shift of GCJ-02 by iteration; points whose original lies outside China stay as they are."""
    guess_lon, guess_lat = np.array(lon, dtype=float), np.array(lat, dtype=float)
    for _ in range(ROUNDS):
        shift_lon, shift_lat = _shift(guess_lon, guess_lat)
        guess_lon, guess_lat = lon - shift_lon, lat - shift_lat
    outside = outside_china(guess_lon, guess_lat)
    return np.where(outside, lon, guess_lon), np.where(outside, lat, guess_lat)


def bd09_from_gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Turn and shift GCJ-02 to BD-09; outside China nothing changes."""
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * BAIDU_TURN)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * BAIDU_TURN)
    outside = outside_china(lon, lat)
    return (
        np.where(outside, lon, radius * np.cos(angle) + 0.0065),
        np.where(outside, lat, radius * np.sin(angle) + 0.006),
    )


def gcj02_from_bd09(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Undo BD-09 by iteration."""
    guess_lon, guess_lat = lon - 0.0065, lat - 0.006
    for _ in range(ROUNDS):
        there_lon, there_lat = bd09_from_gcj02(guess_lon, guess_lat)
        guess_lon, guess_lat = guess_lon + (lon - there_lon), guess_lat + (lat - there_lat)
    outside = outside_china(guess_lon, guess_lat)
    return np.where(outside, lon, guess_lon), np.where(outside, lat, guess_lat)


def _shift(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Return the shift in degrees at WGS 84 points."""
    x, y = lon - 105.0, lat - 35.0
    wave = 20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)
    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x))
    north_m = north_m + (
        wave
        + 20.0 * np.sin(y * np.pi)
        + 40.0 * np.sin(y / 3.0 * np.pi)
        + 160.0 * np.sin(y / 12.0 * np.pi)
        + 320.0 * np.sin(y * np.pi / 30.0)
    ) * (2.0 / 3.0)
    east_m = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x))
    east_m = east_m + (
        wave
        + 20.0 * np.sin(x * np.pi)
        + 40.0 * np.sin(x / 3.0 * np.pi)
        + 150.0 * np.sin(x / 12.0 * np.pi)
        + 300.0 * np.sin(x / 30.0 * np.pi)
    ) * (2.0 / 3.0)
    latitude = np.radians(lat)
    magic = 1.0 - ECCENTRICITY_SQ * np.sin(latitude) ** 2
    meridian_m = SEMI_MAJOR_M * (1.0 - ECCENTRICITY_SQ) / (magic * np.sqrt(magic))
    parallel_m = SEMI_MAJOR_M / np.sqrt(magic) * np.cos(latitude)
    return np.degrees(east_m / parallel_m), np.degrees(north_m / meridian_m)
