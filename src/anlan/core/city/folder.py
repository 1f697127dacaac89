"""Reading a city's folder: everything that differs from city to city, as TOML, CSV and GeoJSON."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import available_timezones

from django.db import transaction
from django.utils.translation import gettext_noop as _

from anlan.core import ledger
from anlan.core.city.area_map import forget
from anlan.core.city.area_rows import AreaRow, area_rows
from anlan.core.city.changes import Change, changes, counts, digest
from anlan.core.city.current import forget_city
from anlan.core.city.faults import CityFolderError as CityFolderError
from anlan.core.city.faults import Place, Row, each, explained, of_file, once, together
from anlan.core.city.kept import edited, put_back, snapshot
from anlan.core.city.options import check_options
from anlan.core.ledger.verbs import verb
from anlan.core.ledger.writes import write
from anlan.core.models import Area, AreaVersion, City, Holiday, Organisation
from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.core.refusals import Refused
from anlan.core.time.clock import now
from anlan.core.time.targets import folder_changes

R = TypeVar("R")
Part = Callable[[Path, City], None]
PARTS: dict[str, Part] = {}
REQUIRED = ("code", "name", "name_en", "zone", "bounds")
COLUMNS = (*REQUIRED, "language", "default_crs", "synthetic")


def city_part(name: str) -> Callable[[Part], Part]:
    """Register a stage's reader of its own file in the city's folder."""

    def register(part: Part) -> Part:
        PARTS[name] = part
        return part

    return register


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
    """Read and check a city's folder; every file that cannot be used is told."""
    if not (folder / "city.toml").is_file():
        raise Place(folder).wrong(_("no city.toml; a city's folder begins with one (docs/reference/city-folder.md)"))
    files: dict[str, Callable[[Path], Any]] = {
        "city.toml": _city, "areas.geojson": area_rows, "organisations.csv": _organisations,
        "holidays.csv": _holidays,
    }  # fmt: skip
    acts: list[Callable[[], Any]] = [partial(of_file, folder / name, act) for name, act in files.items()]
    city, areas, organisations, holidays, hashed = together([*acts, lambda: folder_hash(folder)])
    return CityFolder(folder, hashed, city, tuple(areas), tuple(organisations), tuple(holidays))


def folder_hash(folder: Path) -> str:
    """Return a hash over the names and bytes of the folder's files."""
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if path.suffix in {".toml", ".csv", ".geojson", ".json"}:
            name = explained(Place(path), path.name.encode)
            digest.update(name + f":{path.stat().st_size}:".encode() + path.read_bytes())
    return digest.hexdigest()


@verb("core.cityfolder.load")
def load(folder: Path, *, actor: Actor, at: dt.datetime, seen: str = "", over_pages: bool = False) -> bool:
    """Load a city's folder, or load it again with what changed; return whether anything was new.

    With the digest of what was `seen`, exactly that is loaded or nothing. What somebody changed on a page since the
    folder was last loaded stays as it is, unless the folder goes `over_pages`.
    """
    actor.require(Role.OPERATOR)
    data = read(folder)
    held = City.objects.select_for_update().first()
    if held and not seen and held.folder_hash == data.hash:
        return False
    city, found, clocks = _stored(data, held, at, over_pages=over_pages)
    if seen and seen != digest(data.hash, found):
        raise Refused("city_folder_changed")
    kept: dict[str, list[str]] = {}
    for change in found:
        if change.on_page and not over_pages:
            kept.setdefault(change.file, []).append(change.key)
    payload = {"folder_hash": data.hash, "areas": len(data.areas), "organisations": len(data.organisations),
               "files": counts(found), "kept": kept,
               **({"clocks": clocks} if clocks else {})}  # fmt: skip
    ledger.append("core.city_loaded", actor=actor, at=at, subject=f"city:{city.code}", payload=payload)
    forget()
    transaction.on_commit(forget, robust=True)  # and what others of this process read meanwhile
    return True


def compare(folder: Path) -> tuple[str, list[Change]]:
    """Return what loading a folder would change, and its hash; it is loaded for that, and all of it taken back."""
    data = read(folder)
    try:
        with write():
            raise _TakenBack(_stored(data, City.objects.select_for_update().first(), now())[1])
    except _TakenBack as back:
        forget()
        return data.hash, back.found


class _TakenBack(Exception):
    """Carries what loading would change out of a write of which nothing stays."""

    def __init__(self, found: list[Change]) -> None:
        super().__init__()
        self.found = found


def _stored(
    data: CityFolder, held: City | None, at: dt.datetime, *, over_pages: bool = False
) -> tuple[City, list[Change], list[dict[str, Any]]]:
    """Store a folder, and again what pages changed unless it goes over that; return what it changes with all of it.

    The last is what the entry says of clocks whose lines say another time than before.
    """
    if held and held.code != data.city["code"]:
        words = _("this is %(code)s, but the data directory holds %(held)s; take another --data")
        raise Place(data.path).wrong(words, code=data.city["code"], held=held.code)
    before, on_pages = (snapshot(), edited()) if held else ({}, {})
    city = _store_city(data, held)
    forget_city()
    _store_areas(data.areas)
    _store_organisations(data.organisations)
    for date, kind, name in data.holidays:
        Holiday.objects.update_or_create(date=date, defaults={"kind": kind, "name": name})
    with folder_changes(at) as clocks:
        together([partial(of_file, data.path, lambda path, part=part: part(path, city)) for part in PARTS.values()])  # type: ignore[misc]
        found = changes(before, snapshot(), on_pages)
        if not over_pages:
            put_back(on_pages[change.file, change.key] for change in found if change.on_page)
    return city, found, clocks


def rows(path: Path, required: Iterable[str]) -> list[Row]:
    """Return the rows of a CSV file of the folder (none if it is absent), every cell stripped, columns checked."""
    if not path.exists():
        return []
    at = Place(path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if missing := [name for name in required if name not in (reader.fieldnames or [])]:
                raise Place(path, 1).wrong(_("this column is missing"), missing[0])
            return [_row(row, reader.line_num) for row in reader]
    except UnicodeDecodeError as error:
        raise at.wrong(
            _("save it as UTF-8 (%(reason)s at byte %(byte)s)"), reason=error.reason, byte=error.start
        ) from error
    except (csv.Error, OSError) as error:
        raise at.wrong(_("it cannot be read (%(reason)s)"), reason=error) from error


def _row(cells: dict[str | Any, Any], line: int) -> Row:
    row = Row({str(key): (value or "").strip() for key, value in cells.items() if key})
    row.line = line
    return row


def _city(path: Path) -> dict[str, Any]:
    at = Place(path)
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise at.wrong(_("it cannot be read (%(reason)s)"), reason=error) from error
    if missing := [name for name in REQUIRED if name not in found]:
        raise at.wrong(_("'%(name)s' is missing"), missing[0], name=missing[0])
    check_options(path, found)
    if found["zone"] not in available_timezones():
        words = _("zone '%(zone)s' is no time zone; write one such as 'Asia/Shanghai'")
        raise at.wrong(words, "zone", zone=found["zone"])
    return {"language": "en", "default_crs": "EPSG:4326", "synthetic": False} | found


def _organisations(path: Path) -> list[Row]:
    found = rows(path, ("code", "name", "kind"))
    if not found:
        raise Place(path).wrong(_("a city needs at least one organisation; whoever signs in belongs to one"))
    known = {row["code"] for row in found}
    once(path, found, "code")

    def checked(row: Row, at: Place) -> Row:
        if row.get("parent") and row["parent"] not in known:
            raise at.wrong(_("parent '%(parent)s' is no organisation of this file"), "parent", parent=row["parent"])
        if not row["code"]:
            raise at.wrong(_("an organisation needs a code"), "code")
        at.fit(Organisation(code=row["code"], **_of_organisation(row)))
        return row

    return each(path, found, checked)


def _holidays(path: Path) -> list[tuple[dt.date, str, str]]:
    return each(path, rows(path, ("date", "kind", "name")), _holiday)


def _holiday(row: Row, at: Place) -> tuple[dt.date, str, str]:
    if row["kind"] not in {"holiday", "workday"}:
        raise at.wrong(_("kind '%(kind)s': write holiday or workday"), "kind", kind=row["kind"])
    try:
        return dt.date.fromisoformat(row["date"]), row["kind"], row["name"]
    except ValueError as error:
        raise at.wrong(_("date '%(date)s': write it as 2016-10-01"), "date", date=row["date"]) from error


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


def _of_organisation(row: dict[str, str]) -> dict[str, Any]:
    return {"name": row["name"], "name_en": row.get("name_en") or row["name"], "kind": row["kind"]}


def _store_organisations(found: Iterable[dict[str, str]]) -> None:
    by_code: dict[str, Organisation] = {}
    areas = {area.code: area for area in Area.objects.all()}
    for row in found:
        defaults = _of_organisation(row) | {"area": areas.get(row.get("area", ""))}
        by_code[row["code"]] = Organisation.objects.update_or_create(code=row["code"], defaults=defaults)[0]
    for row in found:
        parent = by_code[row["parent"]] if row.get("parent") else None
        Organisation.objects.filter(code=row["code"]).update(parent=parent)
