"""Maps as GIS programs keep them: Shapefile, GeoPackage, KML, GPX, TopoJSON; read by GDAL, which is an extra."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from anlan.tables._charsets import guess_encoding
from anlan.tables._errors import Note, TableError, note
from anlan.tables._source import AS_IT_IS, Opening, Source

Row = tuple[int | None, Sequence[Any]]
SAMPLE = 500
MOST_UNPACKED = 1 << 30
BESIDE = (".shp", ".shx", ".dbf", ".prj", ".cpg")
SUFFIXES = (".shp", ".gpkg", ".kml", ".gpx")


class LayerRows:
    """Rows of one layer; a point's coordinates become the columns `lon` and `lat`."""

    kind = "map"

    def __init__(self, source: Source, kind: str, opening: Opening = AS_IT_IS) -> None:
        if find_spec("pyogrio") is None:
            raise TableError(
                f"{source.name} is {kind}, which needs GDAL: pip install 'anlan[gis]', or save it as GeoJSON or CSV",
                code="needs_gis",
                kind=kind,
            )
        import pyogrio

        self._opening, self._name = opening, source.name
        self._guessed: Note | None = None
        self._folder = tempfile.TemporaryDirectory(prefix="anlan-")
        pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": True})
        try:
            self._path = _laid_out(source, kind, Path(self._folder.name))
            layers = [str(name) for name, _ in pyogrio.list_layers(self._path)]
            self._layer = self._chosen(layers)
            self._info = pyogrio.read_info(self._path, layer=self._layer, encoding=opening.encoding)
            self._rows = list(self._read(opening.encoding))
            if encoding := self._likely_encoding():
                self._rows = list(self._read(encoding))
        except TableError:
            raise
        except Exception as error:  # GDAL's errors are of many classes
            why = str(error).replace(self._folder.name, "").strip()[:160]
            raise TableError(f"{source.name} cannot be read as {kind}: {why}", code="broken_map", kind=kind) from None
        finally:
            self._folder.cleanup()
        self.header: Sequence[Any] = [*self._fields, "lon", "lat"]
        self.crs = _crs_of(self._info.get("crs"))
        self.sheets: Sequence[str] = layers
        others = [name for name in layers if name != self._layer] if not opening.sheet else []
        said = [note("layer_read", sheet=self._layer, others=others)] if others else []
        guessed: list[Note] = [self._guessed] if self._guessed else []
        self.notes: tuple[Note, ...] = (*said, *guessed, *self._said_of_shapes())

    def rows(self) -> Iterator[Row]:
        """Yield no line, for there is none, and the cells."""
        for cells in self._rows:
            yield None, cells

    def _chosen(self, layers: list[str]) -> str:
        """Return the layer that was named, or the first one that holds points, or anything."""
        import pyogrio

        if (wanted := self._opening.sheet) and wanted not in layers:
            message = f"{self._name} has no layer {wanted!r}; its layers are: {', '.join(layers)}"
            raise TableError(message, code="no_sheet", sheet=wanted, sheets=layers)
        if wanted:
            return wanted
        known = {layer: pyogrio.read_info(self._path, layer=layer, force_feature_count=True) for layer in layers}
        filled = [layer for layer in layers if known[layer]["features"] > 0]
        points = [layer for layer in filled if "Point" in str(known[layer]["geometry_type"])]
        if not filled:
            raise TableError(f"{self._name} holds no feature", code="empty")
        return (points or filled)[0]

    def _likely_encoding(self) -> str | None:
        """Return the encoding that the letters tell, where a Shapefile does not and all bytes were read as Latin-1."""
        if self._opening.encoding or self._info["encoding"] != "ISO-8859-1":
            return None
        words = [cell for row in self._rows[:SAMPLE] for cell in row if isinstance(cell, str)]
        foreign = "".join([*self._fields, *words]).encode("latin-1", errors="ignore")
        likely, self._guessed = guess_encoding(foreign) if not foreign.isascii() else ("", None)
        return likely or None

    def _read(self, encoding: str | None) -> Iterator[list[Any]]:
        from pyogrio.raw import read
        from shapely import from_wkb

        self._shapes = 0
        meta, _, wkb, columns = read(
            self._path, layer=self._layer, force_2d=True, encoding=encoding, datetime_as_string=True
        )
        taken = {str(name) for name in meta["fields"]} & {"lon", "lat"}
        self._fields = [f"{name}_of_table" if name in taken else str(name) for name in meta["fields"]]
        shapes = from_wkb(wkb) if wkb is not None else [None] * (len(columns[0]) if columns else 0)
        plain = [column.tolist() for column in columns]
        for n, shape in enumerate(shapes):
            yield [*(_cell(column[n]) for column in plain), *self._point(shape)]

    def _point(self, shape: Any) -> tuple[Any, Any]:
        if shape is None or shape.is_empty:
            return None, None
        if shape.geom_type == "MultiPoint" and len(shape.geoms) == 1:
            shape = shape.geoms[0]
        if shape.geom_type != "Point":
            self._shapes += 1
            if not self._opening.representative_points:
                return None, None
            shape = shape.representative_point()
        return shape.x, shape.y

    def _said_of_shapes(self) -> list[Note]:
        taken = self._opening.representative_points
        return (
            [note("shapes_by_point" if taken else "shapes_without_point", count=self._shapes)] if self._shapes else []
        )


def kind_of_archive(source: Source) -> str | None:
    """Return what a zip archive holds, where it is a map."""
    try:
        with zipfile.ZipFile(source.file) as packed:
            names = [name.lower() for name in packed.namelist()]
    except zipfile.BadZipFile:
        return None
    finally:
        source.file.seek(0)
    if any(name.endswith(".shp") for name in names):
        return "Shapefile"
    return "KML" if any(name.endswith(".kml") for name in names) else None


def _laid_out(source: Source, kind: str, folder: Path) -> Path:
    """Lay the files of a map into a folder of their own: a Shapefile without its index gets one written there."""
    if source.kind == "packed":
        return _unpacked(source, folder)
    if kind == "Shapefile" and source.path:
        for path in source.path.parent.iterdir():
            if path.stem == source.path.stem and path.suffix.lower() in BESIDE:
                shutil.copyfile(path, folder / f"map{path.suffix.lower()}")
        return folder / "map.shp"
    suffix = {"Shapefile": ".shp", "KML": ".kml", "GPX": ".gpx", "GeoPackage": ".gpkg", "TopoJSON": ".json"}[kind]
    with (folder / f"map{suffix}").open("wb") as out:
        shutil.copyfileobj(source.file, out)
    return folder / f"map{suffix}"


def _unpacked(source: Source, folder: Path) -> Path:
    """Unpack the first map of an archive, and what belongs to it, under names of our own."""
    with zipfile.ZipFile(source.file) as packed:
        members = packed.infolist()
        if sum(member.file_size for member in members) > MOST_UNPACKED:
            raise TableError(f"{source.name} unpacks to more than 1 GiB", code="too_large")
        map_name = next(m.filename for m in members if Path(m.filename).suffix.lower() in SUFFIXES)
        stem = map_name.rpartition(".")[0]
        for member in members:
            name, _, suffix = member.filename.rpartition(".")
            if name == stem:
                with packed.open(member) as part, (folder / f"map.{suffix.lower()}").open("wb") as out:
                    shutil.copyfileobj(part, out)
    return folder / f"map{Path(map_name).suffix.lower()}"


def _crs_of(crs: Any) -> str | None:
    """Return the number of a coordinate system; WGS 84 where a map names none."""
    if not crs:
        return None
    from pyproj import CRS

    number = CRS.from_user_input(crs).to_epsg(min_confidence=60)
    return f"EPSG:{number}" if number else None


def _cell(value: Any) -> Any:
    return None if value is None or value != value else value
