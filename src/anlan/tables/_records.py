"""Records of a file, whatever its kind."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from anlan.tables._errors import Note, TableError, note
from anlan.tables._maps.kinds import kind_of
from anlan.tables._refused import is_refused_file, way_back
from anlan.tables._source import AS_IT_IS, Opening, Source, open_source

_MARKS = re.compile("\ufeff|\u200b|ï»¿")


@dataclass(slots=True)
class Record:
    """One record: its number from 1, the line on which it begins (where there are lines), and its cells.

    `values` are the cells by column, made when they are asked for: a file of many columns is read for a few of them.
    """

    number: int
    line: int | None
    columns: tuple[str, ...]
    cells: Sequence[Any]
    problem: str | None = None
    _values: dict[str, Any] | None = None

    @property
    def values(self) -> dict[str, Any]:
        """The cells by column; None for an empty one."""
        if self._values is None:
            self._values = dict(zip(self.columns, map(_cell, self.cells), strict=False))
        return self._values


def column_of(records: Sequence[Record], name: str) -> list[Any]:
    """Return the cells of one column of records of one file; None for an empty one."""
    at = records[0].columns.index(name) if records else 0
    column = [record.cells[at] for record in records]
    return [cell or None for cell in column] if set(map(type, column)) == {str} else list(map(_cell, column))


class _Rows(Protocol):
    header: Sequence[Any]
    notes: tuple[Note, ...]

    @property
    def kind(self) -> str: ...

    def rows(self) -> Iterator[tuple[int | None, Sequence[Any]]]: ...


class Records:
    """Records of one file, read once as a stream; a context manager that closes the file.

    `notes` say in words what was guessed: the encoding, the row of the names, the list inside a JSON file. `crs` is
    the coordinate system that the file itself names, or None; `sheets` are the sheets, lists or layers that it has.
    """

    def __init__(self, source: Source, rows: _Rows) -> None:
        self._source, self._rows = source, rows
        self.name, self.sha256, self.total_bytes = source.name, source.sha256, source.total_bytes
        names = clean_names(rows.header)
        self._refused = is_refused_file(names)
        self.columns: tuple[str, ...] = distinct(way_back(names) if self._refused else names)
        back = (note("refused_rows"),) if self._refused else ()
        self.notes: tuple[Note, ...] = (*source.notes, *rows.notes, *back)
        self.crs: str | None = getattr(rows, "crs", None)
        self.sheets: tuple[str, ...] = tuple(getattr(rows, "sheets", ()))
        self.kind = rows.kind

    @property
    def read_bytes(self) -> int:
        """How many bytes were read so far, for a progress bar."""
        file = self._source.file
        return self.total_bytes if file.closed else min(file.tell(), self.total_bytes)

    def rows(self) -> Iterator[tuple[int, int | None, Sequence[Any]]]:
        """Yield the number, the line and the bare cells of each record: the fast way."""
        for number, (line, cells) in enumerate(self._rows.rows(), 1):
            yield number, line, way_back(cells) if self._refused else cells

    def __iter__(self) -> Iterator[Record]:
        return (self.record(*row) for row in self.rows())

    def record(self, number: int, line: int | None, cells: Sequence[Any]) -> Record:
        """Return one of `rows` as a record."""
        width, problem = len(self.columns), None
        if len(cells) < width:
            cells = [*cells, *[None] * (width - len(cells))]
        elif len(cells) > width and has_too_many(cells, width):
            problem = "too_many_cells"
        return Record(number, line, self.columns, cells, problem)

    def __enter__(self) -> Records:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file, and end what reads it."""
        self._source.file.close()
        if close := getattr(self._rows, "close", None):
            close()


def open_records(where: str | Path | BinaryIO, *, name: str | None = None, opening: Opening = AS_IT_IS) -> Records:
    """Open a table, a list of objects or a map; the kind is told by the content, not by the name."""
    source = open_source(where, name, opening.encoding)
    try:
        return Records(source, _rows_of(source, opening))
    except BaseException:
        source.file.close()
        raise


def _rows_of(source: Source, opening: Opening) -> _Rows:
    start = source.head.decode(source.encoding or "utf-8", errors="replace").lstrip("\ufeff \t\r\n")
    if kind := kind_of(source, start):
        from anlan.tables._maps.layers import LayerRows

        return LayerRows(source, kind, opening)
    if source.kind == "packed":
        from anlan.tables._excel import ExcelRows

        return ExcelRows(source, opening)
    if source.kind == "parquet":
        from anlan.tables._parquet import ParquetRows

        return ParquetRows(source)
    if start[:1] in {"{", "["}:
        from anlan.tables._json import JsonRows

        return JsonRows(source, opening)
    if start.startswith("<"):
        raise TableError(
            f"{source.name} is HTML or XML, not a table: open it in a spreadsheet and save it as .xlsx or CSV",
            code="markup",
        )
    from anlan.tables._delimited import Delimited

    return Delimited(source, opening)


def clean_names(cells: Sequence[Any]) -> list[str]:
    """Return column names without byte order marks and blanks around; an empty one is called by its place."""
    names = [_MARKS.sub("", str(cell if cell is not None else "")).strip() for cell in cells]
    return [name or f"column_{n}" for n, name in enumerate(names, 1)]


def distinct(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names; each of those that are used twice gets a number that is free."""
    columns = list(names)
    times, taken, numbers = Counter(columns), set(columns), Counter[str]()
    for n, column in enumerate(columns):
        if times[column] > 1:
            while columns[n] in taken:
                numbers[column] += 1
                columns[n] = f"{column} ({numbers[column]})"
            taken.add(columns[n])
    return tuple(columns)


def has_too_many(cells: Sequence[Any], width: int) -> bool:
    """Whether a record has more cells than the header, so that its columns cannot be trusted."""
    return len(cells) > width and any(cell not in (None, "") for cell in cells[width:])


def _cell(value: Any) -> Any:
    return None if value == "" or (isinstance(value, float) and math.isnan(value)) else value
