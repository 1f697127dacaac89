"""Where the names of the columns stand: on the first line, under a title, in two rows, or nowhere."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from statistics import median
from typing import Any

from anlan.tables._errors import Note, TableError, note
from anlan.tables._source import Opening
from anlan.tables._times import is_day

Row = tuple[int | None, Sequence[Any]]
TRIED = 60
SHOWN = 8
DEEPEST = 20
FULL = 0.6
LONGEST_NAME = 120
_DECIMAL = re.compile(r"[+-]?\d+[.,]\d+|'[+-]\d+([.,]\d+)?")
_YEAR = re.compile(r"(19|20)\d\d(\.0)?")
_NUMBER = re.compile(r"[+-]?[\d.,]+")


@dataclass(frozen=True)
class Head:
    """The names of the columns, after how many of the first rows records begin, and what was guessed."""

    names: Sequence[Any]
    skipped: int
    notes: tuple[Note, ...] = ()


def head_of(rows: Sequence[Row], opening: Opening, name: str) -> Head:
    """Return the names that were said, those of the row that was said, or those of the first row that holds names.

    An error holds the first rows, each after its line, so that a reader sees what to name.
    """
    try:
        return _head(rows, opening, name)
    except TableError as error:
        error.limits["first"] = [[line, *cells] for line, cells in rows[:SHOWN]]
        raise


def _head(rows: Sequence[Row], opening: Opening, name: str) -> Head:
    if opening.columns and opening.head_row:
        raise TableError("say the names with --columns, or their row with --head-row, not both", code="heads_twice")
    if opening.columns:
        width = max((len(_trimmed(cells)) for _, cells in rows), default=0)
        if len(opening.columns) != width:
            named = len(opening.columns)
            message = f"--columns names {named} columns, and {name} has {width}"
            raise TableError(message, code="column_count", named=named, count=width)
        return Head(opening.columns, 0)
    if opening.head_row:
        at = next((i for i, (line, _) in enumerate(rows) if line == opening.head_row), None)
        if at is None:
            raise TableError(
                f"--head-row {opening.head_row}: among the first {len(rows)} rows of {name} there is none on line "
                f"{opening.head_row}, or it is empty",
                code="no_head_row",
                row=opening.head_row,
                most=len(rows),
            )
        return Head(rows[at][1], at + 1)
    return _guessed([cells for _, cells in rows], [line for line, _ in rows], name)


def _guessed(rows: list[Sequence[Any]], lines: list[int | None], name: str) -> Head:
    at = _row_of_names(rows)
    if _is_data(rows[at], rows[at + 1 :]):
        cells = [str(cell)[:20] for cell in _filled(rows[at])[:3]]
        shown = ", ".join(map(repr, cells))
        raise TableError(
            f"{name}: line {lines[at]} looks like data, not names ({shown}): "
            f"name its {len(_trimmed(rows[at]))} columns with --columns NAME,NAME,..., or the row with --head-row",
            code="headless",
            line=lines[at],
            shown=cells,
            count=len(_trimmed(rows[at])),
        )
    said = [note("head_found", row=lines[at])] if at else []
    below = _names_below(rows, at)
    if below is None:
        return Head(rows[at], at + 1, tuple(said))
    return Head(below, at + 2, (note("head_of_two_rows", row=lines[at], second=lines[at + 1]),))


def _row_of_names(rows: list[Sequence[Any]]) -> int:
    """Return the first row, or where it is a title the first one below that fills the columns with names."""
    usual = median([len(_filled(cells)) for cells in rows[1:]] or [0])
    if usual < 2 or len(_filled(rows[0])) >= max(2.0, FULL * usual):
        return 0
    found = (i for i, cells in enumerate(rows[:DEEPEST]) if len(_filled(cells)) >= FULL * usual and _are_names(cells))
    return next(found, 0)


def _names_below(rows: list[Sequence[Any]], at: int) -> list[Any] | None:
    """Return the names of two rows in one, where a second row names what the first leaves open (merged cells)."""
    if at + 2 >= len(rows) or not _are_names(rows[at + 1]):
        return None
    width = max(len(_trimmed(cells)) for cells in rows[at : at + 12])
    upper, lower = (_padded(cells, width) for cells in (rows[at], rows[at + 1]))
    used = [n for n in range(width) if any(_cell(cells, n) for cells in rows[at + 2 : at + 12])]
    under = {n for n in range(width) if upper[n] and n + 1 < width and not upper[n + 1]}
    gaps = [n for n in used if not upper[n]]
    same = {n for n in range(width) if upper[n] == lower[n]}
    if not gaps or not all(lower[n] for n in gaps) or _are_names(rows[at + 2]):
        return None
    if any(lower[n] and n not in same | under | set(gaps) for n in range(width)):
        return None
    names = [below or above for above, below in zip(upper, lower, strict=True)]
    group, grouped = "", []
    for above, name in zip(upper, names, strict=True):
        group = above or group
        grouped.append(f"{group} {name}" if names.count(name) > 1 else name)
    return grouped


def _is_data(cells: Sequence[Any], below: list[Sequence[Any]]) -> bool:
    """Whether a row holds days or decimal numbers where most rows below it do, or mostly numbers that are no years."""
    for n, cell in enumerate(cells):
        for fits in (_is_decimal, is_day):
            if not fits(cell):
                continue
            column = [other for row in below[:DEEPEST] if (other := _cell(row, n)) not in (None, "")]
            if sum(map(fits, column)) * 2 > len(column) or not below:
                return True
    numbers = [cell for cell in _filled(cells) if _NUMBER.fullmatch(str(cell).strip())]
    return 2 * sum(not _YEAR.fullmatch(str(cell).strip()) for cell in numbers) > len(_filled(cells))


def _are_names(cells: Sequence[Any]) -> bool:
    """Whether the filled cells of a row could be names: words that differ, and no number or day among them."""
    filled = _filled(cells)
    words = all(isinstance(cell, str) and len(cell) <= LONGEST_NAME and not _is_value(cell) for cell in filled)
    return bool(filled) and words and len(set(filled)) >= FULL * len(filled)


def _is_value(cell: str) -> bool:
    return bool(_NUMBER.fullmatch(cell.strip())) or is_day(cell)


def _is_decimal(cell: Any) -> bool:
    if isinstance(cell, float):
        return math.isfinite(cell) and not cell.is_integer()
    return isinstance(cell, str) and bool(_DECIMAL.fullmatch(cell.strip()))


def _filled(cells: Sequence[Any]) -> list[Any]:
    return [cell for cell in cells if _says(cell)]


def _says(cell: Any) -> bool:
    return isinstance(cell, date | time | timedelta) or (cell is not None and str(cell).strip() != "")


def _cell(cells: Sequence[Any], n: int) -> Any:
    return cells[n] if n < len(cells) and _says(cells[n]) else None


def _padded(cells: Sequence[Any], width: int) -> list[Any]:
    return [str(cell).strip() if (cell := _cell(cells, n)) is not None else "" for n in range(width)]


def _trimmed(cells: Sequence[Any]) -> Sequence[Any]:
    end = len(cells)
    while end and not _says(cells[end - 1]):
        end -= 1
    return cells[:end]
