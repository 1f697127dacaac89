"""Maps of GIS programs, read by `anlan spots` where GDAL is installed."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from anlan.tables import TableError, open_records
from anlan.tables._maps.reader import BATCH
from tests.tables.test_tables_as_people_have import PLACE, columns, of, spots

pytestmark = pytest.mark.pure
KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{}</Document></kml>"""
MARK = """<Placemark><name>{0}</name><TimeStamp><when>2016-01-0{0}T10:00:00Z</when></TimeStamp>
<Point><coordinates>-76.3,36.85,0</coordinates></Point></Placemark>"""
GPX = """<?xml version="1.0"?><gpx version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1">
<wpt lat="36.85" lon="-76.3"><time>2016-01-01T10:00:00Z</time></wpt>
<wpt lat="36.85" lon="-76.3"><time>2016-01-03T10:00:00Z</time></wpt></gpx>"""
TOPOLOGY = {"type": "Topology", "arcs": [], "transform": {"scale": [0.01, 0.01], "translate": [-77, 36]},
            "objects": {"floods": {"type": "GeometryCollection", "geometries": [
                {"type": "Point", "coordinates": [70, 85], "properties": {"date": f"2016-01-0{n}T10:00:00Z"}}
                for n in (1, 3)]}}}  # fmt: skip


def maps(folder: Path) -> list[Path]:
    """Return the same two reports as every kind of map."""
    from pyogrio.raw import write
    from shapely import points, to_wkb

    kml = KML.format(MARK.format(1) + MARK.format(3))
    (folder / "a.kml").write_text(kml)
    (folder / "b.gpx").write_text(GPX)
    (folder / "c.json").write_text(json.dumps(TOPOLOGY))
    with zipfile.ZipFile(folder / "d.kmz", "w") as packed:
        packed.writestr("doc.kml", kml)
    shapes = to_wkb(points([PLACE, PLACE]))
    days = [np.array(["2016-01-01 10:00", "2016-01-03 10:00"], dtype=object)]
    for name in ("e.gpkg", "f.shp"):
        write(folder / name, shapes, days, ["date"], geometry_type="Point", crs="EPSG:4326")
    with zipfile.ZipFile(folder / "g.zip", "w") as packed:
        for suffix in ("shp", "shx", "dbf", "prj"):
            packed.write(folder / f"f.{suffix}", f"floods/f.{suffix}")
    (folder / "f.shx").unlink()
    return [folder / name for name in ("a.kml", "b.gpx", "c.json", "d.kmz", "e.gpkg", "f.shp", "g.zip")]


def test_maps_of_gis_programs_are_read(tmp_path: Path) -> None:
    """KML, KMZ, GPX, TopoJSON, GeoPackage, a Shapefile without its index, and one in an archive."""
    for file in maps(tmp_path):
        document = of(spots(file))
        site = document["sites"][0]
        assert (file.name, round(site["lon"], 3), round(site["lat"], 3), site["episodes"]) == (file.name, *PLACE, 2)
    assert not (tmp_path / "f.shx").exists()


def test_a_shapefile_of_an_office_is_read_in_its_encoding(tmp_path: Path) -> None:
    """Its table is in GB 18030, nothing beside it says so, and its metres are those of its own system."""
    from pyogrio.raw import write
    from shapely import points, to_wkb

    days, words = (np.array(cells, dtype=object) for cells in (["2016-01-01", "2016-01-03"], ["长虹路"] * 2))
    write(tmp_path / "a.shp", to_wkb(points([(-8493677.1, 4418219.3)] * 2)), [days, words], ["报案时间", "地点"],
          geometry_type="Point", crs="EPSG:3857", encoding="GBK")  # fmt: skip
    (tmp_path / "a.cpg").unlink()
    document = of(spots(tmp_path / "a.shp"))
    site = document["sites"][0]
    assert (columns(document)["time"], site["place_words"]) == ("报案时间", "长虹路")
    assert (round(site["lon"], 3), round(site["lat"], 3), document["parameters"]["crs"]) == (*PLACE, "EPSG:3857")


def test_without_the_extra_a_map_is_refused_with_the_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what to install, and as what else to save the file."""
    monkeypatch.setattr("anlan.tables._maps.layers.find_spec", lambda name: None)
    for file in maps(tmp_path):
        answer = spots(file)
        assert answer.exit_code == 2
        assert "anlan[gis]" in answer.stderr
        assert "GeoJSON or CSV" in answer.stderr


def test_a_map_that_is_held_in_memory_has_a_size_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """KML, GPX and TopoJSON are bounded as they are unpacked; what is read in batches is not."""
    monkeypatch.setattr("anlan.tables._maps.files.HELD_BYTES", 200)
    for file in maps(tmp_path):
        try:
            with open_records(file) as records:
                seen = str(len(list(records)))
        except TableError as error:
            seen = error.code
        assert (file.name, seen) == (file.name, "map_too_large" if file.name[0] in "abcd" else "2")


def test_a_map_of_several_batches_keeps_every_row(tmp_path: Path) -> None:
    """Rows come in the map's own order, while the next ones are not read yet; lines and areas are counted over all."""
    from pyogrio.raw import write
    from shapely import linestrings, points, to_wkb

    count = 2 * BATCH + 1
    shapes = to_wkb([*points([PLACE] * (count - 1)), linestrings([PLACE, (0, 0)])])
    numbers = [np.arange(count)]
    write(tmp_path / "a.gpkg", shapes, numbers, ["number"], geometry_type="Unknown", crs="EPSG:4326")
    with open_records(tmp_path / "a.gpkg") as records:
        assert [note.limits for note in records.notes] == [{"count": 1}]
        rows = [cells for _, _, cells in records.rows()]
    assert [row[0] for row in rows] == list(range(count))
    assert (rows[0][1:], rows[-1][1:]) == ([*PLACE], [None, None])
