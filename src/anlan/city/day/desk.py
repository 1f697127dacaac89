"""The desk of the served city: it opens incidents of what came in, sends, hands over, resolves and closes.

It touches only what the simulation itself told of: reports and calls of visitors are left to people.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final

from anlan.city.day.heard import SOURCE, matter_of
from anlan.city.day.patience import choice, falls, waited
from anlan.city.demo.progress import ACTOR
from anlan.city.year.calls import DAY, KINDS, Kind
from anlan.core.models import LedgerEntry
from anlan.dispatch.actions import dispatch_unit
from anlan.dispatch.models import UnitAccess
from anlan.dispatch.queries.units import candidates
from anlan.intake.models import Report
from anlan.intake.states import Validity
from anlan.triage import actions as triage
from anlan.triage.models import Incident, IncidentReport
from anlan.triage.states import State

Steps = Iterator[Callable[[], Any]]
BY_CODE: Final = {kind.code: kind for kind in KINDS}
FLOODED: Final = Kind("waterlogging", 0, ("drainage",), "works", minutes=100)
AT_THE_DESK: Final = Kind("other", 0, minutes=15)
SORTED, SENT, SIGNED, CLOSED = 1.5, 2.0, 25.0, 30.0  # minutes that it mostly takes
MOST: Final = 40  # of each kind of step at a time


def steps(at: dt.datetime) -> Steps:
    """Give the steps that the desk takes by now."""
    yield from _sort(at)
    links = IncidentReport.objects.filter(unlinked_at=None, report__source=SOURCE).values("incident")
    mine = Incident.objects.open().filter(pk__in=links, opened_at__gt=at - 2 * DAY)
    for incident in mine.select_related("category_at_call", "category_confirmed"):
        yield from _next(incident, at)


def _sort(at: dt.datetime) -> Steps:
    """Open an incident of each matter that nobody sorted yet; who calls again tells of the same."""
    linked = IncidentReport.objects.filter(unlinked_at=None)
    fresh = Report.objects.filter(source=SOURCE, entered_at__gt=at - DAY).exclude(pk__in=linked.values("report"))
    fresh = fresh.exclude(validity__in=[Validity.MISDIAL, Validity.NUISANCE]).order_by("entered_at")
    for report in fresh[:MOST]:
        if not waited(report.entered_at, at, SORTED, "sort", report.number):
            continue
        known = matter_of(str(report.source_id))
        how: dict[str, Any] = {"report_id": report.pk, "actor": ACTOR, "at": at}
        yield partial(triage.link_report, number=known, **how) if known else partial(triage.open_incident, **how)


def _next(incident: Incident, at: dt.datetime) -> Steps:
    """Give the next step of one incident, once as long has passed since the last one as people take for it."""
    kind = BY_CODE.get(incident.category.code, FLOODED if incident.category.code == FLOODED.code else AT_THE_DESK)
    goes = bool(kind.goes) and falls(kind.diverted, "diverted", incident.number)
    who: dict[str, Any] = {"number": incident.number, "actor": ACTOR, "at": at}
    takes: dict[str, tuple[float, Callable[[], Any] | None]] = {
        State.NEW: (SENT if goes or kind.unit else kind.minutes, _first(incident, kind, goes, who)),
        State.HANDED_OVER: (SIGNED, partial(triage.sign_for, **who)),
        State.SIGNED: (kind.minutes, partial(triage.resolve, disposal="done", **who)),
        State.RESOLVED: (CLOSED, partial(triage.close_incident, **who)),
    }
    minutes, step = takes.get(incident.state, (0.0, None))
    if step and waited(_stood_since(incident), at, minutes, incident.state, incident.number):
        yield step


def _first(incident: Incident, kind: Kind, goes: bool, who: dict[str, Any]) -> Callable[[], Any] | None:
    """Return what is done with a new incident: hand it over, send a unit, or settle it at the desk."""
    if goes:
        to = choice(kind.goes, "goes", incident.number)
        return partial(triage.hand_over, to=to, diverted=not incident.is_guarded, **who)
    if not kind.unit:
        return partial(triage.resolve, disposal="advised", **who)
    return partial(_send, incident, kind.unit, who)


def _send(incident: Incident, kind: str, who: dict[str, Any]) -> None:
    """Send the nearest free unit that no visitor walks; where none is free the call waits."""
    held = set(UnitAccess.objects.values_list("unit_id", flat=True))
    for near in candidates(incident, who["at"], who["actor"], kind):
        if near.unit.pk not in held:
            dispatch_unit(unit=near.unit.code, **who)
            return


def _stood_since(incident: Incident) -> dt.datetime:
    """Return when something was last done with it."""
    last = LedgerEntry.objects.filter(subject=incident.subject).order_by("-pk").values_list("at", flat=True).first()
    return dt.datetime.fromisoformat(last) if last else incident.opened_at
