"""Reading a city's folder: everything that differs from city to city, as TOML, CSV and GeoJSON."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import json
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from anlan.core import ledger
from anlan.core.city.area_map import forget
from anlan.core.city.current import forget_city
from anlan.core.ledger.verbs import verb
from anlan.core.models import Area, AreaVersion, City, Holiday, Organisation
from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.core.time.targets import folder_changes

Part = Callable[[Path, City], None]
PARTS: dict[str, Part] = {}
REQUIRED = ("code", "name", "name_en", "zone", "bounds")
COLUMNS = (*REQUIRED, "language", "default_crs", "synthetic")


class CityFolderError(ValueError):
    """A file of the city's folder cannot be used; the message says which line and what to change."""

    exit_status = 2


def city_part(name: str) -> Callable[[Part], Part]:
    """Register a stage's reader of its own file in the city's folder."""

    def register(part: Part) -> Part:
        PARTS[name] = part
        return part

    return register


@dataclass(frozen=True)
class AreaRow:
    """One feature of areas.geojson, checked."""

    code: str
    kind: str
    name: str
    name_en: str
    parent: str | None
    valid_from: dt.date
    valid_to: dt.date | None
    predecessors: tuple[str, ...]
    population: int | None
    outline: BaseGeometry


@dataclass(frozen=True)
class CityFolder:
    """What core needs from a folder, read and checked before anything is written."""

    path: Path
    hash: str
    city: dict[str, Any]
    areas: tuple[AreaRow, ...]
    organisations: tuple[dict[str, str], ...]
    holidays: tuple[tuple[dt.date, str, str], ...]


def read(folder: Path) -> CityFolder:
    """Read and check a city's folder."""
    if not (folder / "city.toml").is_file():
        raise CityFolderError(
            f"{folder}: no city.toml; a city's folder begins with one (docs/reference/city-folder.md)"
        )
    return CityFolder(
        folder,
        folder_hash(folder),
        _city(folder / "city.toml"),
        tuple(_areas(folder / "areas.geojson")),
        tuple(_organisations(folder / "organisations.csv")),
        tuple(_holidays(folder / "holidays.csv")),
    )


def folder_hash(folder: Path) -> str:
    """Return a hash over the names and bytes of the folder's files."""
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if path.suffix in {".toml", ".csv", ".geojson", ".json"}:
            digest.update(f"{path.name}:{path.stat().st_size}:".encode() + path.read_bytes())
    return digest.hexdigest()


@verb("core.cityfolder.load")
def load(folder: Path, *, actor: Actor, at: dt.datetime) -> bool:
    """Load a city's folder, or load it again with what changed; return whether anything was new."""
    actor.require(Role.OPERATOR)
    data = read(folder)
    held = City.objects.select_for_update().first()
    if held and held.code != data.city["code"]:
        raise CityFolderError(
            f"{folder}: this is {data.city['code']}, but the data directory holds {held.code}; take another --data"
        )
    if held and held.folder_hash == data.hash:
        return False
    city = _store_city(data, held)
    forget_city()
    _store_areas(data.areas)
    _store_organisations(data.organisations)
    for date, kind, name in data.holidays:
        Holiday.objects.update_or_create(date=date, defaults={"kind": kind, "name": name})
    with folder_changes(at) as clocks:
        for part in PARTS.values():
            part(folder, city)
    payload = {"folder_hash": data.hash, "areas": len(data.areas), "organisations": len(data.organisations)}
    payload |= {"clocks": clocks} if clocks else {}
    ledger.append("core.city_loaded", actor=actor, at=at, subject=f"city:{city.code}", payload=payload)
    forget()
    return True


def rows(path: Path, required: Iterable[str]) -> list[dict[str, str]]:
    """Return the rows of a CSV file of the folder (none if it is absent), every cell stripped, columns checked."""
    if not path.exists():
        return []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in required if name not in (reader.fieldnames or [])]
            if missing:
                raise CityFolderError(f"{path}: the column {missing[0]!r} is missing")
            return [{str(key): (value or "").strip() for key, value in row.items() if key} for row in reader]
    except UnicodeDecodeError as error:
        raise CityFolderError(f"{path}: save it as UTF-8 ({error.reason} at byte {error.start})") from error


def _city(path: Path) -> dict[str, Any]:
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CityFolderError(f"{path}: {error}") from error
    missing = [name for name in REQUIRED if name not in found]
    if missing:
        raise CityFolderError(f"{path}: {missing[0]!r} is missing")
    for name in ("code", "name", "name_en", "zone"):
        if not isinstance(found[name], str) or not found[name].strip():
            raise CityFolderError(f"{path}: write {name} as words in quotes, not {found[name]!r}")
    if found["zone"] not in available_timezones():
        raise CityFolderError(f"{path}: zone {found['zone']!r} is no time zone; write one such as 'Asia/Shanghai'")
    if not _are_bounds(found["bounds"]):
        raise CityFolderError(f"{path}: write bounds = [west, south, east, north] in degrees")
    returns = found.get("returns_allowed", 1)
    if type(returns) is not int or returns < 0:
        raise CityFolderError(f"{path}: write returns_allowed as a whole number from 0, not {returns!r}")
    return {"language": "en", "default_crs": "EPSG:4326", "synthetic": False} | found


def _are_bounds(value: Any) -> bool:
    if not (isinstance(value, list) and len(value) == 4 and all(type(bound) in {int, float} for bound in value)):
        return False
    west, south, east, north = value
    return bool(-180 <= west < east <= 180 and -90 <= south < north <= 90)


def _areas(path: Path) -> Iterable[AreaRow]:
    if not path.exists():
        raise CityFolderError(f"{path}: a city needs at least one area")
    try:
        features = json.loads(path.read_text(encoding="utf-8-sig"))["features"]
    except (ValueError, KeyError, TypeError) as error:
        raise CityFolderError(f"{path}: not a GeoJSON FeatureCollection ({error})") from error
    read_rows = [_area(path, number, feature) for number, feature in enumerate(features, start=1)]
    known = {row.code for row in read_rows}
    for row in read_rows:
        for code in (row.parent, *row.predecessors):
            if code is not None and code not in known:
                raise CityFolderError(f"{path}: area {row.code} names {code!r}, which is not in the file")
    return read_rows


def _area(path: Path, number: int, feature: dict[str, Any]) -> AreaRow:
    try:
        properties = feature["properties"]
        outline = shape(feature["geometry"])
        if outline.is_empty or not outline.is_valid:
            raise ValueError("its outline crosses itself or is empty; repair it")
        if properties["kind"] not in Area.Kind.values:
            raise ValueError(f"kind {properties['kind']!r} is none of {', '.join(Area.Kind.values)}")
        return AreaRow(
            str(properties["code"]),
            properties["kind"],
            properties["name"],
            properties.get("name_en") or properties["name"],
            properties.get("parent") or None,
            dt.date.fromisoformat(properties.get("valid_from") or "1900-01-01"),
            dt.date.fromisoformat(properties["valid_to"]) if properties.get("valid_to") else None,
            tuple(properties.get("predecessors") or ()),
            properties.get("population"),
            outline,
        )
    except KeyError as error:
        raise CityFolderError(f"{path}: feature {number} has no {error}") from error
    except (ValueError, TypeError, AttributeError) as error:
        raise CityFolderError(f"{path}: feature {number}: {error}") from error


def _organisations(path: Path) -> list[dict[str, str]]:
    found = rows(path, ("code", "name", "kind"))
    if not found:
        raise CityFolderError(f"{path}: a city needs at least one organisation; whoever signs in belongs to one")
    known = {row["code"] for row in found}
    for line, row in enumerate(found, start=2):
        if row.get("parent") and row["parent"] not in known:
            raise CityFolderError(f"{path}:{line}: parent {row['parent']!r} is no organisation of this file")
    return found


def _holidays(path: Path) -> Iterable[tuple[dt.date, str, str]]:
    for line, row in enumerate(rows(path, ("date", "kind", "name")), start=2):
        if row["kind"] not in {"holiday", "workday"}:
            raise CityFolderError(f"{path}:{line}: kind {row['kind']!r}: write holiday or workday")
        try:
            yield dt.date.fromisoformat(row["date"]), row["kind"], row["name"]
        except ValueError as error:
            raise CityFolderError(f"{path}:{line}: date {row['date']!r}: write it as 2016-10-01") from error


def _store_city(data: CityFolder, held: City | None) -> City:
    west, south, east, north = data.city["bounds"]
    rest = {name: value for name, value in data.city.items() if name not in COLUMNS}
    city = held or City()
    for name in set(COLUMNS) - {"bounds"}:
        setattr(city, name, data.city[name])
    city.west, city.south, city.east, city.north = west, south, east, north
    city.settings, city.folder_hash = ledger.canonical(rest), data.hash
    city.save()
    return city


def _store_areas(areas: Iterable[AreaRow]) -> None:
    by_code = {row.code: Area.objects.update_or_create(code=row.code, defaults={"kind": row.kind})[0] for row in areas}
    versions: dict[str, list[AreaVersion]] = {}
    for row in areas:
        west, south, east, north = row.outline.bounds
        version, _ = AreaVersion.objects.update_or_create(
            area=by_code[row.code],
            valid_from=row.valid_from,
            defaults={
                "parent": by_code[row.parent] if row.parent else None,
                "name": row.name,
                "name_en": row.name_en,
                "valid_to": row.valid_to,
                "population": row.population,
                "geometry": ledger.canonical(row.outline.__geo_interface__),
                "west": west,
                "south": south,
                "east": east,
                "north": north,
            },
        )
        versions.setdefault(row.code, []).append(version)
    for row in areas:
        _store_predecessors(row, versions)


def _store_predecessors(row: AreaRow, versions: dict[str, list[AreaVersion]]) -> None:
    """Tie a version to those that ended when it began."""
    own = next(version for version in versions[row.code] if version.valid_from == row.valid_from)
    before = [version for code in row.predecessors for version in versions[code] if version.valid_from < row.valid_from]
    own.predecessors.set(before)


def _store_organisations(found: Iterable[dict[str, str]]) -> None:
    by_code: dict[str, Organisation] = {}
    areas = {area.code: area for area in Area.objects.all()}
    for row in found:
        defaults = {
            "name": row["name"],
            "name_en": row.get("name_en") or row["name"],
            "kind": row["kind"],
            "area": areas.get(row.get("area", "")),
        }
        by_code[row["code"]] = Organisation.objects.update_or_create(code=row["code"], defaults=defaults)[0]
    for row in found:
        parent = by_code[row["parent"]] if row.get("parent") else None
        Organisation.objects.filter(code=row["code"]).update(parent=parent)
