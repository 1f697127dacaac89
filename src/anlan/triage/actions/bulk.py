"""Many incidents at once, with what became of them: the same rows and entries as the single verbs leave."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from anlan.core import ledger
from anlan.core.city.areas import area_index, local_day
from anlan.core.city.current import city_read_once
from anlan.core.ledger.inserts import insert
from anlan.core.ledger.verbs import verb
from anlan.core.models import ClockRun, Organisation
from anlan.core.people.actors import Actor
from anlan.core.series import Series, next_of_each
from anlan.core.time.clock_book import ClockBook, ClockEvent
from anlan.intake.models import Category, Report
from anlan.intake.states import COUNTED
from anlan.triage import rules
from anlan.triage.actions.incidents import DESK, control_room
from anlan.triage.models import Handover, Incident, IncidentReport

_FIELDS = [field for field in Incident._meta.concrete_fields if not field.primary_key]
CLOSES = "triage.incident_closed"


class _Heard(NamedTuple):
    """What the desk needs of a report."""

    pk: int
    number: str
    validity: str
    lon: float | None
    lat: float | None
    category_id: int


@dataclass
class _Life:
    """One incident, its entries in order, and the holder at each."""

    incident: Incident
    links: list[tuple[_Heard, dt.datetime]]
    handovers: list[Handover] = field(default_factory=list)
    told: list[tuple[str, dt.datetime, Organisation, str, str, dict[str, Any]]] = field(default_factory=list)

    def leave(self, what: str, at: dt.datetime, **payload: Any) -> None:
        """Note an entry as the single verb would leave it."""
        one = self.incident
        self.told.append((f"triage.incident_{what}", at, one.owner, one.category.code, one.kind, payload))


@verb("triage.bulk.open_incidents")
def open_incidents(
    *, rows: Sequence[Mapping[str, Any]], actor: Actor, at: dt.datetime, key: str | None = None
) -> dict[str, Any]:
    """Open many incidents and walk each as far as its row tells.

    A row has `reports` (pairs of report id and time, the first opens it), and where it went on `category` (confirmed)
    with `confirmed_at`, `returned` (at most one mapping of `to handed_at returned_at reason`), `to` with `handed_at`
    and `diverted`, `signed_at`, `sent_at`, `resolved_at` with `disposal`, `closed_at`; the category is confirmed after
    it was handed over or sent to, before it is resolved. `urgency` is 3 where it is not told. With `past` it is a
    history that another system recorded: nothing goes back, and a step without a stamp is missing.
    """
    actor.require(*DESK)
    with city_read_once():
        reports = _reports([pk for row in rows for pk, _ in row["reports"]])
        known = {one.code: one for one in Organisation.objects.filter(active=True)}
        categories: dict[str | int, Category] = {one.pk: one for one in Category.objects.all()}
        categories |= {one.code: one for one in categories.values() if one.active}
        room = control_room()
        numbers = next_of_each([Series("E", local_day(row["reports"][0][1])) for row in rows])
        lives = [_walked(row, number, reports, room, known, categories)
                 for row, number in zip(rows, numbers, strict=True)]  # fmt: skip
        ids = _store(lives, actor)
    return {"incidents": numbers, "ids": ids}


def _reports(wanted: Sequence[int]) -> dict[int, _Heard]:
    found: dict[int, _Heard] = {}
    for start in range(0, len(wanted), 900):
        some = Report.objects.filter(pk__in=wanted[start : start + 900])
        found |= {row[0]: _Heard(*row) for row in some.values_list(*_Heard._fields)}
    return found


def _walked(
    row: Mapping[str, Any], number: str, reports: Mapping[int, _Heard], room: Organisation,
    known: Mapping[str, Organisation], categories: Mapping[str | int, Category],
) -> _Life:  # fmt: skip
    links = [(reports[pk], at) for pk, at in row["reports"]]
    (first, opened), *more = links
    called = categories[first.category_id]
    incident = Incident(
        number=number, kind=called.kind, category_at_call=called, owner=room,
        urgency=_urgency(row, called),
        lon=first.lon, lat=first.lat, opened_at=opened,
    )  # fmt: skip
    life = _Life(incident, links)
    life.leave("opened", opened, report=first.number, urgency=incident.urgency, category=called.code)
    require_move = rules.require_told_move if row.get("past") else rules.require_move
    valid = int(first.validity in COUNTED)
    for report, at in more:
        valid += report.validity in COUNTED
        incident.urgency = rules.raised(incident.urgency, valid)
        incident.lon, incident.lat = rules.placed((incident.lon, incident.lat), (report.lon, report.lat))
        life.leave("report_linked", at, report=report.number, urgency=incident.urgency)
    for told in row.get("returned", ()):
        _returned(life, known[told["to"]], told)
    if to := row.get("to"):
        _hand_over(life, known[to], row)
    if at := row.get("sent_at"):
        require_move(incident.state, rules.DISPATCHED)
        incident.state = rules.DISPATCHED
        life.leave("dispatched", at)
    if code := row.get("category"):
        incident.category_confirmed, incident.kind = categories[code], categories[code].kind
        life.leave("category_confirmed", row["confirmed_at"], category=code, at_call=called.code)
    if at := row.get("resolved_at"):
        require_move(incident.state, rules.RESOLVED)
        incident.state, incident.disposal = rules.RESOLVED, rules.require_disposal(row["disposal"])
        life.leave("resolved", at, disposal=incident.disposal)
    if at := row.get("closed_at"):
        require_move(incident.state, rules.CLOSED)
        incident.disposal = rules.require_disposal(row.get("disposal") or incident.disposal)
        incident.state, incident.closed_at = rules.CLOSED, at
        life.leave("closed", at, disposal=incident.disposal)
    return life


def _urgency(row: Mapping[str, Any], called: Category) -> int:
    """Return how urgent it was: as the other system has it in a history, else as the desk would open it."""
    told = row.get("urgency", 3)
    return rules.require_urgency(told) if row.get("past") else rules.urgency_at_call(told, called.exclusion_gate)


def _hand_over(life: _Life, to: Organisation, row: Mapping[str, Any]) -> None:
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


def _returned(life: _Life, to: Organisation, told: Mapping[str, Any]) -> None:
    """Hand over, and let it come back once with a reason; the second time is for the arbiter, one by one."""
    _hand_over(life, to, {"handed_at": told["handed_at"], "diverted": told.get("diverted")})
    incident, given = life.incident, life.handovers[-1]
    if rules.after_return(incident.returns) != rules.RETURNED:
        raise rules.TriageRefused("arbiter_has_decided")
    given.returned_at, given.reason = told["returned_at"], rules.require_reason(told["reason"])
    incident.state, incident.owner, incident.returns = rules.RETURNED, given.sender, incident.returns + 1
    incident.diverted = False
    life.leave("returned", told["returned_at"], by=to.code, returns=incident.returns)


def _store(lives: list[_Life], actor: Actor) -> list[int]:
    """Store the rows, entries and clocks of many lives; return the incidents' ids."""
    ids = insert(Incident, [_columns(life.incident) for life in lives])
    insert(IncidentReport, [
        {"incident_id": pk, "report_id": report.pk, "linked_at": at, "unlinked_at": None}
        for pk, life in zip(ids, lives, strict=True) for report, at in life.links
    ])  # fmt: skip
    insert(Handover, [
        {"incident_id": pk, "sender_id": one.sender_id, "to_id": one.to_id, "at": one.at, "diverted": one.diverted,
         "signed_at": one.signed_at, "returned_at": one.returned_at, "reason": one.reason}
        for pk, life in zip(ids, lives, strict=True) for one in life.handovers
    ])  # fmt: skip
    ledger.append_rows([
        ledger.row_of(kind, actor, at, life.incident.subject, ledger.canonical({"incident": pk, **payload}))
        for pk, life in zip(ids, lives, strict=True) for kind, at, *_, payload in life.told
    ])  # fmt: skip
    book = ClockBook.now()
    zoned = book.asks_for("zone")
    insert(ClockRun, [run for life in lives for run in _runs(life, book, zoned)])
    return ids


def _runs(life: _Life, book: ClockBook, zoned: bool) -> list[dict[str, Any]]:
    one = life.incident
    zone = zone_at(one.lon, one.lat, one.opened_at) if zoned else None
    told = [
        ClockEvent(
            kind, at, holder.pk, {"category": category, "kind": wanted, "zone": zone}, () if kind == CLOSES else None
        )
        for kind, at, holder, category, wanted, _ in life.told
    ]
    return book.runs(life.incident.subject, told)


def _columns(one: Incident) -> dict[str, Any]:
    return {field.attname: getattr(one, field.attname) for field in _FIELDS}


def zone_at(lon: float | None, lat: float | None, at: dt.datetime) -> str | None:
    """Return the code of the zone that a place lies in on that day, as a clock's scope asks for it."""
    if lon is None or lat is None:
        return None
    versions, index = area_index(local_day(at))
    covers = (versions[found] for found in index.at(lon, lat))
    return next((one.area.code for one in covers if one.area.kind == "zone"), None)
