"""One sheet of an Excel workbook, read as a stream."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from anlan.tables._errors import TableError, note
from anlan.tables._head import TRIED, head_of
from anlan.tables._source import AS_IT_IS, Opening, Source

Row = tuple[int | None, Sequence[Any]]
MOST_UNPACKED = 1 << 30
_MERGED = re.compile(rb'<mergeCell[^>]* ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')


class ExcelRows:
    """Rows of a sheet, the first one when none is named; formulas give their stored value."""

    kind = "workbook"

    def __init__(self, source: Source, opening: Opening = AS_IT_IS) -> None:
        self._book = _workbook(source)
        names, sheet = self._book.sheetnames, opening.sheet
        if sheet is not None and sheet not in names:
            message = f"{source.name} has no sheet {sheet!r}; its sheets are: {', '.join(names)}"
            raise TableError(message, code="no_sheet", sheet=sheet, sheets=names)
        self.sheets: Sequence[str] = names
        self._sheet = self._book[sheet] if sheet else self._book.worksheets[0]
        self._merged = _merged_down(source, self._sheet)
        self._held: dict[int, tuple[int, Any]] = {}
        self._rest = self._read()
        self._first = list(islice(self._rest, TRIED))
        if not self._first:
            message = f"{source.name}: the sheet {self._sheet.title!r} is empty"
            raise TableError(message, code="empty_sheet", sheet=self._sheet.title, sheets=names)
        try:
            head = head_of(self._first, opening, source.name)
        except TableError as error:
            error.limits["sheets"] = names
            raise
        self._first = self._first[head.skipped :]
        self.header = _trimmed(head.names)
        others = [name for name in names if name != self._sheet.title] if sheet is None else []
        said = [note("sheet_read", sheet=self._sheet.title, others=others)] if others else []
        self.notes = (*said, *head.notes)

    def rows(self) -> Iterator[Row]:
        """Yield the number of the sheet's row, and its cells."""
        yield from self._first
        yield from self._rest

    def _read(self) -> Iterator[Row]:
        for number, cells in enumerate(self._sheet.iter_rows(values_only=True), 1):
            if self._merged:
                cells = self._filled(number, cells)
            if any(cell not in (None, "") for cell in cells):
                yield number, cells

    def _filled(self, number: int, cells: Sequence[Any]) -> Sequence[Any]:
        """Return a row's cells, with the value of those that are merged with the cell above."""
        filled = list(cells)
        for column, (last, value) in list(self._held.items()):
            if number > last:
                del self._held[column]
            elif column < len(filled) and filled[column] in (None, ""):
                filled[column] = value
        for column, last in self._merged.get(number, ()):
            if column < len(filled):
                self._held[column] = (last, filled[column])
        return filled


def _merged_down(source: Source, sheet: Any) -> dict[int, list[tuple[int, int]]]:
    """Return for each row the columns that are merged with cells below it, and the last row of each."""
    found: dict[int, list[tuple[int, int]]] = {}
    with zipfile.ZipFile(source.file) as packed, packed.open(sheet._worksheet_path) as part:
        tail = b""
        while piece := part.read(1 << 20):
            tail = tail[-64:] + piece
            for left, first, _, last in _MERGED.findall(tail):
                if int(last) > int(first):
                    found.setdefault(int(first), []).append((_number_of(left.decode()), int(last)))
    return found


def _number_of(letters: str) -> int:
    """Return a column's number from 0: that of C is 2."""
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number - 1


def _workbook(source: Source) -> Any:
    try:
        with zipfile.ZipFile(source.file) as packed:
            names = {member.filename for member in packed.infolist()}
            if sum(member.file_size for member in packed.infolist()) > MOST_UNPACKED:
                raise TableError(f"{source.name} unpacks to more than 1 GiB: save it as CSV", code="too_large")
        if "xl/workbook.xml" not in names:
            raise TableError(f"{source.name} is a zip archive but no Excel workbook: unpack it first", code="packed")
        source.file.seek(0)
        from openpyxl import load_workbook

        return load_workbook(source.file, read_only=True, data_only=True)
    except TableError:
        raise
    except Exception as error:  # openpyxl raises whatever a broken part makes it stumble over
        message = f"{source.name} cannot be read as Excel ({type(error).__name__}): save it as CSV"
        raise TableError(message, code="broken_workbook") from None


def _trimmed(cells: Sequence[Any]) -> Sequence[Any]:
    end = len(cells)
    while end and cells[end - 1] in (None, ""):
        end -= 1
    return cells[:end]
