"""Reading a file of another system's calls: the records of each, and what the mapping makes of them."""

from __future__ import annotations

import datetime as dt
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from anlan.core.refusals import Refused
from anlan.dispatch.callfiles.fit import Fitted, fit, numbered
from anlan.dispatch.callfiles.mapping import CallMapping, Columns, Units
from anlan.dispatch.callfiles.rules import refuse
from anlan.dispatch.rules import ENDED, TOLD, Step
from anlan.intake.files.layout import Times, read_number
from anlan.tables import Record, TableError, as_text, open_records

WINDOW: Final = 5_000  # incidents whose further rows are waited for
_TIME_OF_DAY = re.compile(r"[:时点]|\dT\d|\d{12}|^\d+[.,]\d+$|^1\d{9}$|^\d{8} \d{4}")
Stamp = Callable[[str], dt.datetime | None]
Stamps = dict[str, dt.datetime]


@dataclass(frozen=True)
class Seen:
    """A first look through a file: what it is, and how its times are written."""

    sha256: str
    columns: tuple[str, ...]
    records: int
    times: Times
    here: Fitted


def look(path: Path, *, name: str, mapping: CallMapping) -> Seen:
    """Go through the whole file once; refuse it where the mapping does not fit it or the city."""
    records = open_records(path, name=name)
    here = fit(mapping, records.columns)
    times, number = Times(here.tz), 0
    stamps = set(_stamp_columns(mapping, records.columns))
    separator = mapping.units.separator if mapping.units else ""
    for record in records:
        number += 1
        for names in stamps:
            cell = _joined([record.values.get(one) for one in names])
            for part in (cell, *cell.split(separator)) if separator and isinstance(cell, str) else (cell,):
                times.see(part)
    if not number:
        raise TableError("the file holds no record")
    return Seen(records.sha256, tuple(records.columns), number, times, here)


def _stamp_columns(mapping: CallMapping, columns: Iterable[str]) -> list[Columns]:
    """Return the columns of times as they are in the file, numbered ones counted."""
    told = mapping.stamps()
    if not mapping.units or not mapping.units.numbered:
        return list(told.values())
    plain = [names for key, names in told.items() if not key.startswith("units.")]
    return plain + [names for _, steps in numbered(mapping.units, columns) for names in steps.values()]


def _joined(cells: Sequence[Any]) -> Any:
    """Return a stamp's cell; of several (day, time of day) none may be missing."""
    return cells[0] if len(cells) == 1 else None if None in cells else " ".join(map(as_text, cells))


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


class CallReader:
    """Turns the records of one incident into the row that `receive_calls` takes, or a refusal."""

    def __init__(self, mapping: CallMapping, seen: Seen) -> None:
        self.mapping, self.times, self.here = mapping, seen.times, seen.here
        self.missing = mapping.missing
        units = mapping.units
        self.units = list(numbered(units, seen.columns)) if units and units.numbered else []
        told = mapping.columns()
        self.whole = {key: names for key, names in told.items() if not key.startswith("units.")}
        used = {name for names in told.values() for name in names}
        used |= {name for unit, steps in self.units for names in (unit, *steps.values()) for name in names}
        self.used = tuple(name for name in seen.columns if name in used)

    def read(self, records: Sequence[Record]) -> dict[str, Any] | Refused:
        """Return what the records tell, checked no further than that each cell can be read."""
        try:
            for record in records:
                if record.problem:
                    refuse("", record.problem)
            rows = [{name: self._known(one.values.get(name)) for name in self.used} for one in records]
            return self._call(records[0], self._agreed(rows), self._units(rows))
        except Refused as error:
            return error

    def _call(self, first: Record, values: Mapping[str, Any], units: list[dict[str, Any]]) -> dict[str, Any]:
        mapping = self.mapping

        def stamp(key: str) -> dt.datetime | None:
            return self._stamp(values, self.whole.get(key, ()), key)

        received = stamp("report.received") or refuse("report.received", "missing")
        entered, closed = stamp("report.entered"), stamp("incident.closed")
        if not closed and mapping.if_open == "refuse":
            refuse("incident.closed", "not_closed")
        done = [moment for one in units for step, moment in one["stamps"] if step == Step.RESOLVED]
        resolved = stamp("incident.resolved") if mapping.resolved else max(done, default=None)
        told: dict[str, Any] = {
            "record": first.number, "line": first.line, "past": True, "entry_missing": entered is None,
            "report": self._report(values) | {"received_at": received, "entered_at": entered},
            "resolved_at": resolved, "closed_at": closed, "units": units,
            "sent_at": min((one["stamps"][0][1] for one in units), default=None),
            **self._handed(values, stamp),
        }  # fmt: skip
        if urgency := self._coded(values, "urgency"):
            told["urgency"] = int(urgency) if urgency in {"1", "2", "3"} else refuse("urgency", "unknown_urgency")
        if resolved or closed:
            told["disposal"] = self._coded(values, "disposal") or refuse("disposal", "missing")
        last = max((moment for one in units for _, moment in one["stamps"]), default=entered or received)
        for one in units:
            if closed and not any(step in ENDED for step, _ in one["stamps"]):
                one["over_at"] = max(closed, *(moment for _, moment in one["stamps"]))
        if confirmed := self._text(values, mapping.confirmed):
            ours = mapping.coded["category"].ours(confirmed)
            told["category"] = self.here.categories.get(ours.casefold(), ours)
            told["confirmed_at"] = resolved or closed or last
        return told

    def _report(self, values: Mapping[str, Any]) -> dict[str, Any]:
        columns = self.mapping.report
        category = self._coded(values, "category")
        number = [self._text(values, (name,)) for name in columns["id"]]
        return {
            "channel": self._coded(values, "channel") or "import",
            "category": self.here.categories.get(category.casefold(), category),
            "validity": self._coded(values, "validity") or "valid",
            "source": self.mapping.source,
            "source_id": "-".join(number) if all(number) else refuse("report.id", "missing"),
            "lon": read_number(self._value(values, columns.get("lon", ()))),
            "lat": read_number(self._value(values, columns.get("lat", ()))),
            "crs": self.here.crs,
            "place_words": self._text(values, columns.get("place", ())),
            **{name: self._text(values, columns.get(name, ())) for name in ("words", "name", "contact")},
        }

    def _handed(self, values: Mapping[str, Any], stamp: Stamp) -> dict[str, Any]:
        """Read to whom it was handed; the control room holds every new incident, so to it nothing is handed."""
        table = self.mapping.handover
        if table is None:
            return {}
        cell = self._text(values, table.column)
        to, at, signed = table.ours(cell), stamp("handover.at"), stamp("handover.signed")
        if to == self.here.control_room:
            return {}
        if not to:
            return refuse("handover.column", "handed_to_nobody") if signed or (at and table.column and cell) else {}
        if to not in self.here.organisations:
            refuse("handover.column", "unknown_organisation", organisation=to[:40])
        return {"to": to, "handed_at": at or refuse("handover.at", "missing"), "signed_at": signed,
                "diverted": self.mapping.diverted}  # fmt: skip

    def _units(self, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        units = self.mapping.units
        if units is None:
            return []
        found = []
        for values in rows:
            if units.separator:
                found += self._parted(units, values)
            elif self.units:
                found += [self._unit(units, values, names, steps) for names, steps in self.units]
            else:
                found.append(self._unit(units, values, units.column, units.steps))
        there = [one for one in found if one]
        return [one for n, one in enumerate(there) if one not in there[:n]]  # a row that stands twice is one unit

    def _unit(
        self, units: Units, values: Mapping[str, Any], names: Columns, steps: Mapping[str, Columns]
    ) -> dict[str, Any]:
        """Read one unit and its stamps; nothing where there is none."""
        code = self._text(values, names)
        own = {step for step, wanted in units.steps.items() if not units.numbered or steps[step] != wanted}
        stamps = {step: self._stamp(values, wanted, f"units.{step}") for step, wanted in steps.items()
                  if code or step in own}  # fmt: skip
        return self._told(units, code, {step: at for step, at in stamps.items() if at})

    def _parted(self, units: Units, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Read the units of one cell, with stamps in the same order."""
        codes = self._parts(values, units.column, units.separator)
        told: list[Stamps] = [{} for _ in codes]
        for step, names in units.steps.items():
            cells = self._parts(values, names, units.separator)
            if len(cells) == 1 and step in units.shared:
                cells *= len(codes)
            if cells and not codes:
                refuse(f"units.{step}", "stamp_without_unit")
            if cells and len(cells) != len(codes):
                refuse(f"units.{step}", "stamps_per_unit", units=len(codes), stamps=len(cells))
            for one, cell in zip(told, cells, strict=False):
                if at := self._moment(self._known(cell), f"units.{step}"):
                    one[step] = at
        return [self._told(units, as_text(self._known(code)), one) for code, one in zip(codes, told, strict=True)]

    def _told(self, units: Units, code: str, stamps: Stamps) -> dict[str, Any]:
        if not code:
            return refuse(f"units.{min(stamps)}", "stamp_without_unit") if stamps else {}
        ours = units.codes.get(code.casefold(), code)
        ours = self.here.units.get(ours.casefold(), ours)
        if Step.DISPATCHED not in stamps:
            if units.if_not_sent == "leave_out":
                return {}
            refuse("units.dispatched", "not_sent", unit=ours[:40])
        return {"unit": ours, "stamps": [(step, stamps[step]) for step in TOLD if step in stamps]}

    def _agreed(self, rows: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
        """Return the cells of the incident itself: in all its rows the same, where they are filled."""
        if len(rows) == 1:
            return rows[0]
        values: dict[str, Any] = {}
        for key, names in self.whole.items():
            for name in names:
                told = {as_text(value): value for one in rows if (value := one[name]) is not None}
                if len(told) > 1:
                    refuse(key, "rows_disagree")
                values[name] = next(iter(told.values()), None)
        return values

    def _known(self, value: Any) -> Any:
        """Return a cell, or None where it says that nothing is known."""
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        return None if self.missing and as_text(value).casefold() in self.missing else value

    def _value(self, values: Mapping[str, Any], names: Columns) -> Any:
        return values.get(names[0]) if names else None

    def _text(self, values: Mapping[str, Any], names: Columns) -> str:
        if len(names) == 1:
            return as_text(values.get(names[0]))
        return " ".join(filter(None, (as_text(values.get(name)) for name in names)))

    def _coded(self, values: Mapping[str, Any], name: str) -> str:
        table = self.mapping.coded.get(name)
        return table.ours(self._text(values, table.column)) if table else ""

    def _parts(self, values: Mapping[str, Any], names: Columns, separator: str) -> list[str]:
        text = self._text(values, names)
        return [part.strip() for part in text.split(separator)] if text else []

    def _stamp(self, values: Mapping[str, Any], names: Columns, key: str) -> dt.datetime | None:
        """Read a stamp, or None where it is not told."""
        return self._moment(_joined([values.get(name) for name in names]), key) if names else None

    def _moment(self, cell: Any, key: str) -> dt.datetime | None:
        if cell is None or cell == "":
            return None
        found = self.times.read(cell, key)
        if isinstance(found, Refused):
            raise found
        day_only = type(cell) is dt.date or (isinstance(cell, str) and not _TIME_OF_DAY.search(cell.strip()))
        return refuse(key, "no_time_of_day") if day_only else found
