"""Rows that did not go in, and why."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any, TextIO

from anlan.tables._cells import safe_cell, unguarded

HEADER = ("record", "line", "field", "code", "reason")


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refused row: its number from 1, its line, the column at fault, a stable code, and the reason in words."""

    record: int
    line: int | None
    field: str
    code: str
    reason: str


def write_refused(where: str | Path | TextIO, refused: Iterable[Refusal]) -> None:
    """Write refused rows as CSV, guarded against formulas."""
    with ExitStack() as stack:
        file = where
        if isinstance(file, str | Path):
            file = stack.enter_context(Path(file).open("w", encoding="utf-8-sig", newline=""))
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows([safe_cell(value) for value in astuple(refusal)] for refusal in refused)


def is_refused_file(columns: Sequence[str]) -> bool:
    """Whether a file is one of refused rows, as they were handed out."""
    return tuple(columns[: len(HEADER)]) == HEADER and len(columns) > len(HEADER)


def way_back(cells: Sequence[Any]) -> list[Any]:
    """Return the cells that a refused row had: without what was said of it, and without the guards."""
    return [unguarded(cell) for cell in cells[len(HEADER) :]]
