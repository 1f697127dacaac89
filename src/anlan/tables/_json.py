"""GeoJSON, Esri JSON, a JSON list of objects, also inside another object, and NDJSON."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from anlan.tables._delimited import unreadable
from anlan.tables._errors import Note, TableError, note
from anlan.tables._source import AS_IT_IS, Opening, Source

Row = tuple[int | None, Sequence[Any]]
LONGEST_LINE = 4 << 20
DEEPEST = 4
LISTS = (
    "features", "records", "results", "data", "items", "rows", "value", "issues", "requests", "reports", "incidents",
)  # fmt: skip
PAIRS = (("longitude", "latitude"), ("lng", "lat"), ("lon", "lat"), ("long", "lat"), ("x", "y"))


class JsonRows:
    """Rows of objects; a point's coordinates become the columns `lon` and `lat`."""

    kind = "json"

    def __init__(self, source: Source, opening: Opening = AS_IT_IS) -> None:
        self._source, self._opening = source, opening
        self._stream = io.TextIOWrapper(source.file, encoding=source.encoding, newline=None)
        self._listed = ""
        self._shapes = 0
        self.sheets: Sequence[str] = ()
        self.crs: str | None = None
        self.header: Sequence[Any] = self._columns()
        if not self.header:
            raise TableError(f"{source.name} holds no objects", code="empty")
        listed = [note("list_read", sheet=self._listed)] if self._listed else []
        shapes = [note("shapes_without_point", count=self._shapes)] if self._shapes else []
        self.notes: tuple[Note, ...] = (*listed, *shapes)

    def rows(self) -> Iterator[Row]:
        """Yield the line, where there is one, and the cells."""
        for line, item in self._objects():
            yield line, [item.get(key) for key in self.header]

    def _columns(self) -> list[str]:
        """Return every name that an object has, the last object's too; what cannot be read is told at its line."""
        found: dict[str, None] = {}
        try:
            for _, item in self._objects():
                found.update(dict.fromkeys(item))
        except (TableError, UnicodeDecodeError) as error:
            if not found:
                raise unreadable(self._source, 1) if isinstance(error, UnicodeDecodeError) else error from None
        return list(found)

    def _objects(self) -> Iterator[tuple[int | None, dict[str, Any]]]:
        self._stream.seek(0)
        self._shapes = 0
        first, number = self._line(1).strip(), 1
        item = _object_of(first)
        if item is not None and (not self._wraps(item) or self._goes_on()):
            yield 1, self._flat(item)
            self._stream.seek(0)
            self._line(1)
            while line := self._line(number := number + 1):
                if line.strip():
                    yield number, self._object(line, number)
            return
        self._stream.seek(0)
        for item in self._members():
            if not isinstance(item, Mapping):
                raise TableError(f"{self._source.name}: a member of the list is no object", code="not_json")
            yield None, self._flat(item)

    def _wraps(self, item: Mapping[str, Any]) -> bool:
        """Whether an object is no record, but holds a list of them."""
        return "features" in item or (not _is_placed(item) and any(True for _ in _lists(item, "", DEEPEST)))

    def _goes_on(self) -> bool:
        return any(line.strip() for line in iter(lambda: self._stream.readline(LONGEST_LINE), ""))

    def _line(self, number: int) -> str:
        line = self._stream.readline(LONGEST_LINE)
        if len(line) >= LONGEST_LINE and number > 1:
            raise TableError(f"{self._source.name}, line {number} is longer than {LONGEST_LINE:,} characters",
                             code="line_too_long", line=number)  # fmt: skip
        return line

    def _object(self, line: str, number: int) -> dict[str, Any]:
        try:
            item = json.loads(line)
        except (ValueError, RecursionError):
            message = f"{self._source.name}, line {number} is no JSON object"
            raise TableError(message, code="no_object", line=number) from None
        if not isinstance(item, Mapping):
            message = f"{self._source.name}, line {number} is no JSON object"
            raise TableError(message, code="no_object", line=number)
        return self._flat(item)

    def _members(self) -> list[Any]:
        name = self._source.name
        try:
            whole = json.load(self._stream)
        except RecursionError:
            raise TableError(f"{name} is nested too deeply", code="not_json") from None
        except ValueError as error:
            raise TableError(f"{name} is no JSON: {str(error)[:120]}", code="not_json") from None
        if isinstance(whole, Mapping):
            if isinstance(whole.get("features"), list) and not self._opening.sheet:
                self.crs = _crs_of(whole.get("spatialReference"))
                return list(whole["features"])
            return self._list_inside(whole)
        return list(whole) if isinstance(whole, list) else []

    def _list_inside(self, whole: Mapping[str, Any]) -> list[Any]:
        """Return the list of objects that an object holds; of several the named one, or the one of a usual name."""
        lists = dict(_lists(whole, "", DEEPEST))
        self.sheets = list(lists)
        if wanted := self._opening.sheet:
            if wanted not in lists:
                known = ", ".join(lists) or "none"
                message = f"{self._source.name} has no list {wanted!r}; its lists of objects are: {known}"
                raise TableError(message, code="no_sheet", sheet=wanted, sheets=list(lists))
            return lists[wanted]
        usual = [path for path in lists if path.rpartition(".")[2].lower() in LISTS]
        chosen = list(lists) if len(lists) == 1 else usual
        if len(chosen) == 1:
            self._listed = chosen[0]
            return lists[chosen[0]]
        if lists:
            raise TableError(
                f"{self._source.name} holds several lists of objects: say which with --sheet: {', '.join(lists)}",
                code="several_lists",
                sheets=list(lists),
            )
        return [whole]

    def _flat(self, item: Mapping[str, Any]) -> dict[str, Any]:
        """Return a plain row of an object or of a GeoJSON feature."""
        if isinstance(item.get("attributes"), Mapping):
            return self._esri(item["attributes"], item.get("geometry"))
        if item.get("type") != "Feature":
            row = {str(key): _plain(value) for key, value in item.items()}
            return row | _point_inside(item)
        geometry, properties = item.get("geometry"), item.get("properties")
        row = {str(key): _plain(value) for key, value in properties.items()} if isinstance(properties, Mapping) else {}
        if "id" in item and "id" not in row:
            row["id"] = _plain(item["id"])
        lon, lat = self._point(geometry) if isinstance(geometry, Mapping) else (None, None)
        return {**row, "lon": lon, "lat": lat}

    def _esri(self, attributes: Mapping[str, Any], geometry: Any) -> dict[str, Any]:
        """Return a plain row of a feature as ArcGIS writes it."""
        row = {str(key): _plain(value) for key, value in attributes.items()}
        geometry = geometry if isinstance(geometry, Mapping) else {}
        if "rings" in geometry or "paths" in geometry:
            kind = "Polygon" if "rings" in geometry else "MultiLineString"
            geometry = {"type": kind, "coordinates": geometry.get("rings") or geometry.get("paths")}
            lon, lat = self._point(geometry)
            return {**row, "lon": lon, "lat": lat}
        return {**row, "lon": _plain(geometry.get("x")), "lat": _plain(geometry.get("y"))}

    def _point(self, geometry: Mapping[str, Any]) -> tuple[Any, Any]:
        pair = geometry.get("coordinates")
        if geometry.get("type") == "MultiPoint" and isinstance(pair, list) and len(pair) == 1:
            return self._point({"type": "Point", "coordinates": pair[0]})
        if geometry.get("type") == "Point":
            return (_plain(pair[0]), _plain(pair[1])) if isinstance(pair, list) and len(pair) >= 2 else (None, None)
        if not self._opening.representative_points:
            self._shapes += 1
            return None, None
        from shapely.errors import ShapelyError
        from shapely.geometry import shape

        try:
            point = shape(geometry).representative_point()
        except (ShapelyError, ValueError, TypeError, AttributeError, IndexError, KeyError):
            return None, None
        return (None, None) if point.is_empty else (point.x, point.y)


def _lists(whole: Mapping[str, Any], path: str, depth: int) -> Iterator[tuple[str, list[Any]]]:
    """Yield the lists of objects inside an object, each under the way to it."""
    for key, value in whole.items():
        here = f"{path}.{key}" if path else str(key)
        if isinstance(value, Mapping) and depth:
            yield from _lists(value, here, depth - 1)
        elif isinstance(value, list) and value and all(isinstance(item, Mapping) for item in value):
            yield here, value


def _point_inside(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return the coordinates of a point that one cell holds as an object, where no column is called so."""
    names = {str(key).lower() for key in item}
    if names & {"lon", "lng", "longitude", "long", "x"}:
        return {}
    for value in item.values():
        if not isinstance(value, Mapping):
            continue
        pair = value.get("coordinates")
        if value.get("type") == "Point" and isinstance(pair, list) and len(pair) >= 2:
            return {"lon": _plain(pair[0]), "lat": _plain(pair[1])}
        inner = {str(key).lower(): cell for key, cell in value.items()}
        for east, north in PAIRS:
            if east in inner and north in inner:
                return {"lon": _plain(inner[east]), "lat": _plain(inner[north])}
    return {}


def _is_placed(item: Mapping[str, Any]) -> bool:
    """Whether an object has coordinates of its own, so that it is a record."""
    return any(str(key).lower() in {name for pair in PAIRS for name in pair} for key in item)


def _crs_of(reference: Any) -> str | None:
    """Return the coordinate system that Esri JSON names by its number."""
    number = reference.get("latestWkid") or reference.get("wkid") if isinstance(reference, Mapping) else None
    if not isinstance(number, int):
        return None
    return "EPSG:3857" if number in {102100, 102113} else f"EPSG:{number}"


def _object_of(text: str) -> Mapping[str, Any] | None:
    """Return the object that a line holds."""
    try:
        item = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return item if isinstance(item, Mapping) else None


def _plain(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value
