"""Which kind of map a file is, told by its outermost element or member, never by words somewhere in it."""

from __future__ import annotations

import re
import zipfile
from contextlib import suppress
from pathlib import PurePosixPath
from typing import Final
from xml.parsers import expat

from anlan.tables._source import Source

DRIVERS: Final = {
    "Shapefile": "ESRI Shapefile",
    "GeoPackage": "GPKG",
    "KML": "LIBKML",
    "GPX": "GPX",
    "TopoJSON": "TopoJSON",
}
SUFFIXES: Final = {"Shapefile": ".shp", "KML": ".kml", "GPX": ".gpx", "GeoPackage": ".gpkg", "TopoJSON": ".json"}
PACKED: Final = ("Shapefile", "KML")
_MARKS = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]', re.DOTALL)


def kind_of(source: Source, start: str) -> str | None:
    """Return what GIS programs call a file, where it is theirs; `start` is how its text begins."""
    if source.kind == "packed":
        return _kind_of_archive(source)
    if source.kind == "layers":
        return "GeoPackage" if source.head.startswith(b"SQLite") else "Shapefile"
    if start.startswith("<"):
        return {"kml": "KML", "gpx": "GPX"}.get(_root_of(start).lower())
    return "TopoJSON" if start.startswith("{") and _type_of(start) == "Topology" else None


def _kind_of_archive(source: Source) -> str | None:
    """Return what a zip archive holds, where it is a map."""
    try:
        with zipfile.ZipFile(source.file) as packed:
            suffixes = {PurePosixPath(name).suffix.lower() for name in packed.namelist()}
    except zipfile.BadZipFile:
        return None
    finally:
        source.file.seek(0)
    return next((kind for kind in PACKED if SUFFIXES[kind] in suffixes), None)


def _root_of(start: str) -> str:
    """Return the name of the outermost element; '' of what is no XML, or declares a document type (and entities)."""
    found: list[str] = []
    parser = expat.ParserCreate("utf-8")

    def stop(name: str, *_: object) -> None:
        found.append(name)
        raise EOFError

    def declared(*_: object) -> None:
        raise EOFError

    parser.StartElementHandler = stop
    parser.StartDoctypeDeclHandler = declared
    with suppress(EOFError, expat.ExpatError):
        parser.Parse(start.encode(errors="replace"), False)
    return found[0].rpartition(":")[2] if found else ""


def _type_of(start: str) -> str:
    """Return the member `type` of the outermost object."""
    depth, last = 0, ["", "", ""]
    for mark in _MARKS.findall(start):
        depth += (mark in {"{", "["}) - (mark in {"}", "]"})
        last = [*last[1:], mark]
        if depth == 1 and last[:2] == ['"type"', ":"]:
            return str(mark).strip('"')
    return ""
