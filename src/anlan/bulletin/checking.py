"""The arithmetic of somebody else's bulletin: parts that do not sum, percentages that do not follow."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from anlan.bulletin.rules import BulletinRefused

COLUMNS = ("name", "value")
KNOWN = (*COLUMNS, "unit", "base", "change_percent", "part_of", "percent", "percent_of")


@dataclass(frozen=True)
class Row:
    """One printed figure."""

    line: int
    name: str
    value: float | None
    base: float | None
    change_percent: str
    part_of: str
    percent: str
    percent_of: str


@dataclass(frozen=True)
class Fault:
    """What does not follow: both sides are named."""

    line: int
    name: str
    code: str
    printed: str
    follows: str


def read(path: Path) -> list[Row]:
    """Read the columns `name,value` and where known the others; say by line what is wrong."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        table = csv.DictReader(file)
        missing = [name for name in COLUMNS if name not in (table.fieldnames or ())]
        unknown = [name for name in table.fieldnames or () if name not in KNOWN]
        if missing or unknown:
            raise BulletinRefused(
                f"{path}: the first line names the columns {', '.join(KNOWN)}; "
                + (f"missing: {', '.join(missing)}" if missing else f"unknown: {', '.join(unknown)}")
            )
        return [_row(path, line, told) for line, told in enumerate(table, 2)]


def check(rows: Sequence[Row]) -> list[Fault]:
    """Return every figure that does not follow from the others, in the order of lines."""
    by_name = {row.name: row for row in rows}
    return sorted([*_sums(rows, by_name), *_changes(rows), *_shares(rows, by_name)], key=lambda one: one.line)


def _sums(rows: Sequence[Row], by_name: dict[str, Row]) -> Iterator[Fault]:
    for whole in dict.fromkeys(row.part_of for row in rows if row.part_of):
        parts = [row for row in rows if row.part_of == whole]
        if whole not in by_name:
            yield Fault(parts[0].line, parts[0].name, "no_whole", whole, "")
            continue
        one = by_name[whole]
        if one.value is None or any(row.value is None for row in parts):
            continue
        total = sum(row.value for row in parts if row.value is not None)
        if abs(total - one.value) > 1e-9:
            sums = " + ".join(f"{row.value:g}" for row in parts)
            yield Fault(one.line, whole, "parts_do_not_sum", f"{one.value:g}", f"{sums} = {total:g}")


def _changes(rows: Sequence[Row]) -> Iterator[Fault]:
    for row in rows:
        if not row.change_percent:
            continue
        if row.base is None or row.value is None:
            yield Fault(row.line, row.name, "no_base", f"{row.change_percent} %", "")
        elif row.base == 0:
            yield Fault(row.line, row.name, "base_zero", f"{row.change_percent} %", f"{row.value:g} / 0")
        else:
            follows = 100 * (row.value - row.base) / row.base
            if not _agrees(row.change_percent, follows):
                told = f"({row.value:g} - {row.base:g}) / {row.base:g} = {follows:+.2f} %"
                yield Fault(row.line, row.name, "change_does_not_follow", f"{row.change_percent} %", told)


def _shares(rows: Sequence[Row], by_name: dict[str, Row]) -> Iterator[Fault]:
    for row in rows:
        if not row.percent:
            continue
        whole = by_name.get(row.percent_of)
        if whole is None or not whole.value or row.value is None:
            yield Fault(row.line, row.name, "no_whole", f"{row.percent} %", row.percent_of)
            continue
        follows = 100 * row.value / whole.value
        if not _agrees(row.percent, follows):
            told = f"{row.value:g} / {whole.value:g} = {follows:.2f} %"
            yield Fault(row.line, row.name, "percent_does_not_follow", f"{row.percent} %", told)


def _agrees(printed: str, follows: float) -> bool:
    """Whether a percentage follows, to the digits that it was printed with."""
    digits = len(printed.partition(".")[2])
    return abs(float(printed) - follows) <= 0.5 / float(10**digits) + 1e-9


def _row(path: Path, line: int, told: dict[str, str | None]) -> Row:
    text = {name: (told.get(name) or "").strip().removesuffix("%").strip() for name in KNOWN}
    if not text["name"]:
        raise BulletinRefused(f"{path}:{line}: a figure needs a name")
    value, base = (_number(path, line, name, text[name]) for name in ("value", "base"))
    changed, percent = (_percent(path, line, name, text) for name in ("change_percent", "percent"))
    return Row(line, text["name"], value, base, changed, text["part_of"], percent, text["percent_of"])


def _percent(path: Path, line: int, name: str, text: dict[str, str]) -> str:
    _number(path, line, name, text[name])
    return text[name].replace("−", "-").removeprefix("+")


def _number(path: Path, line: int, name: str, text: str) -> float | None:
    if not text:
        return None
    try:
        return float(text.replace(",", "").replace("−", "-"))
    except ValueError as error:
        raise BulletinRefused(f"{path}:{line}: {name} {text!r} is no number") from error
