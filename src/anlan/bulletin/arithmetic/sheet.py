"""Reading somebody else's bulletin: a table of figures, and the cells of it that cannot be read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from anlan.tables import TableError, as_text, open_records

HEADS = {
    "name": ("指标", "指标名称", "名称", "项目"), "value": ("数值", "本期", "本期数"), "unit": ("单位",),
    "base": ("基数", "上年", "上年同期"), "change_percent": ("同比", "变化", "增减"), "part_of": ("所属", "其中"),
    "percent": ("占比", "比例"), "percent_of": ("占比基数", "占比对象"),
}  # fmt: skip
KNOWN = {head: name for name, heads in HEADS.items() for head in (name, *heads)}
NUMBERS = ("value", "base", "change_percent", "percent")
NUMBER = re.compile(r"([+-]?(?:\d+|\d{1,3}(?:,\d{3})+))(\.\d+)?(万|亿)?")
TIMES = {None: 1.0, "万": 1e4, "亿": 1e8}
UNNAMED = re.compile(r"column_\d+")  # a column without a head, such as spreadsheets leave behind the last one
MISSING = {"", "-", "—", "–", "…"}


@dataclass(frozen=True)
class Number:
    """A printed number, and how far off its rounding may put it; whole numbers are exact."""

    value: float
    slack: float = 0.0


@dataclass(frozen=True)
class Row:
    """One printed figure; a number that is missing, or could not be read, is None."""

    line: int
    name: str
    printed: Mapping[str, str]
    numbers: Mapping[str, Number | None]

    @property
    def value(self) -> Number | None:
        """The figure."""
        return self.numbers["value"]

    @property
    def base(self) -> Number | None:
        """What it is compared with."""
        return self.numbers["base"]


@dataclass(frozen=True)
class Unread:
    """A cell that cannot be read: where, and what to write instead."""

    line: int
    field: str
    told: str
    reason: str


@dataclass
class Sheet:
    """What a file says: its figures, and what of it cannot be read."""

    rows: list[Row] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)


def read(path: Path) -> Sheet:
    """Read a table, CSV in any usual encoding or Excel: blank lines are passed over, each unreadable cell is named."""
    sheet = Sheet()
    with open_records(path) as records:
        heads = _heads(path, records.columns)
        for record in records:
            cells = {heads[name]: as_text(value) for name, value in record.values.items() if name in heads}
            line = record.line or record.number + 1
            if record.problem:
                sheet.unread.append(Unread(line, "", "", "the line has more cells than the first one"))
            elif any(cells.values()):
                sheet.rows.append(_row(line, {name: cells.get(name, "") for name in HEADS}, sheet))
    return sheet


def _heads(path: Path, columns: Sequence[str]) -> dict[str, str]:
    """Return which column is which; a column that is not known would be a check that is not made."""
    named = {column: KNOWN.get(_plain(column).removesuffix("(%)").strip().lower()) for column in columns
             if not UNNAMED.fullmatch(column)}  # fmt: skip
    unknown = [column for column, name in named.items() if name is None]
    heads = {column: name for column, name in named.items() if name is not None}
    missing = [name for name in ("name", "value") if name not in heads.values()]
    twice = [name for name in HEADS if list(heads.values()).count(name) > 1]
    if missing or unknown or twice:
        known = ", ".join(f"{name} ({heads[0]})" for name, heads in HEADS.items())
        parts = {"missing": missing, "unknown": unknown, "there twice": twice}
        wrong = "; ".join(f"{what}: {', '.join(names)}" for what, names in parts.items() if names)
        raise TableError(f"{path}: the first line names the columns {known}; {wrong}", code="unknown_columns")
    return heads


def _row(line: int, printed: dict[str, str], sheet: Sheet) -> Row:
    name = printed["name"]
    before = next((row.line for row in sheet.rows if name and row.name == name), None)
    if not name:
        sheet.unread.append(Unread(line, "name", "", "a figure needs a name"))
    elif before:
        sheet.unread.append(Unread(line, "name", name, f"stands on line {before} already"))
    for part in ("part_of", "percent_of"):
        if printed[part] and printed[part] == name:
            sheet.unread.append(Unread(line, part, name, "a figure is no part of itself"))
    return Row(line, name, printed, {column: _cell(line, column, printed[column], sheet) for column in NUMBERS})


def _cell(line: int, column: str, text: str, sheet: Sheet) -> Number | None:
    try:
        return _number(text)
    except ValueError as error:
        sheet.unread.append(Unread(line, column, text, str(error)))
        return None


def _number(text: str) -> Number | None:
    """Read a number as bulletins print it: 3,132; 60.3万; −18.8%; +1.2个百分点."""
    plain = _plain(text).replace(" ", "").replace("−", "-").removesuffix("个百分点").removesuffix("%")
    if plain in MISSING:
        return None
    match = NUMBER.fullmatch(plain)
    if match is None:
        comma = re.fullmatch(r"[+-]?\d+,\d+", plain)
        raise ValueError(f"write {plain.replace(',', '.')}: a comma parts thousands" if comma else "is no number")
    whole, decimals, unit = match.groups()
    times = TIMES[unit]
    value = float(whole.replace(",", "") + (decimals or "")) * times
    rounded = decimals is not None or unit is not None
    return Number(value, 0.5 * times / 10 ** len((decimals or ".")[1:]) if rounded else 0.0)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()
