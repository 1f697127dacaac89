"""pyproj's planes, made once each."""

from __future__ import annotations

from functools import lru_cache

from pyproj import Transformer


@lru_cache(maxsize=64)
def plane(lon: float, lat: float) -> Transformer:
    """Return the transverse Mercator plane through a centre."""
    return Transformer.from_crs(
        "EPSG:4326", f"+proj=tmerc +lon_0={lon!r} +lat_0={lat!r} +k=1 +ellps=WGS84", always_xy=True
    )
