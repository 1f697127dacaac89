"""The life of one incident as a row tells it, each step checked as the single verb checks it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from anlan.core.models import Organisation
from anlan.core.refusals import Refused
from anlan.intake.models import Category
from anlan.intake.states import COUNTED
from anlan.triage import rules
from anlan.triage.models import Handover, Incident


class Heard(NamedTuple):
    """What the desk needs of a report."""

    pk: int
    number: str
    validity: str
    lon: float | None
    lat: float | None
    category_id: int


class Entry(NamedTuple):
    """An entry as the single verb would leave it, with what the clocks ask for at that moment."""

    kind: str
    at: dt.datetime
    holder: Organisation
    category: str
    matter: str
    payload: dict[str, Any]


class Known(NamedTuple):
    """What is known here of whose and what a matter can be."""

    room: Organisation
    organisations: Mapping[str, Organisation]
    categories: Mapping[str | int, Category]  # by id, and the active ones by code


@dataclass
class Life:
    """One incident, its entries in order, and the holder at each."""

    incident: Incident
    links: list[tuple[Heard, dt.datetime]]
    handovers: list[Handover] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)

    def leave(self, event: str, at: dt.datetime, **payload: Any) -> None:
        """Note an entry as the single verb would leave it."""
        incident = self.incident
        kind = f"triage.incident_{event}"
        self.entries.append(Entry(kind, at, incident.owner, incident.category.code, incident.kind, payload))


def life_of(row: Mapping[str, Any], number: str, reports: Mapping[int, Heard], known: Known) -> Life:
    """Return an incident as far as its row tells, each step checked as the single verb checks it."""
    life = _opened(row, number, reports, known)
    for handover in row.get("returned", ()):
        _returned(life, known.organisations[handover["to"]], handover)
    if to := row.get("to"):
        _hand_over(life, known.organisations[to], row)
    require_move = rules.require_past_move if row.get("past") else rules.require_move
    if at := row.get("sent_at"):
        require_move(life.incident.state, rules.DISPATCHED)
        life.incident.state = rules.DISPATCHED
        life.leave("dispatched", at)
    if code := row.get("category"):
        _confirm(life, known.categories[code], row["confirmed_at"])
    _end(life, row, require_move)
    return life


def _opened(row: Mapping[str, Any], number: str, reports: Mapping[int, Heard], known: Known) -> Life:
    """Open an incident by its first report, and link the others."""
    links = [(reports[pk], at) for pk, at in row["reports"]]
    (first, opened), *more = links
    called = known.categories[first.category_id]
    incident = Incident(
        number=number, kind=called.kind, category_at_call=called, owner=known.room,
        urgency=_urgency(row, called),
        lon=first.lon, lat=first.lat, opened_at=opened,
    )  # fmt: skip
    life = Life(incident, links)
    life.leave("opened", opened, report=first.number, urgency=incident.urgency, category=called.code)
    counted = int(first.validity in COUNTED)
    for report, at in more:
        counted += report.validity in COUNTED
        incident.urgency = rules.raised(incident.urgency, counted)
        incident.lon, incident.lat = rules.placed((incident.lon, incident.lat), (report.lon, report.lat))
        life.leave("report_linked", at, report=report.number, urgency=incident.urgency)
    return life


def _urgency(row: Mapping[str, Any], called: Category) -> int:
    """Return how urgent it was: as the other system has it in a history, else as the desk would open it."""
    urgency = row.get("urgency", 3)
    return rules.require_urgency(urgency) if row.get("past") else rules.urgency_at_call(urgency, called.exclusion_gate)


def _hand_over(life: Life, to: Organisation, row: Mapping[str, Any]) -> None:
    incident, diverted = life.incident, bool(row.get("diverted"))
    rules.require_move(incident.state, rules.HANDED_OVER)
    rules.require_divertible(incident.category.exclusion_gate, diverted, to.kind)
    given = Handover(sender=incident.owner, to=to, at=row["handed_at"], diverted=diverted)
    life.handovers.append(given)
    incident.state, incident.owner, incident.diverted = rules.HANDED_OVER, to, diverted
    life.leave("handed_over", row["handed_at"], to=to.code, diverted=diverted)
    if at := row.get("signed_at"):
        incident.state, given.signed_at = rules.SIGNED, at
        life.leave("signed", at, by=to.code)


def _returned(life: Life, to: Organisation, handover: Mapping[str, Any]) -> None:
    """Hand over, and let it come back once with a reason; the second time is for the arbiter, one by one."""
    _hand_over(life, to, {"handed_at": handover["handed_at"], "diverted": handover.get("diverted")})
    incident, given = life.incident, life.handovers[-1]
    if rules.after_return(incident.returns) != rules.RETURNED:
        raise Refused("arbiter_has_decided")
    given.returned_at, given.reason = handover["returned_at"], rules.require_reason(handover["reason"])
    incident.state, incident.owner, incident.returns = rules.RETURNED, given.sender, incident.returns + 1
    incident.diverted = False
    life.leave("returned", handover["returned_at"], by=to.code, returns=incident.returns)


def _confirm(life: Life, category: Category, at: dt.datetime) -> None:
    incident = life.incident
    incident.category_confirmed, incident.kind = category, category.kind
    life.leave("category_confirmed", at, category=category.code, at_call=incident.category_at_call.code)


def _end(life: Life, row: Mapping[str, Any], require_move: Callable[[str, str], None]) -> None:
    """Resolve and close it, where the row says that it was."""
    incident = life.incident
    if at := row.get("resolved_at"):
        require_move(incident.state, rules.RESOLVED)
        incident.state, incident.disposal = rules.RESOLVED, rules.require_disposal(row["disposal"])
        life.leave("resolved", at, disposal=incident.disposal)
    if at := row.get("closed_at"):
        require_move(incident.state, rules.CLOSED)
        incident.disposal = rules.require_disposal(row.get("disposal") or incident.disposal)
        incident.state, incident.closed_at = rules.CLOSED, at
        life.leave("closed", at, disposal=incident.disposal)
