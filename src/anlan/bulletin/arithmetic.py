"""The arithmetic of somebody else's bulletin: parts that do not sum, percentages that do not follow."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from anlan.bulletin.rules import BulletinRefused
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
    told: Mapping[str, str]  # as printed
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


@dataclass(frozen=True)
class Fault:
    """What does not follow: both sides are named."""

    line: int
    name: str
    code: str
    printed: str
    follows: str


@dataclass
class Told:
    """What a file says: its figures, and what of it cannot be read."""

    rows: list[Row] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)


def read(path: Path) -> Told:
    """Read a table, CSV in any usual encoding or Excel: blank lines are passed over, each unreadable cell is named."""
    found = Told()
    try:
        with open_records(path) as records:
            heads = _heads(path, records.columns)
            for record in records:
                cells = {heads[name]: as_text(value) for name, value in record.values.items() if name in heads}
                line = record.line or record.number + 1
                if record.problem:
                    found.unread.append(Unread(line, "", "", "the line has more cells than the first one"))
                elif any(cells.values()):
                    found.rows.append(_row(line, {name: cells.get(name, "") for name in HEADS}, found))
    except TableError as error:
        raise BulletinRefused(str(error)) from error
    return found


def check(told: Told) -> list[Fault]:
    """Return every figure that does not follow from the others, in the order of lines."""
    rows, by_name = told.rows, {row.name: row for row in told.rows}
    unread = {one.line for one in told.unread}
    found = [*_sums(rows, by_name), *_changes(rows), *_shares(rows, by_name)]
    return sorted((one for one in found if one.line not in unread), key=lambda one: one.line)


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
        raise BulletinRefused(f"{path}: the first line names the columns {known}; {wrong}")
    return heads


def _row(line: int, told: dict[str, str], found: Told) -> Row:
    def number(name: str) -> Number | None:
        try:
            return _number(told[name])
        except ValueError as error:
            found.unread.append(Unread(line, name, told[name], str(error)))
            return None

    before = next((row.line for row in found.rows if told["name"] and row.name == told["name"]), None)
    if not told["name"]:
        found.unread.append(Unread(line, "name", "", "a figure needs a name"))
    elif before:
        found.unread.append(Unread(line, "name", told["name"], f"stands on line {before} already"))
    for name in ("part_of", "percent_of"):
        if told[name] and told[name] == told["name"]:
            found.unread.append(Unread(line, name, told[name], "a figure is no part of itself"))
    return Row(line, told["name"], told, {name: number(name) for name in NUMBERS})


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


def _sums(rows: Sequence[Row], by_name: Mapping[str, Row]) -> Iterator[Fault]:
    for whole in dict.fromkeys(row.told["part_of"] for row in rows if row.told["part_of"]):
        parts = [row for row in rows if row.told["part_of"] == whole]
        if whole not in by_name:
            yield Fault(parts[0].line, parts[0].name, "no_whole", whole, "")
            continue
        one, values = by_name[whole], [row.value for row in parts]
        numbers = [value for value in values if value is not None]
        if one.value is None or len(numbers) < len(values):
            continue
        total, slack = sum(each.value for each in numbers), sum(each.slack for each in [one.value, *numbers])
        if abs(total - one.value.value) > slack + 1e-9:
            sums = " + ".join(row.told["value"] for row in parts)
            yield Fault(one.line, whole, "parts_do_not_sum", one.told["value"], f"{sums} = {total:.12g}")


def _changes(rows: Sequence[Row]) -> Iterator[Fault]:
    for row in rows:
        value, base = row.value, row.base
        if value is None or base is None:
            code, told = "no_value" if value is None else "no_base", ""
        else:
            code, told = "change_does_not_follow", f"({row.told['value']} - {row.told['base']}) / {row.told['base']}"
        yield from _percent(row, "change_percent", code, told, value, base, lambda one, of: one - of)


def _shares(rows: Sequence[Row], by_name: Mapping[str, Row]) -> Iterator[Fault]:
    for row in rows:
        whole = by_name.get(row.told["percent_of"])
        value, base = row.value, whole.value if whole else None
        if value is None or whole is None or base is None:
            code, told = "no_value" if value is None else "no_whole", row.told["percent_of"]
        else:
            code, told = "percent_does_not_follow", f"{row.told['value']} / {whole.told['value']}"
        yield from _percent(row, "percent", code, told, value, base, lambda one, _of: one)


def _percent(
    row: Row, name: str, code: str, told: str, value: Number | None, base: Number | None,
    part: Callable[[float, float], float],
) -> Iterator[Fault]:  # fmt: skip
    """Find out whether a printed percentage follows, to the digits that it and its numbers were printed with."""
    printed = row.numbers[name]
    if printed is None:
        return
    if value is None or base is None:
        yield Fault(row.line, row.name, code, _sign(row.told[name]), told)
    elif base.value == 0:
        yield Fault(row.line, row.name, "base_zero", _sign(row.told[name]), told)
    else:
        follows = 100 * part(value.value, base.value) / base.value
        slack = (printed.slack or 0.5) + 100 * (value.slack + abs(value.value / base.value) * base.slack) / abs(
            base.value
        )
        if abs(printed.value - follows) > slack + 1e-9:
            yield Fault(row.line, row.name, code, _sign(row.told[name]), f"{told} = {follows:+.2f} %")


def _sign(text: str) -> str:
    return f"{text.rstrip('%％ ')} %"
