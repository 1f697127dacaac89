"""What the mapping makes of the records of one call."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from anlan.core.refusals import Refused
from anlan.dispatch.callfiles.fit import numbered
from anlan.dispatch.callfiles.mapping import CallMapping, Columns, Units
from anlan.dispatch.callfiles.records import Seen, joined
from anlan.dispatch.callfiles.rules import impossible_stamps
from anlan.dispatch.rules import ENDED, RECORDED
from anlan.dispatch.states import Stamp
from anlan.intake.files.layout import coordinates
from anlan.tables import Record, as_text

_TIME_OF_DAY = re.compile(r"[:：时時点點]|\dT\d|\d{12}|^\d+[.,]\d+$|^1\d{9}$|^\d{8} \d{4}|\s\d{1,2}\.\d{2}(\.\d{2})?$")
_LOST = {"not_a_time", "no_time_of_day"}
ReadTime = Callable[[str], dt.datetime | None]
Stamps = dict[str, dt.datetime]


@dataclass(frozen=True)
class LeftOut:
    """A stamp of a unit that was left out of a call, and why."""

    unit: str
    field: str
    code: str


class CallReader:
    """Turns the records of one incident into the row that `receive_calls` takes, or a refusal."""

    def __init__(self, mapping: CallMapping, seen: Seen, at: dt.datetime) -> None:
        self.mapping, self.times, self.here, self.pairs = mapping, seen.times, seen.here, seen.pairs
        self.missing = mapping.missing
        units = mapping.units
        self.units = list(numbered(units, seen.columns)) if units and units.numbered else []
        self.at = at
        self.lenient = units is not None and units.if_out_of_order == "leave_out"
        self.left_out: list[LeftOut] = []
        columns = mapping.columns()
        self.whole = {key: names for key, names in columns.items() if not key.startswith("units.")}
        used = {name for names in columns.values() for name in names}
        used |= {name for unit, steps in self.units for names in (unit, *steps.values()) for name in names}
        self.used = tuple(name for name in seen.columns if name in used)

    def read(self, records: Sequence[Record]) -> dict[str, Any] | Refused:
        """Return what the records tell, checked no further than that each cell can be read."""
        self.left_out = []
        try:
            for record in records:
                if record.problem:
                    raise Refused(record.problem, "")
            rows = [{name: self._known(record.values.get(name)) for name in self.used} for record in records]
            return self._call(records[0], self._agreed(rows), self._units(rows))
        except Refused as error:
            return error

    def _call(self, first: Record, values: Mapping[str, Any], units: list[dict[str, Any]]) -> dict[str, Any]:
        """Return the call as `receive_calls` takes it."""

        def stamp(key: str) -> dt.datetime | None:
            return self._stamp(values, self.whole.get(key, ()), key)

        received = _required(stamp("report.received"), "report.received")
        entered, closed = stamp("report.entered"), stamp("incident.closed")
        if not closed and self.mapping.if_open == "refuse":
            raise Refused("not_closed", "incident.closed")
        moments = [(step, moment) for unit in units for step, moment in unit["stamps"]]
        done = [moment for step, moment in moments if step == Stamp.RESOLVED]
        resolved = stamp("incident.resolved") if self.mapping.resolved else max(done, default=None)
        call: dict[str, Any] = {
            "record": first.number, "line": first.line, "past": True, "entry_missing": entered is None,
            "report": self._report(values) | {"received_at": received, "entered_at": entered},
            "resolved_at": resolved, "closed_at": closed, "units": units,
            "sent_at": min((unit["stamps"][0][1] for unit in units), default=None),
            **self._handed(values, stamp), **self._urgency(values),
        }  # fmt: skip
        if resolved or closed:
            call["disposal"] = _required(self._coded(values, "disposal"), "disposal")
        if closed:
            _free_at(closed, units)
        last = max((moment for _, moment in moments), default=entered or received)
        return call | self._confirmed(values, resolved or closed or last)

    def _urgency(self, values: Mapping[str, Any]) -> dict[str, Any]:
        urgency = self._coded(values, "urgency")
        if urgency and urgency not in {"1", "2", "3"}:
            raise Refused("unknown_urgency", "urgency")
        return {"urgency": int(urgency)} if urgency else {}

    def _confirmed(self, values: Mapping[str, Any], at: dt.datetime) -> dict[str, Any]:
        confirmed = self._text(values, self.mapping.confirmed)
        if not confirmed:
            return {}
        ours = self.mapping.coded["category"].ours(confirmed)
        return {"category": self.here.categories.get(ours.casefold(), ours), "confirmed_at": at}

    def _report(self, values: Mapping[str, Any]) -> dict[str, Any]:
        columns = self.mapping.report
        category = self._coded(values, "category")
        number = [self._text(values, (name,)) for name in columns["id"]]
        lon, lat = (self._value(values, columns.get(name, ())) for name in ("lon", "lat"))
        lon, lat = coordinates(lon, lat, self.pairs)
        return {
            "channel": self._coded(values, "channel") or "import",
            "category": self.here.categories.get(category.casefold(), category),
            "validity": self._coded(values, "validity") or "valid",
            "source": self.mapping.source,
            "source_id": "-".join(_required(part, "report.id") for part in number),
            "lon": lon,
            "lat": lat,
            "crs": self.here.crs,
            "place_words": self._text(values, columns.get("place", ())),
            **{name: self._text(values, columns.get(name, ())) for name in ("words", "name", "contact")},
        }

    def _handed(self, values: Mapping[str, Any], stamp: ReadTime) -> dict[str, Any]:
        """Read to whom it was handed; the control room holds every new incident, so to it nothing is handed."""
        table = self.mapping.handover
        if table is None:
            return {}
        cell = self._text(values, table.column)
        to, at, signed = table.ours(cell), stamp("handover.at"), stamp("handover.signed")
        if to == self.here.control_room:
            return {}
        if not to:
            if signed or (at and table.column and cell):
                raise Refused("handed_to_nobody", "handover.column")
            return {}
        if to not in self.here.organisations:
            raise Refused("unknown_organisation", "handover.column", organisation=to[:40])
        return {"to": to, "handed_at": _required(at, "handover.at"), "signed_at": signed,
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
        sent = [unit for unit in found if unit]
        return [unit for n, unit in enumerate(sent) if unit not in sent[:n]]  # a row that stands twice is one unit

    def _unit(
        self, units: Units, values: Mapping[str, Any], names: Columns, steps: Mapping[str, Columns]
    ) -> dict[str, Any]:
        """Read one unit and its stamps; nothing where there is none."""
        code = self._text(values, names)
        own = {step for step, wanted in units.steps.items() if not units.numbered or steps[step] != wanted}
        lost: list[LeftOut] = []
        cells = {step: joined([values.get(name) for name in wanted]) for step, wanted in steps.items()
                 if code or step in own}  # fmt: skip
        stamps = {step: self._unit_moment(cell, step, lost) for step, cell in cells.items()}
        return self._sent(units, code, {step: at for step, at in stamps.items() if at}, lost)

    def _parted(self, units: Units, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Read the units of one cell, with stamps in the same order."""
        codes = self._parts(values, units.column, units.separator)
        found: list[tuple[Stamps, list[LeftOut]]] = [({}, []) for _ in codes]
        for step, names in units.steps.items():
            cells = self._parts(values, names, units.separator)
            if len(cells) == 1 and step in units.shared:
                cells *= len(codes)
            if cells and not codes:
                raise Refused("stamp_without_unit", f"units.{step}")
            if cells and len(cells) != len(codes):
                raise Refused("stamps_per_unit", f"units.{step}", units=len(codes), stamps=len(cells))
            for (stamps, lost), cell in zip(found, cells, strict=False):
                if at := self._unit_moment(self._known(cell), step, lost):
                    stamps[step] = at
        return [self._sent(units, as_text(self._known(code)), *parts) for code, parts in zip(codes, found, strict=True)]

    def _unit_moment(self, cell: Any, step: str, lost: list[LeftOut]) -> dt.datetime | None:
        """Read a stamp of a unit; one that is no time is noted as lost, but for that of its sending."""
        try:
            return self._moment(cell, f"units.{step}")
        except Refused as error:
            if not self.lenient or step == Stamp.DISPATCHED or error.code not in _LOST:
                raise
            lost.append(LeftOut("", f"units.{step}", error.code))
            return None

    def _sent(self, units: Units, code: str, stamps: Stamps, lost: list[LeftOut]) -> dict[str, Any]:
        """Return a unit that was sent, with its stamps in order; nothing where it is left out."""
        if not code:
            if stamps:
                raise Refused("stamp_without_unit", f"units.{min(stamps)}")
            return {}
        ours = units.codes.get(code.casefold(), code)
        ours = self.here.units.get(ours.casefold(), ours)
        if Stamp.DISPATCHED not in stamps:
            if units.if_not_sent == "leave_out":
                return {}
            raise Refused("not_sent", "units.dispatched", unit=ours[:40])
        if self.lenient:
            stamps = self._without_impossible(ours, stamps, lost)
        return {"unit": ours, "stamps": [(step, stamps[step]) for step in RECORDED if step in stamps]}

    def _without_impossible(self, unit: str, stamps: Stamps, lost: list[LeftOut]) -> Stamps:
        """Leave out one stamp that cannot have been so; where several cannot, nobody can say which are right."""
        impossible = impossible_stamps(stamps, self.at)
        lost = [*lost, *(LeftOut("", f"units.{step}", code) for step, code in impossible)]
        if len(lost) > 1 and not impossible:
            raise Refused(lost[0].code, lost[0].field)
        if len(lost) != 1:
            return stamps
        self.left_out.append(replace(lost[0], unit=unit))
        return {step: at for step, at in stamps.items() if (step, lost[0].code) not in impossible}

    def _agreed(self, rows: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
        """Return the cells of the incident itself: in all its rows the same, where they are filled."""
        if len(rows) == 1:
            return rows[0]
        values: dict[str, Any] = {}
        for key, names in self.whole.items():
            for name in names:
                filled = {as_text(value): value for row in rows if (value := row[name]) is not None}
                if len(filled) > 1:
                    raise Refused("rows_disagree", key)
                values[name] = next(iter(filled.values()), None)
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
        return self._moment(joined([values.get(name) for name in names]), key) if names else None

    def _moment(self, cell: Any, key: str) -> dt.datetime | None:
        if cell is None or cell == "":
            return None
        found = self.times.read(cell, key)
        if isinstance(found, Refused):
            raise found
        day_only = type(cell) is dt.date or (isinstance(cell, str) and not _TIME_OF_DAY.search(cell.strip()))
        if day_only:
            raise Refused("no_time_of_day", key)
        return found


def _required(value: Any, key: str) -> Any:
    """Return what a cell holds, or refuse an empty one."""
    if not value:
        raise Refused("missing", key)
    return value


def _free_at(closed: dt.datetime, units: list[dict[str, Any]]) -> None:
    """Let a unit whose end nobody stamped be free when the incident was closed, or at its last stamp after that."""
    for unit in units:
        if not any(step in ENDED for step, _ in unit["stamps"]):
            unit["over_at"] = max(closed, *(moment for _, moment in unit["stamps"]))
