"""Rows in columns, as a page draws them and as a file holds them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from anlan.core.pages.cells import in_file
from anlan.core.pages.columns import Column, Words

BOM = "\ufeff"  # spreadsheets take Chinese for GBK without it


@dataclass(frozen=True)
class Head:
    """One heading: by which address the list is ordered so, and whether it is now."""

    column: Column
    drawn: SafeString | Words
    href: str = ""
    sorted: str = ""


@dataclass(frozen=True)
class Table:
    """Headings, and under them each line as it is drawn."""

    heads: list[Head]
    lines: list[SafeString]

    @property
    def body(self) -> SafeString:
        """All lines."""
        return mark_safe("\n".join(self.lines))  # noqa: S308  (each line is drawn)


def tabulated(
    columns: Sequence[Column], rows: Sequence[Any], order: str = "", link: Callable[[str], str] | None = None
) -> Table:
    """Draw rows; with a way to `link` to another order the headings lead there."""
    columns = [column for column in columns if column.on_page]
    heads = [_head(column, rows, order, link) for column in columns]
    frames = [(column, *_frame(column)) for column in columns]
    return Table(heads, [_line(frames, row) for row in rows])


def _head(column: Column, rows: Sequence[Any], order: str, link: Callable[[str], str] | None) -> Head:
    drawn = column.heading(rows) if column.heading and rows else column.label
    if not column.sort or link is None:
        return Head(column, drawn)
    down = order == column.sort
    standing = "ascending" if down else "descending" if order == f"-{column.sort}" else ""
    return Head(column, drawn, link(f"-{column.sort}" if down else column.sort), standing)


def _frame(column: Column) -> tuple[str, str]:
    """Return what stands before and after each cell of a column: written once, for there are many lines."""
    if column.head:
        return format_html('<th scope="row" class="{}">', column.css), "</th>"
    named = format_html(' data-th="{}"', column.label) if column.label else ""
    return format_html('<td class="{}"{}>', column.css, named), "</td>"


def _line(frames: Sequence[tuple[Column, str, str]], row: Any) -> SafeString:
    cells = (f"{before}{conditional_escape(column.cell(row))}{after}" for column, before, after in frames)
    return mark_safe(f"<tr>{''.join(cells)}</tr>")  # noqa: S308  (frames are formatted, cells escaped)


def as_csv(columns: Sequence[Column], rows: Iterable[Any]) -> bytes:
    """Return rows as a CSV file that spreadsheets read in Chinese and that runs no formula."""
    out = io.StringIO(BOM)
    out.seek(0, io.SEEK_END)
    writer = csv.writer(out)
    kept = [(column, column.value) for column in columns if column.value]
    writer.writerow([str(column.label) for column, _value in kept])
    writer.writerows([in_file(value(row)) for _column, value in kept] for row in rows)
    return out.getvalue().encode()
