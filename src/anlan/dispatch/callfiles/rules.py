"""Pure decisions about the history of a call as another system recorded it: whether it can have been so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from anlan.core.refusals import Refused
from anlan.dispatch.rules import ENDED, RECORDED
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
            spent = {"since": _written(since, zone), "until": _written(until, zone),
                     "begun": _written(begun, zone), "free": _written(free, zone)}  # fmt: skip
            raise Refused("unit_elsewhere", "units.column", unit=code, **spent)


def impossible_stamps(stamps: Mapping[str, dt.datetime], at: dt.datetime) -> list[tuple[str, str]]:
    """Return the fewest steps of a unit without which its stamps are in order, each with why; its sending stays."""
    future = [step for step, moment in stamps.items() if moment > at + CLOCK_TOLERANCE]
    way = [(step, stamps[step]) for step in RECORDED if step in stamps and step not in future]
    way = [(step, moment) for step, moment in way if step != Stamp.BACKUP_ASKED]
    kept: list[list[str]] = []
    for n, (step, moment) in enumerate(way):
        before = [kept[m] for m in range(n) if way[m][1] <= moment and kept[m]]
        kept.append([*max(before, key=len), step] if before else [step] * (n == 0))
    longest = max(kept, key=len, default=[])
    lost = [(step, "out_of_order") for step, _ in way if step not in longest]
    asked, sent = stamps.get(Stamp.BACKUP_ASKED), stamps.get(Stamp.DISPATCHED)
    if asked and sent and asked < sent:
        lost.append((Stamp.BACKUP_ASKED, "out_of_order"))
    return lost + [(step, "time_in_future") for step in future if step != Stamp.DISPATCHED]


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


def _written(moment: dt.datetime | None, zone: dt.tzinfo) -> str:
    return "…" if moment is None else moment.astimezone(zone).isoformat(sep=" ", timespec="seconds")
