"""Maps that name other files or addresses: nothing but the map itself is read, and nobody is called."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from anlan.tables import TableError, open_records
from anlan.tables._maps import layers
from tests.tables.test_tables_maps import GPX, KML, MARK, maps

pytestmark = pytest.mark.pure
SECRET = "3201151990"


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    """Return a database of the city's own that no map may show."""
    path = tmp_path / "anlan.sqlite3"
    with closing(sqlite3.connect(path)) as database:
        database.executescript(f"CREATE TABLE people (name TEXT); INSERT INTO people VALUES ('{SECRET}')")
    return path


@pytest.fixture
def calls() -> Iterator[list[str]]:
    """Return what was asked of a server at the last port that `address` gives."""
    asked: list[str] = []

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        do_HEAD = do_GET

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Answers)
    Thread(target=server.serve_forever, daemon=True).start()
    asked.append(f"http://127.0.0.1:{server.server_port}/x.geojson")
    yield asked
    server.shutdown()
    server.server_close()


def shown(path: Path) -> str:
    """Return all that a reader makes of a file: its rows, or the code of its refusal."""
    try:
        with open_records(path) as records:
            return json.dumps([record.values for record in records])
    except TableError as error:
        return error.code


def vrt(source: str, sql: str = "") -> str:
    asked = f"<SrcSQL>{sql}</SrcSQL>" if sql else ""
    return (
        f'<OGRVRTDataSource><!-- <kml > --><OGRVRTLayer name="x"><SrcDataSource>{source}</SrcDataSource>{asked}'
        "<GeometryType>wkbNone</GeometryType></OGRVRTLayer></OGRVRTDataSource>"
    )


def test_a_virtual_map_is_no_map(tmp_path: Path, secrets: Path, calls: list[str]) -> None:
    """Its comment says KML, its outermost element does not; neither a file nor an address that it names is opened."""
    evil = tmp_path / "evil.kml"
    for content in (vrt(str(secrets), "SELECT name FROM people"), vrt(f"/vsicurl/{calls[0]}")):
        evil.write_text(content)
        assert shown(evil) == "markup"
    assert len(calls) == 1


def test_a_chain_of_commands_is_no_topology(tmp_path: Path, secrets: Path, calls: list[str]) -> None:
    """A file of GDAL commands that holds a topology somewhere is read as the plain object that it is."""
    evil = tmp_path / "evil.json"
    for source in (str(secrets), f"/vsicurl/{calls[0]}"):
        line = f"gdal vector pipeline ! read {source} ! write --format stream x"
        command = {"type": "gdal_streamed_alg", "command_line": line, "note": {"type": "Topology"}}
        evil.write_text(json.dumps(command, indent=1))
        assert SECRET not in shown(evil)
    assert len(calls) == 1


@pytest.mark.parametrize("kind", ["a.kml", "b.gpx", "c.json"])
def test_a_true_map_with_the_mark_of_another_driver_is_read_by_its_own(
    tmp_path: Path, secrets: Path, calls: list[str], kind: str
) -> None:
    """Drivers look for their marks anywhere in a file; there is none but that of the kind."""
    path = next(file for file in maps(tmp_path) if file.name == kind)
    foreign = vrt(str(secrets), "SELECT name FROM people").replace("<!-- <kml > -->", "")
    text = path.read_text()
    if kind == "c.json":
        command = f"gdal vector pipeline ! read {secrets} ! write --format stream x"
        text = json.dumps({**json.loads(text), "x": {"type": "gdal_streamed_alg", "command_line": command}})
    else:
        mark = "<kml " if kind == "a.kml" else "<gpx "
        text = text.replace(mark, f"<!-- {foreign} -->{mark}", 1)
    path.write_text(text)
    assert "2016" in shown(path)
    assert SECRET not in shown(path)


def test_entities_are_refused(tmp_path: Path, secrets: Path) -> None:
    """A document type may name files, or grow a few bytes to gigabytes."""
    doctype = f'<!DOCTYPE x [<!ENTITY own SYSTEM "{secrets.as_uri()}">]>'
    for name, content in (("a.kml", KML.format(MARK.format(1))), ("b.gpx", GPX)):
        head, mark, rest = content.partition(f"<{name[2:]}")
        (tmp_path / name).write_text(f"{head}{doctype}{mark}{rest}".replace("2016-01-01", "&own;"))
        assert shown(tmp_path / name) == "markup"


def test_a_link_in_a_map_is_not_followed(tmp_path: Path, calls: list[str]) -> None:
    """What a map of links points at is not asked for; its own places are read."""
    link = f"<NetworkLink><Link><href>{calls[0]}</href></Link></NetworkLink>"
    (tmp_path / "a.kml").write_text(KML.format(link + MARK.format(1)))
    with zipfile.ZipFile(tmp_path / "b.kmz", "w") as packed:
        packed.writestr("doc.kml", KML.format(link + MARK.format(1)))
    for name in ("a.kml", "b.kmz"):
        assert "2016" in shown(tmp_path / name)
    assert len(calls) == 1


VIEW = "CREATE VIEW evil AS SELECT 1 AS fid, ogr_geocode('x') AS name"
TABLE = "CREATE TABLE evil (fid INTEGER PRIMARY KEY, a TEXT, name TEXT GENERATED ALWAYS AS (lower(a)))"
MODULE = """PRAGMA writable_schema = 1; INSERT INTO sqlite_master (type, name, tbl_name, rootpage, sql)
VALUES ('table', 'evil', 'evil', 0, 'CREATE/**/VIRTUAL TABLE evil USING VirtualOGR(''{}'')')"""


@pytest.mark.parametrize("sql", [VIEW, TABLE, MODULE])
def test_a_geopackage_that_computes_is_refused(tmp_path: Path, secrets: Path, sql: str) -> None:
    """Views, virtual tables and computed columns run SQL of whoever made the file; an index of places does not."""
    path = next(file for file in maps(tmp_path) if file.name == "e.gpkg")
    assert "2016" in shown(path)
    with closing(sqlite3.connect(path)) as database:
        database.executescript(sql.format(secrets))
        row = ("evil", "attributes", "x")
        database.execute("INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES (?, ?, ?)", row)
        database.commit()
    assert shown(path) == "computed_layer"


def test_an_archive_gives_its_map_and_nothing_else(tmp_path: Path, secrets: Path) -> None:
    """Files beside a map, links and names that lead out of the archive are not laid out."""
    maps(tmp_path)
    link = zipfile.ZipInfo("floods/f.cpg")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as packed:
        packed.writestr("../../evil.shp", b"")
        for suffix in ("shp", "dbf", "prj"):
            packed.write(tmp_path / f"f.{suffix}", f"floods/f.{suffix}")
        packed.writestr(link, str(secrets))
        packed.writestr("floods/f.vrt", vrt(str(secrets), "SELECT name FROM people"))
    answer = shown(tmp_path / "evil.zip")
    assert SECRET not in answer
    assert not (tmp_path.parent / "evil.shp").exists()


def test_the_reader_finds_no_secret_of_the_server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keys and passwords that the server was started with are not in the reader's environment."""
    monkeypatch.setenv("ANLAN_SECRET_KEY", SECRET)
    assert SECRET not in layers.environment("KML", str(tmp_path)).values()


def test_a_reader_that_ends_early_is_no_end_of_the_file(tmp_path: Path) -> None:
    """Rows that were not read are never taken for rows that are not there."""
    (tmp_path / "a.kml").write_text(KML.format("".join(MARK.format(1) for _ in range(30_000))))
    with open_records(tmp_path / "a.kml") as records:
        rows = records.rows()
        next(rows)
        records._rows._process.kill()  # type: ignore[attr-defined]
        with pytest.raises(TableError) as error:
            list(rows)
    assert error.value.code == "map_too_heavy"
