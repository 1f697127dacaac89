"""CSV and its cousins: comma, semicolon, tab or bar, read as a stream."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

from anlan.tables._errors import TableError
from anlan.tables._source import Source

Row = tuple[int | None, Sequence[Any]]
DELIMITERS = (",", ";", "\t", "|")
LONGEST_LINE = 4 << 20
_TRIED_LINES = 60


class Delimited:
    """Rows of a delimited text file."""

    def __init__(self, source: Source) -> None:
        self._source = source
        text = _sample(source)
        self.delimiter = guess_delimiter(text)
        self._stream = io.TextIOWrapper(source.file, encoding=source.encoding, newline="")
        self._reader = csv.reader(self._lines(), delimiter=self.delimiter, strict=True)
        self._rows = self._read()
        header = next(self._rows, None)
        if header is None:
            raise TableError(f"{source.name} holds nothing but empty lines", code="empty")
        self.header: Sequence[Any] = header[1]

    def rows(self) -> Iterator[Row]:
        """Yield the line on which a record begins, and its cells; empty lines are skipped."""
        return self._rows

    def _read(self) -> Iterator[Row]:
        reader, name = self._reader, self._source.name
        while True:
            line = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise TableError(f"{name}, line {line}: {_explained(str(error))}", code="broken_quotes") from None
            except UnicodeDecodeError:
                raise TableError(
                    f"{name}, near line {line}: neither UTF-8 nor GB 18030 can be read there: save it as UTF-8",
                    code="encoding",
                ) from None
            if cells:
                yield line, cells

    def _lines(self) -> Iterator[str]:
        number = 0
        while line := self._stream.readline(LONGEST_LINE):
            number += 1
            if len(line) >= LONGEST_LINE:
                raise TableError(
                    f"{self._source.name}, line {number} is longer than {LONGEST_LINE:,} characters",
                    code="too_long",
                )
            yield line


def guess_delimiter(text: str) -> str:
    """Return the delimiter that cuts the first lines into the same number of cells, and into the most."""
    lines = text.splitlines(keepends=True)[:_TRIED_LINES]
    scores = {delimiter: _score(lines, delimiter) for delimiter in DELIMITERS}
    return max(DELIMITERS, key=lambda delimiter: scores[delimiter])


def _score(lines: list[str], delimiter: str) -> float:
    try:
        counts = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
    except csv.Error:
        return 0.0
    if not counts or counts[0] < 2:
        return 0.0
    return counts[0] * sum(count == counts[0] for count in counts) / len(counts)


def _sample(source: Source) -> str:
    return source.head.decode(source.encoding or "utf-8", errors="replace")


def _explained(error: str) -> str:
    if "field larger" in error:
        return f"a cell holds more than {csv.field_size_limit():,} characters; is a quote left open?"
    return "a quote is opened and not closed, or closed too early; write quotes inside a cell twice"
