"""What the console's map shows: the open incidents as their clocks stand, and the units of the chosen one."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from anlan.core.words import area_label
from anlan.dispatch.queries.console import Chosen
from anlan.dispatch.queries.open_incidents import Line


def places(lines: list[Line], chosen: Chosen | None) -> dict[str, Any]:
    """Return the marks as GeoJSON: the same rows as the list, and where near units stand by."""
    number = chosen.incident.number if chosen else ""
    found = [_incident(line.incident, line.mark, number) for line in lines]
    if chosen and number not in {line.incident.number for line in lines}:
        found.append(_incident(chosen.incident, "done", number))
    units = [
        point(near.unit.lon, near.unit.lat, id=f"unit:{near.unit.code}", state="out" if near.held else "unit",
               label=near.key or area_label(near.unit), rank=2, near=bool(near.key))
        for near in (chosen.near if chosen else [])
        if near.key or near.is_at(number)
    ]  # fmt: skip
    return {"type": "FeatureCollection", "features": [place for place in [*found, *units] if place]}


def _incident(incident: Any, mark: str, chosen: str) -> dict[str, Any] | None:
    here = incident.number == chosen
    return point(
        incident.lon, incident.lat, id=incident.number, state=mark, label=incident.number if here else "",
        rank=1 if here else 3, near=here, href=reverse("dispatch:console_incident", args=[incident.number]),
    )  # fmt: skip


def point(lon: float | None, lat: float | None, **properties: Any) -> dict[str, Any] | None:
    """Return one mark, or None for what has no place."""
    if lon is None or lat is None:
        return None
    at = [round(lon, 5), round(lat, 5)]
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": at}, "properties": properties}
