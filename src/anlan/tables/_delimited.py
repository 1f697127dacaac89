"""CSV and its cousins: comma, semicolon, tab or bar, read as a stream."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Any

from anlan.tables._charsets import KNOWN, line_of_fault
from anlan.tables._errors import TableError
from anlan.tables._head import TRIED, head_of
from anlan.tables._source import AS_IT_IS, Opening, Source

Row = tuple[int | None, Sequence[Any]]
DELIMITERS = (",", ";", "\t", "|")
LONGEST_LINE = 4 << 20
_TRIED_LINES = 60


class Delimited:
    """Rows of a delimited text file."""

    kind = "text"

    def __init__(self, source: Source, opening: Opening = AS_IT_IS) -> None:
        self._source = source
        text = _sample(source)
        self.delimiter = guess_delimiter(text)
        self._stream = io.TextIOWrapper(source.file, encoding=source.encoding, newline="")
        self._reader = csv.reader(self._lines(), delimiter=self.delimiter, strict=True)
        self._first, self._failed = self._begun()
        if not self._first:
            raise TableError(f"{source.name} holds nothing but empty lines", code="empty")
        head = head_of(self._first, opening, source.name)
        self._first = self._first[head.skipped :]
        self.header: Sequence[Any] = head.names
        self.notes = head.notes

    def rows(self) -> Iterator[Row]:
        """Yield the line on which a record begins, and its cells; empty lines are skipped."""
        yield from self._first
        if self._failed:
            raise self._failed
        yield from self._read()

    def _begun(self) -> tuple[list[Row], TableError | None]:
        """Return the first rows, and what kept a later one of them from being read."""
        first: list[Row] = []
        try:
            first.extend(islice(self._read(), TRIED))
        except TableError as error:
            if not first:
                raise
            return first, error
        return first, None

    def _read(self) -> Iterator[Row]:
        reader, name = self._reader, self._source.name
        line = reader.line_num + 1
        try:
            for cells in reader:
                if cells:
                    yield line, cells
                line = reader.line_num + 1
        except csv.Error as error:
            raise TableError(
                f"{name}, line {line}: {_explained(str(error))}", code="broken_quotes", line=line
            ) from None
        except UnicodeDecodeError:
            raise unreadable(self._source, line) from None

    def _lines(self) -> Iterator[str]:
        for number, line in enumerate(iter(partial(self._stream.readline, LONGEST_LINE), ""), 1):
            if len(line) >= LONGEST_LINE:
                raise TableError(
                    f"{self._source.name}, line {number} is longer than {LONGEST_LINE:,} characters",
                    code="line_too_long",
                    line=number,
                )
            yield line


def guess_delimiter(text: str) -> str:
    """Return the delimiter that cuts the first lines into the same number of cells, and into the most."""
    lines = text.splitlines(keepends=True)[:_TRIED_LINES]
    scores = {delimiter: _score(lines, delimiter) for delimiter in DELIMITERS}
    return max(DELIMITERS, key=lambda delimiter: scores[delimiter])


def _score(lines: list[str], delimiter: str) -> float:
    """Return how many cells it cuts, times the share of lines that agree: with the first, or with most (a title)."""
    try:
        counts = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
    except csv.Error:
        return 0.0
    if not counts:
        return 0.0
    agreed = {counts[0], Counter(counts).most_common(1)[0][0]}
    return max((width * counts.count(width) / len(counts) for width in agreed if width >= 2), default=0.0)


def unreadable(source: Source, near: int) -> TableError:
    """Return what to say of bytes that the encoding cannot read, with the line on which they stand."""
    encoding = source.encoding or "utf-8"
    line = line_of_fault(source.file, encoding)
    where = f"line {line}" if line else f"near line {near}"
    shown = {"utf-8": "UTF-8", "gb18030": "GB 18030"}.get(encoding, encoding)
    return TableError(
        f"{source.name}, {where} cannot be read as {shown}: save the file as UTF-8, or name its encoding with "
        f"--encoding ({KNOWN})",
        code="encoding",
        line=line or near,
        encoding=shown,
    )


def _sample(source: Source) -> str:
    return source.head.decode(source.encoding or "utf-8", errors="replace")


def _explained(error: str) -> str:
    if "field larger" in error:
        return f"a cell holds more than {csv.field_size_limit():,} characters; is a quote left open?"
    return "a quote is opened and not closed, or closed too early; write quotes inside a cell twice"
