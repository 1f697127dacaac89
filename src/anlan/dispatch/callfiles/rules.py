"""Pure decisions about the history of a call as another system recorded it: whether it can have been so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final, NoReturn

from django.utils.translation import gettext_noop as _

from anlan.core import refusals
from anlan.core.refusals import Refused
from anlan.dispatch.rules import ENDED, Step
from anlan.intake.rules.reports import CLOCK_TOLERANCE
from anlan.triage.rules import may_hold

LONGEST_OUT: Final = dt.timedelta(days=30)
Spell = tuple[dt.datetime, dt.datetime | None]  # when a unit was sent, and when it was free again

refusals.words({
    "out_of_order": _("%(this)s lies before %(earlier)s; a later step cannot come first."),
    "no_time_of_day": _("This is a day without a time; a stamp needs both."),
    "rows_disagree": _("The rows of this incident disagree here."),
    "not_closed": _("This is not closed yet; take it in from a later export."),
    "differs": _("This is here already, and the file now tells another %(what)s; an import changes no incident."),
    "unknown_unit": _("There is no unit %(unit)s; name it under units.codes, or say under units.unknown whose it is."),
    "stamp_without_unit": _("Here is a stamp of a unit, and no unit."),
    "not_sent": _("Unit %(unit)s has no time at which it was sent."),
    "ended_twice": _("Unit %(unit)s was both free again and reassigned; only one of these ends an assignment."),
    "stamps_per_unit": _("There are %(units)s units and %(stamps)s stamps: it cannot be said whose they are."),
    "unit_elsewhere": _("Unit %(unit)s was at another incident from %(since)s to %(until)s."),
    "out_too_long": _("Unit %(unit)s would have been out for more than %(days)s days; check the dates."),
    "unknown_organisation": _("There is no organisation %(organisation)s; name it under handover.codes."),
    "handed_to_nobody": _("Here is the time of a handover, and nobody to whom it was handed."),
    "never_diverted": _("This may hide danger to life: it is never diverted."),
    "unknown_disposal": _("This is no result that a reporter can be told; write one of: %(known)s."),
    "unknown_urgency": _("Urgency is 1, 2 or 3."),
})  # fmt: skip


def refuse(name: str, code: str, **limits: Any) -> NoReturn:
    """Raise the refusal of one column of the mapping."""
    raise Refused(code, name, **limits)


def require_possible(call: Mapping[str, Any], at: dt.datetime) -> None:
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
        told = [(f"units.{step}", moment) for step, moment in unit["stamps"] if step != Step.BACKUP_ASKED]
        _require_order(told, at)
        asked = [(f"units.{step}", moment) for step, moment in unit["stamps"] if step == Step.BACKUP_ASKED]
        _require_order([told[0], *asked], at)
        if sum(step in ENDED for step, _ in unit["stamps"]) > 1:
            refuse("units.reassigned", "ended_twice", unit=unit["unit"])
        begun, free = spell(unit)
        if free and free - begun > LONGEST_OUT:
            refuse("units.column", "out_too_long", unit=unit["unit"], days=LONGEST_OUT.days)


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
            told = {"since": _written(since, zone), "until": _written(until, zone) if until else "…"}
            refuse("units.column", "unit_elsewhere", unit=code, **told)


def require_holdable(gates: Iterable[bool], diverted: bool, kind: str) -> None:
    """Refuse to divert what may hide danger to life, as it was called in or as it was confirmed."""
    for gate in gates:
        if gate and (diverted or not may_hold(gate, kind)):
            refuse("handover.column", "never_diverted")


def _require_order(told: Sequence[tuple[str, dt.datetime | None]], at: dt.datetime) -> None:
    there = [(name, moment) for name, moment in told if moment is not None]
    for name, moment in there:
        if moment > at + CLOCK_TOLERANCE:
            refuse(name, "time_in_future")
    for (before, since), (name, moment) in pairwise(there):
        if moment < since:
            refuse(name, "out_of_order", this=name, earlier=before)


def _written(moment: dt.datetime, zone: dt.tzinfo) -> str:
    return moment.astimezone(zone).isoformat(sep=" ", timespec="seconds")
