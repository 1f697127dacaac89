"""Records of a file, whatever its kind."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from anlan.tables._errors import TableError
from anlan.tables._source import Source, open_source

_MARKS = re.compile("\ufeff|\u200b|ï»¿")


@dataclass(slots=True)
class Record:
    """One record: its number from 1, the line on which it begins (where there are lines), and its cells by column."""

    number: int
    line: int | None
    values: dict[str, Any]
    problem: str | None = None


class _Rows(Protocol):
    header: Sequence[Any]

    def rows(self) -> Iterator[tuple[int | None, Sequence[Any]]]: ...


class Records:
    """Records of one file, read once as a stream; a context manager that closes the file."""

    def __init__(self, source: Source, rows: _Rows) -> None:
        self._source, self._rows = source, rows
        self.name, self.sha256, self.total_bytes = source.name, source.sha256, source.total_bytes
        self.columns: tuple[str, ...] = clean_header(rows.header, source.name)

    @property
    def read_bytes(self) -> int:
        """How many bytes were read so far, for a progress bar."""
        file = self._source.file
        return self.total_bytes if file.closed else min(file.tell(), self.total_bytes)

    def rows(self) -> Iterator[tuple[int, int | None, Sequence[Any]]]:
        """Yield the number, the line and the bare cells of each record: the fast way."""
        for number, (line, cells) in enumerate(self._rows.rows(), 1):
            yield number, line, cells

    def __iter__(self) -> Iterator[Record]:
        width = len(self.columns)
        for number, line, cells in self.rows():
            padded = cells if len(cells) >= width else [*cells, *[None] * (width - len(cells))]
            values = {name: _cell(value) for name, value in zip(self.columns, padded, strict=False)}
            yield Record(number, line, values, "too_many_cells" if has_too_many(cells, width) else None)

    def __enter__(self) -> Records:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._source.file.close()


def open_records(where: str | Path | BinaryIO, *, name: str | None = None, sheet: str | None = None) -> Records:
    """Open CSV, GeoJSON, NDJSON, Excel or Parquet; the kind is told by the content, not by the name."""
    source = open_source(where, name)
    try:
        return Records(source, _rows_of(source, sheet))
    except BaseException:
        source.file.close()
        raise


def _rows_of(source: Source, sheet: str | None) -> _Rows:
    if source.kind == "excel":
        from anlan.tables._excel import ExcelRows

        return ExcelRows(source, sheet)
    if source.kind == "parquet":
        from anlan.tables._parquet import ParquetRows

        return ParquetRows(source)
    start = source.head[:4096].decode(source.encoding or "utf-8", errors="replace").lstrip("\ufeff \t\r\n")
    if start[:1] in {"{", "["}:
        from anlan.tables._json import JsonRows

        return JsonRows(source)
    from anlan.tables._delimited import Delimited

    return Delimited(source)


def clean_header(cells: Sequence[Any], name: str) -> tuple[str, ...]:
    """Return column names without byte order marks and blanks around; two of one name are refused."""
    columns = tuple(
        _MARKS.sub("", str(cell if cell is not None else "")).strip() or f"column_{n}"
        for n, cell in enumerate(cells, 1)
    )
    seen: dict[str, int] = {}
    for number, column in enumerate(columns, 1):
        if column in seen:
            raise TableError(
                f"{name}: columns {seen[column]} and {number} are both called {column!r}; rename one",
                code="duplicate_column",
            )
        seen[column] = number
    return columns


def has_too_many(cells: Sequence[Any], width: int) -> bool:
    """Whether a record has more cells than the header, so that its columns cannot be trusted."""
    return len(cells) > width and any(cell not in (None, "") for cell in cells[width:])


def _cell(value: Any) -> Any:
    if isinstance(value, float) and math.isnan(value):
        return None
    return None if value == "" else value
