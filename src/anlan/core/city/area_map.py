"""The areas as a map draws them: GeoJSON with thinned outlines, built once for a day and kept."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Any

import shapely
from shapely.geometry import mapping

from anlan.core.city import areas
from anlan.core.city.areas import area_index, outline, state
from anlan.core.ledger import canonical
from anlan.core.models import AreaVersion

THIN_DEG = 0.0003  # about 30 m: nobody sees it on a map of a city, and the answer is a quarter as long


def area_map(day: dt.date, kinds: tuple[str, ...]) -> str:
    """Return the areas in force on a day as GeoJSON, all of them or some kinds; kept until the city's data change."""
    return _map(state(), day, kinds)


def forget() -> None:
    """Drop what is kept of the areas, after they were edited in this process."""
    areas.forget()
    _map.cache_clear()


@lru_cache(maxsize=16)
def _map(state: str, day: dt.date, kinds: tuple[str, ...]) -> str:
    features = [_feature(version) for version in area_index(day)[0] if not kinds or version.area.kind in kinds]
    return canonical({"type": "FeatureCollection", "features": features})


def _feature(version: AreaVersion) -> dict[str, Any]:
    properties = {
        "code": version.area.code,
        "name": version.name,
        "name_en": version.name_en,
        "kind": version.area.kind,
        "parent": version.parent.code if version.parent else None,
        "population": version.population,
    }
    thin = mapping(shapely.simplify(outline(version), THIN_DEG))
    geometry = {"type": thin["type"], "coordinates": _rounded(thin["coordinates"])}
    return {"type": "Feature", "id": version.pk, "properties": properties, "geometry": geometry}


def _rounded(value: Any) -> Any:
    """Round coordinates to about a metre: a map needs no more."""
    return round(value, 5) if isinstance(value, float) else [_rounded(item) for item in value]
