"""Distances on the sphere, and a plane in metres around a city."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

MEAN_RADIUS_M = 6371008.8
SEMI_MAJOR_M = 6378137.0


def distance_m(lon1: ArrayLike, lat1: ArrayLike, lon2: ArrayLike, lat2: ArrayLike) -> Floats:
    """Return the great-circle distance in metres (within 0.6 % of the ellipsoid's)."""
    a, b = np.radians(np.asarray(lat1, dtype=float)), np.radians(np.asarray(lat2, dtype=float))
    half_lon = np.radians(np.asarray(lon2, dtype=float) - np.asarray(lon1, dtype=float)) / 2
    chord = np.sin((b - a) / 2) ** 2 + np.cos(a) * np.cos(b) * np.sin(half_lon) ** 2
    return np.asarray(2 * MEAN_RADIUS_M * np.arcsin(np.sqrt(np.clip(chord, 0, 1))), dtype=np.float64)


@dataclass(frozen=True)
class LocalProjection:
    """A plane in metres that touches the WGS 84 ellipsoid at one point; distances err by less than 1e-4 within 60 km.

    Transverse Mercator through the centre, by pyproj.
    """

    lon: float
    lat: float

    @classmethod
    def around(cls, lon: ArrayLike, lat: ArrayLike) -> LocalProjection:
        """Centre on the middle of the points' box, rounded to 0.01 degrees; independent of their order."""
        east, north = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
        if east.size == 0:
            return cls(0.0, 0.0)
        middle = [(float(values.min()) + float(values.max())) / 2 for values in (east, north)]
        return cls(round(middle[0], 2), round(middle[1], 2))

    def forward(self, lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
        """Return metres east and north of the centre."""
        return self._turn(lon, lat, "FORWARD")

    def inverse(self, x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
        """Return longitude and latitude of points in metres."""
        return self._turn(x, y, "INVERSE")

    def parameters(self) -> dict[str, float | str]:
        """Say which plane this is, for a study's frozen parameters."""
        return {"projection": "transverse Mercator", "lon": self.lon, "lat": self.lat}

    def _turn(self, a: ArrayLike, b: ArrayLike, direction: str) -> tuple[Floats, Floats]:
        from anlan.geo._planes import plane

        out = plane(self.lon, self.lat).transform(
            np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64), direction=direction
        )
        first, second = (np.asarray(value, dtype=np.float64) for value in out)
        return first, second
