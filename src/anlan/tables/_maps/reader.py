"""The process that runs GDAL: it reads one map with one driver and writes its rows to standard output, line by line.

The first line says what the map is, each further one is a row, the last one is `null`: without it, rows are missing.
"""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from anlan.tables._charsets import guess_encoding
from anlan.tables._errors import Note, TableError
from anlan.tables._maps.files import HELD, require_plain_tables
from anlan.tables._maps.kinds import DRIVERS

SAMPLE: Final = 500
BATCH: Final = 20_000
MOST_MEMORY: Final = 4 << 30
PATIENCE_S: Final = 180  # for each batch
Part = tuple[list[str], Any, list[Any]]
dumped = partial(json.dumps, default=str, separators=(",", ":"))


class Layer:
    """One layer of a map, with its rows; a point's coordinates become the columns `lon` and `lat`."""

    def __init__(self, path: Path, *, name: str, kind: str, opening: Mapping[str, Any]) -> None:
        import pyogrio

        self.path, self.name, self.opening = path, name, opening
        self.layers = [str(layer) for layer, _ in pyogrio.list_layers(path)]
        self.encoding: str | None = opening["encoding"]
        self.layer, self.info = self._chosen()
        self.is_held = kind in HELD
        self.held: Part | None = None
        self.step = max(self.info["features"], 1) if self.is_held else BATCH
        self.guessed: Note | None = None
        if not self.encoding and self.info["encoding"] == "ISO-8859-1":
            self.encoding = self._likely_encoding()

    def _chosen(self) -> tuple[str, dict[str, Any]]:
        """Return the layer that was named, or the first one that holds points, or anything."""
        import pyogrio

        wanted: str | None = self.opening["sheet"]
        if wanted and wanted not in self.layers:
            message = f"{self.name} has no layer {wanted!r}; its layers are: {', '.join(self.layers)}"
            raise TableError(message, code="no_sheet", sheet=wanted, sheets=self.layers)
        layers = [wanted] if wanted else self.layers
        known = {
            layer: pyogrio.read_info(self.path, layer=layer, encoding=self.encoding, force_feature_count=True)
            for layer in layers
        }
        if wanted:
            return wanted, known[wanted]
        filled = [layer for layer in self.layers if known[layer]["features"] > 0]
        points = [layer for layer in filled if "Point" in str(known[layer]["geometry_type"])]
        if not filled:
            raise TableError(f"{self.name} holds no feature", code="empty")
        chosen = (points or filled)[0]
        return chosen, known[chosen]

    def _likely_encoding(self) -> str | None:
        """Return the encoding that the letters tell, where a Shapefile does not and all bytes were read as Latin-1."""
        fields, _, columns = self._read(0, SAMPLE)
        words = [cell for column in columns for cell in column if isinstance(cell, str)]
        foreign = "".join([*fields, *words]).encode("latin-1", errors="ignore")
        likely, self.guessed = guess_encoding(foreign) if not foreign.isascii() else ("", None)
        return likely or None

    def described(self) -> dict[str, Any]:
        """Return what is said of the layer before its rows."""
        fields = self._read(0, 1)[0]
        taken = set(fields) & {"lon", "lat"}
        guessed = self.guessed
        return {
            "header": [*(f"{name}_of_table" if name in taken else name for name in fields), "lon", "lat"],
            "layers": self.layers,
            "layer": self.layer,
            "crs": _crs_of(self.info.get("crs")),
            "guessed": [guessed.code, guessed.limits] if guessed else None,
            "shapes": 0 if self.info["geometry_type"] in {"Point", None} else self._counted(),
        }

    def rows(self) -> Iterator[list[Any]]:
        """Yield the cells of each feature, read in batches."""
        for start in range(0, max(self.info["features"], 0), self.step):
            _end_in(PATIENCE_S)
            _, shapes, columns = self._read(start, self.step)
            _end_in(0)
            for cells in zip(*columns, *zip(*map(self._point, shapes), strict=True), strict=True):
                yield [None if cell is None or cell != cell else cell for cell in cells]

    def _counted(self) -> int:
        """Return how many features have a shape that is no single point."""
        total = 0
        for start in range(0, max(self.info["features"], 0), self.step):
            _end_in(PATIENCE_S)
            total += sum(bool(shape) and not shape.is_empty and _single(shape) is None
                         for shape in self._read(start, self.step, columns=[])[1])  # fmt: skip
        return total

    def _read(self, start: int, most: int, columns: list[str] | None = None) -> Part:
        """Return names of fields, shapes and columns of so many features; what GDAL holds whole is read once."""
        if not self.is_held:
            return self._fetched(start, most, columns)
        if self.held is None:
            self.held = self._fetched(0, self.step, None)
        fields, shapes, cells = self.held
        part = slice(start, start + most)
        return fields, shapes[part], [column[part] for column in cells]

    def _fetched(self, start: int, most: int, columns: list[str] | None) -> Part:
        from pyogrio.raw import read
        from shapely import from_wkb

        meta, _, wkb, found = read(
            self.path, layer=self.layer, force_2d=True, encoding=self.encoding, datetime_as_string=True,
            skip_features=start, max_features=most, columns=columns,
        )  # fmt: skip
        cells = [column.tolist() for column in found]
        shapes = from_wkb(wkb) if wkb is not None else [None] * (len(cells[0]) if cells else 0)
        return [str(name) for name in meta["fields"]], shapes, cells

    def _point(self, shape: Any) -> tuple[Any, Any]:
        if shape is None or shape.is_empty:
            return None, None
        point = _single(shape)
        if point is None and self.opening["representative_points"]:
            point = shape.representative_point()
        return (point.x, point.y) if point is not None else (None, None)


def _single(shape: Any) -> Any:
    """Return the point that a shape is, or None."""
    if shape.geom_type == "MultiPoint" and len(shape.geoms) == 1:
        return shape.geoms[0]
    return shape if shape.geom_type == "Point" else None


def _crs_of(crs: Any) -> str | None:
    """Return the number of a coordinate system; WGS 84 where a map names none."""
    if not crs:
        return None
    from pyproj import CRS

    number = CRS.from_user_input(crs).to_epsg(min_confidence=60)
    return f"EPSG:{number}" if number else None


def _end_in(seconds: int) -> None:
    """End this process after so many seconds, also within GDAL; 0 takes it back."""
    if sys.platform != "win32":
        signal.alarm(seconds)


def _bound_memory() -> None:
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))


def _lines(path: Path, *, name: str, kind: str, opening: Mapping[str, Any]) -> Iterator[Any]:
    import pyogrio

    if set(pyogrio.list_drivers()) != {DRIVERS[kind]}:
        raise TableError(f"{name}: GDAL has other drivers than that of {kind}", code="broken_map", kind=kind)
    if kind == "GeoPackage":
        require_plain_tables(path, name)
    pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": True})
    layer = Layer(path, name=name, kind=kind, opening=opening)
    yield layer.described()
    yield from layer.rows()
    yield None


def main(asked: str) -> None:
    """Read the map that is asked for, as JSON, and write its lines."""
    _bound_memory()
    _end_in(PATIENCE_S)
    what = json.loads(asked)
    path = Path(what.pop("path"))
    try:
        for line in _lines(path, **what):
            sys.stdout.write(f"{dumped(line)}\n")
    except TableError as error:
        sys.stdout.write(f"{dumped({'error': str(error), 'code': error.code, 'limits': error.limits})}\n")
    except Exception as error:  # GDAL's errors are of many classes
        why = str(error).replace(str(path.parent), "").strip()[:160]
        sys.stdout.write(f"{dumped({'error': why})}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
