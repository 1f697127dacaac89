"""The records of a file of calls: a first look through it, and those of each incident together."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from anlan.dispatch.callfiles.fit import Fitted, fit, numbered
from anlan.dispatch.callfiles.mapping import CallMapping, Columns
from anlan.intake.files.layout import SAMPLE, Times
from anlan.tables import Opening, Record, TableError, as_text, open_records, order_of_pairs

WINDOW: Final = 5_000  # incidents whose further rows are waited for


@dataclass(frozen=True)
class Seen:
    """A first look through a file: what it is, and how its times are written."""

    sha256: str
    columns: tuple[str, ...]
    records: int
    times: Times
    here: Fitted
    pairs: str = ""
    notes: tuple[str, ...] = ()


def look(
    path: Path, *, name: str, mapping: CallMapping, opening: Opening, watch: Callable[[int], None] | None = None
) -> Seen:
    """Go through the whole file once; refuse it where the mapping does not fit it or the city."""
    records = open_records(path, name=name, opening=opening)
    here = fit(mapping, records.columns)
    times, number = Times(here.tz), 0
    stamps = set(_stamp_columns(mapping, records.columns))
    separator = mapping.units.separator if mapping.units else ""
    place, sample = mapping.report.get("lon", ()), []
    for record in records:
        number += 1
        if number <= SAMPLE and place:
            sample.append(record.values.get(place[0]))
        for names in stamps:
            cell = joined([record.values.get(name) for name in names])
            for part in (cell, *cell.split(separator)) if separator and isinstance(cell, str) else (cell,):
                times.see(part)
        if watch:
            watch(number)
    if not number:
        raise TableError("the file holds no record")
    pairs, sure = order_of_pairs(place[0], sample) if place and place == mapping.report.get("lat") else ("", True)
    unsure = f"{' '.join(place)!r} is read as latitude before longitude, which neither its name nor its cells prove"
    notes = (*records.notes, *([] if sure else [unsure]))
    return Seen(records.sha256, records.columns, number, times, here, pairs, notes)


def _stamp_columns(mapping: CallMapping, columns: Iterable[str]) -> list[Columns]:
    """Return the columns of times as they are in the file, numbered ones counted."""
    stamps = mapping.stamps()
    if not mapping.units or not mapping.units.numbered:
        return list(stamps.values())
    plain = [names for key, names in stamps.items() if not key.startswith("units.")]
    return plain + [names for _, steps in numbered(mapping.units, columns) for names in steps.values()]


def joined(cells: Sequence[Any]) -> Any:
    """Return a stamp's cell; of several (day, time of day) none may be missing."""
    if len(cells) == 1:
        return cells[0]
    if None in cells:
        return None
    if len(cells) == 2 and not isinstance(cells[0], str):  # a spreadsheet's day and time
        return (cells[0], cells[1])
    return " ".join(map(as_text, cells))


def calls_of(records: Iterable[Record], mapping: CallMapping) -> Iterator[list[Record]]:
    """Yield the records of each incident together; where each unit has a row, also where others lie between."""
    if not mapping.units or not mapping.units.a_row_each:
        yield from ([record] for record in records)
        return
    waiting: OrderedDict[tuple[str, ...], list[Record]] = OrderedDict()
    for record in records:
        which = tuple(as_text(record.values.get(name)) for name in mapping.report["id"])
        if record.problem or not any(which):
            yield [record]
            continue
        waiting.setdefault(which, []).append(record)
        waiting.move_to_end(which)
        if len(waiting) > WINDOW:
            yield waiting.popitem(last=False)[1]
    yield from waiting.values()
