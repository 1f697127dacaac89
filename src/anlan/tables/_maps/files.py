"""The files of a map, laid into a folder of their own under names of our own, and what may not be in them."""

from __future__ import annotations

import re
import shutil
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path, PurePosixPath
from typing import Final

from anlan.tables._errors import TableError
from anlan.tables._maps.kinds import SUFFIXES
from anlan.tables._source import Source

MOST_UNPACKED: Final = 1 << 30
HELD: Final = ("KML", "GPX", "TopoJSON")  # GDAL holds them in memory whole
HELD_BYTES: Final = 50_000_000
BESIDE: Final = (".shp", ".shx", ".dbf", ".prj", ".cpg")
PLAIN: Final = ("table", "shadow")
TABLES: Final = """
    SELECT listed.name, listed.type, made.sql FROM pragma_table_list AS listed
    LEFT JOIN sqlite_schema AS made ON made.name = listed.name AND made.type IN ('table', 'view')
    WHERE listed.schema = 'main'"""
COMPUTED: Final = "SELECT count(*) FROM pragma_table_xinfo(?) WHERE hidden IN (2, 3)"
_INDEX = re.compile(r'\s*CREATE\s+VIRTUAL\s+TABLE\s+("[^"]+"|\w+)\s+USING\s+rtree\s*\([\w\s,"]*\)\s*', re.IGNORECASE)


def laid_out(source: Source, kind: str, folder: Path) -> Path:
    """Lay the files of a map into a folder: a Shapefile without its index gets one written there."""
    path = folder / f"map{SUFFIXES[kind]}"
    if source.kind == "packed":
        _unpack(source, kind, folder)
    elif kind == "Shapefile" and source.path:
        for part in source.path.parent.iterdir():
            if part.stem == source.path.stem and part.suffix.lower() in BESIDE:
                shutil.copyfile(part, folder / f"map{part.suffix.lower()}")
    else:
        with path.open("wb") as out:
            shutil.copyfileobj(source.file, out)
    if kind in HELD and path.stat().st_size > HELD_BYTES:
        most = HELD_BYTES // 1_000_000
        raise TableError(
            f"{source.name} is {kind} of more than {most} MB, which is held in memory whole: save it as GeoPackage, "
            "Shapefile or CSV",
            code="map_too_large",
            kind=kind,
            most=most,
        )
    return path


def _unpack(source: Source, kind: str, folder: Path) -> None:
    """Unpack the first map of a kind out of an archive, and what belongs to it; a link in it is written as a text."""
    with zipfile.ZipFile(source.file) as packed:
        members = {member.filename: PurePosixPath(member.filename) for member in packed.infolist()}
        if sum(member.file_size for member in packed.infolist()) > MOST_UNPACKED:
            raise TableError(f"{source.name} unpacks to more than 1 GiB", code="too_large")
        first = next(path for path in members.values() if path.suffix.lower() == SUFFIXES[kind])
        wanted = BESIDE if kind == "Shapefile" else (SUFFIXES[kind],)
        for name, path in members.items():
            if path.with_suffix("") == first.with_suffix("") and path.suffix.lower() in wanted:
                with packed.open(name) as part, (folder / f"map{path.suffix.lower()}").open("wb") as out:
                    shutil.copyfileobj(part, out)


def require_plain_tables(path: Path, name: str) -> None:
    """Refuse a GeoPackage whose rows are made while it is read: such SQL opens other files, or calls out."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as database:
        for table, kind, sql in database.execute(TABLES).fetchall():
            computed = database.execute(COMPUTED, [table]).fetchone()[0] if kind in PLAIN else not _INDEX.fullmatch(sql)
            if computed:
                raise TableError(
                    f"{name} holds {table!r}, which is computed while it is read: save the layer anew, as a table",
                    code="computed_layer",
                    sheet=table,
                )
