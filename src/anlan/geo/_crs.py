"""Names of coordinate systems, and the way to and from WGS 84."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anlan.geo import _china

if TYPE_CHECKING:
    from pyproj import Transformer

Floats = NDArray[np.float64]
WGS84_NAMES = {"wgs84", "epsg4326", "4326", "gps"}
NAMED = {
    "cgcs2000": "EPSG:4490",
    "gcj02": "GCJ-02",
    "gcj": "GCJ-02",
    "mars": "GCJ-02",
    "bd09": "BD-09",
    "bd09ll": "BD-09",
}


class UnknownCrs(ValueError):
    """A coordinate system that Anlan cannot read."""


@dataclass(frozen=True)
class Crs:
    """A coordinate system by its one name: `EPSG:4326`, `EPSG:2284`, `GCJ-02`, `BD-09`."""

    name: str

    def __str__(self) -> str:
        return self.name

    @property
    def is_geographic(self) -> bool:
        """Whether its values are degrees of longitude and latitude."""
        return self.name in {"GCJ-02", "BD-09"} or bool(_pyproj_crs(self.name).is_geographic)

    @property
    def area_of_use(self) -> tuple[float, float, float, float] | None:
        """West, south, east, north in degrees where the system is meant to be used."""
        if self.name in {"GCJ-02", "BD-09"}:
            return _china.BOX
        bounds = _pyproj_crs(self.name).area_of_use
        return None if bounds is None else (bounds.west, bounds.south, bounds.east, bounds.north)


WGS84 = Crs("EPSG:4326")


def parse_crs(text: str | Crs) -> Crs:
    """Read the name of a coordinate system, whatever its case and dashes."""
    if isinstance(text, Crs):
        return text
    plain = re.sub(r"[\s_\-:]", "", text).lower()
    if plain in WGS84_NAMES:
        return WGS84
    if plain in NAMED:
        return Crs(NAMED[plain])
    code = re.fullmatch(r"(?:epsg)?(\d{4,6})", plain)
    if code is None:
        raise UnknownCrs(
            f"{text!r} is no coordinate system known here: write EPSG:nnnn, WGS84, CGCS2000, GCJ-02 or BD-09"
        )
    name = f"EPSG:{code[1]}"
    _pyproj_crs(name)
    return Crs(name)


def to_wgs84(x: ArrayLike, y: ArrayLike, crs: str | Crs) -> tuple[Floats, Floats]:
    """Return longitude and latitude in WGS 84 of points in `crs` (x is east or longitude, y is north or latitude)."""
    a, b = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    name = parse_crs(crs).name
    if name == "EPSG:4326":
        return a.copy(), b.copy()
    if name == "BD-09":
        return _china.wgs84_from_gcj02(*_china.gcj02_from_bd09(a, b))
    if name == "GCJ-02":
        return _china.wgs84_from_gcj02(a, b)
    return _transformed(name, a, b, inverse=False)


def from_wgs84(lon: ArrayLike, lat: ArrayLike, crs: str | Crs) -> tuple[Floats, Floats]:
    """Return the points of WGS 84 in `crs`."""
    a, b = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    name = parse_crs(crs).name
    if name == "EPSG:4326":
        return a.copy(), b.copy()
    if name == "BD-09":
        return _china.bd09_from_gcj02(*_china.gcj02_from_wgs84(a, b))
    if name == "GCJ-02":
        return _china.gcj02_from_wgs84(a, b)
    return _transformed(name, a, b, inverse=True)


def _transformed(name: str, a: Floats, b: Floats, *, inverse: bool) -> tuple[Floats, Floats]:
    out = _transformer(name).transform(a, b, direction="INVERSE" if inverse else "FORWARD")
    first, second = (np.asarray(value, dtype=np.float64) for value in out)
    return first, second


@lru_cache(maxsize=32)
def _transformer(name: str) -> Transformer:
    from pyproj import Transformer

    return Transformer.from_crs(name, "EPSG:4326", always_xy=True)


@lru_cache(maxsize=32)
def _pyproj_crs(name: str) -> Any:
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        return CRS.from_user_input(name)
    except CRSError as error:
        raise UnknownCrs(f"{name} is not in the EPSG register") from error
