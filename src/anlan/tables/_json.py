"""GeoJSON, a JSON list of objects, and NDJSON."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from anlan.tables._errors import TableError
from anlan.tables._source import Source

Row = tuple[int | None, Sequence[Any]]
LONGEST_LINE = 4 << 20


class JsonRows:
    """Rows of objects; a point's coordinates become the columns `lon` and `lat`."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._stream = io.TextIOWrapper(source.file, encoding=source.encoding, newline=None)
        self.header: Sequence[Any] = self._columns()
        if not self.header:
            raise TableError(f"{source.name} holds no objects", code="empty")

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
        except (TableError, UnicodeDecodeError):
            if not found:
                raise
        return list(found)

    def _objects(self) -> Iterator[tuple[int | None, dict[str, Any]]]:
        self._stream.seek(0)
        first = self._line(1).strip()
        if _is_line(first):
            yield 1, _flat(json.loads(first))
            number = 1
            while line := self._line(number := number + 1):
                if line.strip():
                    yield number, self._object(line, number)
            return
        self._stream.seek(0)
        for item in self._members():
            if not isinstance(item, Mapping):
                raise TableError(f"{self._source.name}: a member of the list is no object")
            yield None, _flat(item)

    def _line(self, number: int) -> str:
        line = self._stream.readline(LONGEST_LINE)
        if len(line) >= LONGEST_LINE and number > 1:
            raise TableError(f"{self._source.name}, line {number} is longer than {LONGEST_LINE:,} characters")
        return line

    def _object(self, line: str, number: int) -> dict[str, Any]:
        try:
            item = json.loads(line)
        except (ValueError, RecursionError):
            raise TableError(f"{self._source.name}, line {number} is no JSON object", code="not_json") from None
        if not isinstance(item, Mapping):
            raise TableError(f"{self._source.name}, line {number} is no JSON object", code="not_json")
        return _flat(item)

    def _members(self) -> list[Any]:
        name = self._source.name
        try:
            whole = json.load(self._stream)
        except RecursionError:
            raise TableError(f"{name} is nested too deeply", code="not_json") from None
        except ValueError as error:
            raise TableError(f"{name} is no JSON: {str(error)[:120]}", code="not_json") from None
        if isinstance(whole, Mapping):
            if isinstance(whole.get("features"), list):
                return list(whole["features"])
            whole = [whole]
        return list(whole) if isinstance(whole, list) else []


def _is_line(text: str) -> bool:
    try:
        item = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(item, Mapping) and "features" not in item


def _flat(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return a plain row of an object or of a GeoJSON feature."""
    if item.get("type") != "Feature":
        return {str(key): _plain(value) for key, value in item.items()}
    geometry, lon, lat = item.get("geometry"), None, None
    if isinstance(geometry, Mapping) and geometry.get("type") == "Point":
        pair = geometry.get("coordinates")
        if isinstance(pair, list) and len(pair) >= 2:
            lon, lat = _plain(pair[0]), _plain(pair[1])
    properties = item.get("properties")
    row = {str(key): _plain(value) for key, value in properties.items()} if isinstance(properties, Mapping) else {}
    if "id" in item and "id" not in row:
        row["id"] = _plain(item["id"])
    return {**row, "lon": lon, "lat": lat}


def _plain(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value
