"""What does not follow in somebody else's bulletin: parts that do not sum, percentages without or beside their base."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from anlan.bulletin.arithmetic.sheet import Number, Row, Sheet


@dataclass(frozen=True)
class Fault:
    """What does not follow: both sides are named."""

    line: int
    name: str
    code: str
    printed: str
    follows: str


def check(sheet: Sheet) -> list[Fault]:
    """Return every figure that does not follow from the others, in the order of lines."""
    by_name = {row.name: row for row in sheet.rows}
    unread = {cell.line for cell in sheet.unread}
    found = [*_sums(sheet.rows, by_name), *_changes(sheet.rows), *_shares(sheet.rows, by_name)]
    return sorted((fault for fault in found if fault.line not in unread), key=lambda fault: fault.line)


def _sums(rows: Sequence[Row], by_name: Mapping[str, Row]) -> Iterator[Fault]:
    for name in dict.fromkeys(row.printed["part_of"] for row in rows if row.printed["part_of"]):
        parts = [row for row in rows if row.printed["part_of"] == name]
        if name not in by_name:
            yield Fault(parts[0].line, parts[0].name, "no_whole", name, "")
            continue
        whole, values = by_name[name], [row.value for row in parts]
        numbers = [value for value in values if value is not None]
        if whole.value is None or len(numbers) < len(values):
            continue
        total, slack = sum(part.value for part in numbers), sum(part.slack for part in [whole.value, *numbers])
        if abs(total - whole.value.value) > slack + 1e-9:
            sums = " + ".join(row.printed["value"] for row in parts)
            yield Fault(whole.line, name, "parts_do_not_sum", whole.printed["value"], f"{sums} = {total:.12g}")


def _changes(rows: Sequence[Row]) -> Iterator[Fault]:
    for row in rows:
        value, base = row.value, row.base
        if value is None or base is None:
            code, sides = "no_value" if value is None else "no_base", ""
        else:
            now, before = row.printed["value"], row.printed["base"]
            code, sides = "change_does_not_follow", f"({now} - {before}) / {before}"
        yield from _percent(row, "change_percent", code, sides, value, base, lambda number, of: number - of)


def _shares(rows: Sequence[Row], by_name: Mapping[str, Row]) -> Iterator[Fault]:
    for row in rows:
        whole = by_name.get(row.printed["percent_of"])
        value, base = row.value, whole.value if whole else None
        if value is None or whole is None or base is None:
            code, sides = "no_value" if value is None else "no_whole", row.printed["percent_of"]
        else:
            code, sides = "percent_does_not_follow", f"{row.printed['value']} / {whole.printed['value']}"
        yield from _percent(row, "percent", code, sides, value, base, lambda number, _of: number)


def _percent(
    row: Row, name: str, code: str, sides: str, value: Number | None, base: Number | None,
    part: Callable[[float, float], float],
) -> Iterator[Fault]:  # fmt: skip
    """Find out whether a printed percentage follows, to the digits that it and its numbers were printed with."""
    printed = row.numbers[name]
    if printed is None:
        return
    if value is None or base is None:
        yield Fault(row.line, row.name, code, _sign(row.printed[name]), sides)
    elif base.value == 0:
        yield Fault(row.line, row.name, "base_zero", _sign(row.printed[name]), sides)
    else:
        follows = 100 * part(value.value, base.value) / base.value
        slack = (printed.slack or 0.5) + 100 * (value.slack + abs(value.value / base.value) * base.slack) / abs(
            base.value
        )
        if abs(printed.value - follows) > slack + 1e-9:
            yield Fault(row.line, row.name, code, _sign(row.printed[name]), f"{sides} = {follows:+.2f} %")


def _sign(text: str) -> str:
    return f"{text.rstrip('%％ ')} %"
