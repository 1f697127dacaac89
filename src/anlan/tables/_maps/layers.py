"""One layer of a map, as it comes from the process that reads it."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import weakref
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen
from typing import Any, Final

from anlan.tables._errors import Note, TableError, note
from anlan.tables._maps.files import laid_out
from anlan.tables._maps.kinds import DRIVERS
from anlan.tables._source import AS_IT_IS, Opening, Source

Row = tuple[int | None, Sequence[Any]]
KEPT: Final = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TZ")


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
        self._name, self._map = source.name, kind
        self._folder = tempfile.TemporaryDirectory(prefix="anlan-")
        try:
            path = laid_out(source, kind, Path(self._folder.name))
            asked = {"path": str(path), "name": source.name, "kind": kind, "opening": asdict(opening)}
            self._process = Popen(
                [sys.executable, "-P", "-m", "anlan.tables._maps.reader", json.dumps(asked)],
                stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL,
                env=environment(kind, self._folder.name),
            )  # fmt: skip
            weakref.finalize(self, self._process.kill)
            seen = self._next()
        except BaseException:
            self.close()
            raise
        self.header: Sequence[Any] = seen["header"]
        self.crs: str | None = seen["crs"]
        self.sheets: Sequence[str] = seen["layers"]
        self.notes: tuple[Note, ...] = tuple(_notes(seen, opening))

    def rows(self) -> Iterator[Row]:
        """Yield no line, for there is none, and the cells."""
        try:
            while (cells := self._next()) is not None:
                yield None, cells
        finally:
            self.close()

    def _next(self) -> Any:
        """Return what the process says next; one that ended before its last line was stopped."""
        assert self._process.stdout
        line = self._process.stdout.readline()
        said = json.loads(line) if line.endswith(b"\n") else {"error": None}
        if not isinstance(said, dict) or "error" not in said:
            return said
        name, kind, why = self._name, self._map, said["error"]
        if "code" in said:
            raise TableError(why, code=said["code"], **said["limits"])
        if why is None:
            message = f"{name} takes too much time or memory: save it as GeoPackage or CSV, or part it"
            raise TableError(message, code="map_too_heavy", kind=kind)
        raise TableError(f"{name} cannot be read as {kind}: {why}", code="broken_map", kind=kind)

    def close(self) -> None:
        """Stop the process and remove what it read from."""
        if process := getattr(self, "_process", None):
            process.kill()
            process.wait()
            process.stdout.close()
        self._folder.cleanup()


def environment(kind: str, folder: str) -> dict[str, str]:
    """Return an environment in which GDAL has one driver, calls nobody, and finds no secret."""
    import pyogrio

    others = sorted(set(pyogrio.list_drivers()) - {DRIVERS[kind]})
    return {name: os.environ[name] for name in KEPT if name in os.environ} | {
        "GDAL_SKIP": ",".join(others),
        "GDAL_DRIVER_PATH": "disable",
        "OGR_SQLITE_LOAD_EXTENSIONS": "",
        "OGR_SQLITE_STATIC_VIRTUAL_OGR": "NO",
        "CPL_VSIL_CURL_ALLOWED_FILENAME": "none",
        "PROJ_NETWORK": "OFF",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONIOENCODING": "utf-8",
        "TMPDIR": folder,
    }


def _notes(seen: dict[str, Any], opening: Opening) -> Iterator[Note]:
    others = [name for name in seen["layers"] if name != seen["layer"]] if not opening.sheet else []
    if others:
        yield note("layer_read", sheet=seen["layer"], others=others)
    if seen["guessed"]:
        code, limits = seen["guessed"]
        yield note(code, **limits)
    if seen["shapes"]:
        yield note("shapes_by_point" if opening.representative_points else "shapes_without_point", count=seen["shapes"])
