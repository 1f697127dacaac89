"""Pure decisions about the history of a call as another system recorded it: whether it can have been so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from anlan.core.refusals import Refused
from anlan.dispatch.rules import ENDED
from anlan.dispatch.states import Stamp
from anlan.intake.rules.reports import CLOCK_TOLERANCE
from anlan.triage.rules import may_hold

LONGEST_OUT: Final = dt.timedelta(days=30)
Call = Mapping[str, Any]  # what `receive_calls` takes of one call
Spell = tuple[dt.datetime, dt.datetime | None]  # when a unit was sent, and when it was free again


def require_possible(call: Call, at: dt.datetime) -> None:
    """Refuse a history that goes back in time, lies in the future, or in which a unit never comes home."""
    units: Sequence[Mapping[str, Any]] = call.get("units", ())
    way = [
        ("report.received", call["report"]["received_at"]), ("report.entered", call["report"].get("entered_at")),
        ("handover.at", call.get("handed_at")), ("handover.signed", call.get("signed_at")),
        ("units.dispatched", call.get("sent_at")), ("incident.resolved", call.get("resolved_at")),
        ("incident.closed", call.get("closed_at")),
    ]  # fmt: skip
    _require_order(way, at)
    for unit in units:
        _require_unit_possible(unit, at)


def spell(unit: Mapping[str, Any]) -> Spell:
    """Return from when to when a unit was not free; without an end it still is not."""
    ended = next((moment for step, moment in unit["stamps"] if step in ENDED), None)
    return unit["stamps"][0][1], ended or unit.get("over_at")


def require_free_then(code: str, wanted: Spell, taken: Iterable[Spell], *, keep: bool, zone: dt.tzinfo) -> None:
    """Refuse a unit that was elsewhere at that time; where overlaps are kept, still one that is at two places now."""
    begun, free = wanted
    for since, until in taken:
        if keep and (free or until):
            continue
        if (until is None or begun < until) and (free is None or since < free):
            spent = {"since": _written(since, zone), "until": _written(until, zone) if until else "…"}
            raise Refused("unit_elsewhere", "units.column", unit=code, **spent)


def require_holdable(gates: Iterable[bool], diverted: bool, kind: str) -> None:
    """Refuse to divert what may hide danger to life, as it was called in or as it was confirmed."""
    for gate in gates:
        if gate and (diverted or not may_hold(gate, kind)):
            raise Refused("never_diverted", "handover.column")


def _require_unit_possible(unit: Mapping[str, Any], at: dt.datetime) -> None:
    stamps = [(step, f"units.{step}", moment) for step, moment in unit["stamps"]]
    steps = [(name, moment) for step, name, moment in stamps if step != Stamp.BACKUP_ASKED]
    asked = [(name, moment) for step, name, moment in stamps if step == Stamp.BACKUP_ASKED]
    _require_order(steps, at)
    _require_order([steps[0], *asked], at)
    if sum(step in ENDED for step, _ in unit["stamps"]) > 1:
        raise Refused("ended_twice", "units.reassigned", unit=unit["unit"])
    begun, free = spell(unit)
    if free and free - begun > LONGEST_OUT:
        raise Refused("out_too_long", "units.column", unit=unit["unit"], days=LONGEST_OUT.days)


def _require_order(moments: Sequence[tuple[str, dt.datetime | None]], at: dt.datetime) -> None:
    stamped = [(name, moment) for name, moment in moments if moment is not None]
    for name, moment in stamped:
        if moment > at + CLOCK_TOLERANCE:
            raise Refused("time_in_future", name)
    for (before, since), (name, moment) in pairwise(stamped):
        if moment < since:
            raise Refused("out_of_order", name, this=name, earlier=before)


def _written(moment: dt.datetime, zone: dt.tzinfo) -> str:
    return moment.astimezone(zone).isoformat(sep=" ", timespec="seconds")
