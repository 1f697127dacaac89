"""The folder with which a city begins: what every city needs, its own names and bounds in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from anlan.core.models.city import ANYWHERE

OWN: Final = Path(__file__).parent / "data" / "outset"
SHARED: Final = Path(__file__).parent / "data" / "folder"  # what the reference city has and any city can begin with
FROM_SHARED: Final = ("categories.csv", "clocks.csv")
CALLED: Final = (("110", ("报警", "Police")), ("119", ("火警", "Fire")), ("120", ("急救", "Ambulance")))
CHINA: Final = frozenset({"Asia/Shanghai", "Asia/Urumqi", "Asia/Chongqing", "Asia/Harbin", "Asia/Kashgar"})


def write(target: Path, *, code: str, name: str, name_en: str, zone: str, bounds: list[float]) -> None:
    """Write a city's folder; one that holds anything is refused with FileExistsError."""
    if target.exists() and any(target.iterdir()):
        raise FileExistsError(target)
    target.mkdir(parents=True, exist_ok=True)
    numbers, names, language = _telephones(zone)
    quoted = {"code": code, "name": name, "name_en": name_en, "zone": zone, "bounds": bounds, "numbers": numbers,
              "language": language}  # fmt: skip
    in_toml = {key: json.dumps(value, ensure_ascii=False) for key, value in quoted.items()}
    in_toml["named"] = ("" if names else "# ") + f"emergency_names = {json.dumps(names, ensure_ascii=False)}"
    (target / "city.toml").write_text((OWN / "city.toml").read_text("utf-8").format(**in_toml), "utf-8")
    for path in sorted(OWN.iterdir()):
        if path.name != "city.toml":
            text = path.read_text("utf-8").format(area=code, code=code, name_en=name_en)
            (target / path.name).write_text(text, "utf-8")
    for file in FROM_SHARED:
        (target / file).write_bytes((SHARED / file).read_bytes())
    (target / "areas.geojson").write_text(_rectangle(code, name, name_en, bounds), "utf-8")


def _telephones(zone: str) -> tuple[list[str], list[list[str]], str]:
    """Return a new city's emergency numbers, how each is called in both languages, and its first language."""
    if zone not in CHINA:
        return list(ANYWHERE), [], "en"
    return [number for number, _names in CALLED], [list(names) for _number, names in CALLED], "zh-Hans"


def _rectangle(code: str, name: str, name_en: str, bounds: list[float]) -> str:
    """Return one area, the city within its bounds, as GeoJSON."""
    west, south, east, north = bounds
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    properties: dict[str, object] = {"code": code, "name": name, "name_en": name_en, "kind": "city", "parent": None,
                  "valid_from": "1900-01-01", "valid_to": None, "predecessors": [], "population": None}  # fmt: skip
    feature = {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    return json.dumps({"type": "FeatureCollection", "features": [feature]}, ensure_ascii=False, indent=1)
