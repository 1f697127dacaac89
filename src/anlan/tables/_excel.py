"""One sheet of an Excel workbook, read as a stream."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from typing import Any

from anlan.tables._errors import TableError
from anlan.tables._source import Source

Row = tuple[int | None, Sequence[Any]]
MOST_UNPACKED = 1 << 30


class ExcelRows:
    """Rows of a sheet, the first one when none is named; formulas give their stored value."""

    def __init__(self, source: Source, sheet: str | None) -> None:
        self._book = _workbook(source)
        names = self._book.sheetnames
        if sheet is not None and sheet not in names:
            raise TableError(f"{source.name} has no sheet {sheet!r}; its sheets are: {', '.join(names)}")
        self._sheet = self._book[sheet] if sheet else self._book.worksheets[0]
        self._rows = self._read()
        header = next(self._rows, None)
        if header is None:
            raise TableError(f"{source.name}: the sheet {self._sheet.title!r} is empty", code="empty")
        self.header = _trimmed(header[1])

    def rows(self) -> Iterator[Row]:
        """Yield the number of the sheet's row, and its cells."""
        return self._rows

    def _read(self) -> Iterator[Row]:
        for number, cells in enumerate(self._sheet.iter_rows(values_only=True), 1):
            if any(cell not in (None, "") for cell in cells):
                yield number, cells


def _workbook(source: Source) -> Any:
    try:
        with zipfile.ZipFile(source.file) as packed:
            names = {member.filename for member in packed.infolist()}
            if sum(member.file_size for member in packed.infolist()) > MOST_UNPACKED:
                raise TableError(f"{source.name} unpacks to more than 1 GiB: save it as CSV", code="too_large")
        if "xl/workbook.xml" not in names:
            raise TableError(f"{source.name} is a zip archive but no Excel workbook: unpack it first")
        source.file.seek(0)
        from openpyxl import load_workbook

        return load_workbook(source.file, read_only=True, data_only=True)
    except TableError:
        raise
    except Exception as error:  # openpyxl raises whatever a broken part makes it stumble over
        raise TableError(f"{source.name} cannot be read as Excel ({type(error).__name__}): save it as CSV") from None


def _trimmed(cells: Sequence[Any]) -> Sequence[Any]:
    end = len(cells)
    while end and cells[end - 1] in (None, ""):
        end -= 1
    return cells[:end]
