"""Many incidents at once, with what became of them: the same rows and entries as the single verbs leave."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from anlan.core.chunks import keyed
from anlan.core.city.areas import local_day
from anlan.core.city.current import city_read_once
from anlan.core.ledger.inserts import insert
from anlan.core.ledger.verbs import verb
from anlan.core.models import ClockRun, Organisation
from anlan.core.people.actors import Actor
from anlan.core.series import Series, next_of_each
from anlan.core.time import deadlines
from anlan.core.time.clock_book import ClockBook, ClockEvent
from anlan.core.time.deadlines import Timed
from anlan.intake.models import Category, Report
from anlan.intake.queries.questions import questions
from anlan.triage.access import DESK
from anlan.triage.actions.lives import Known, Life, Reported, life_of
from anlan.triage.models import Handover, Incident, IncidentReport
from anlan.triage.moves import INCIDENTS, heard_of
from anlan.triage.queries.clocks import zone_at
from anlan.triage.queries.organisations import control_room

_COLUMNS = [field.attname for field in Incident._meta.concrete_fields if not field.primary_key]


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
        reports, known = _reports([pk for row in rows for pk, _ in row["reports"]]), _known()
        numbers = next_of_each([Series("E", local_day(row["reports"][0][1])) for row in rows])
        lives = [life_of(row, number, reports, known) for row, number in zip(rows, numbers, strict=True)]
        ids = _store(lives, actor)
    return {"incidents": numbers, "ids": ids}


def _reports(wanted: Sequence[int]) -> dict[int, Reported]:
    found: dict[int, Reported] = {}
    for reports in keyed(Report.objects.all(), set(wanted)):
        found |= {values[0]: Reported(*values) for values in reports.values_list(*Reported._fields)}
    return found


def _known() -> Known:
    organisations = {found.code: found for found in Organisation.objects.filter(active=True)}
    categories: dict[str | int, Category] = {category.pk: category for category in Category.objects.all()}
    categories |= {category.code: category for category in categories.values() if category.active}
    return Known(control_room(), organisations, categories, {known.code: known.urgency for known in questions()})


def _store(lives: list[Life], actor: Actor) -> list[int]:
    """Store the rows, entries and clocks of many lives; return the incidents' ids."""
    steps = [step for life in lives for step in life.steps]
    INCIDENTS.store(steps, actor, write=lambda: _write(lives), heard=lambda: _start_clocks(lives))
    deadlines.begin([Timed(f"report:{report.number}", at, None) for life in lives for report, at in life.links])
    return [life.incident.pk for life in lives]


def _write(lives: list[Life]) -> None:
    ids = insert(Incident, [_columns(life.incident) for life in lives])
    for pk, life in zip(ids, lives, strict=True):
        life.incident.pk = pk
    insert(IncidentReport, [
        {"incident_id": life.incident.pk, "report_id": report.pk, "linked_at": at, "unlinked_at": None}
        for life in lives for report, at in life.links
    ])  # fmt: skip
    insert(Handover, [
        {"incident_id": life.incident.pk, "sender_id": given.sender_id, "to_id": given.to_id, "at": given.at,
         "diverted": given.diverted, "signed_at": given.signed_at, "returned_at": given.returned_at,
         "reason": given.reason}
        for life in lives for given in life.handovers
    ])  # fmt: skip


def _start_clocks(lives: list[Life]) -> None:
    """Start and stop the clocks that the lives' steps are heard by."""
    book = ClockBook.now()
    zoned = book.asks_for("zone")
    insert(ClockRun, [run for life in lives for run in _runs(life, book, zoned)])


def _runs(life: Life, book: ClockBook, zoned: bool) -> list[dict[str, Any]]:
    incident = life.incident
    zone = zone_at(incident.lon, incident.lat, incident.opened_at) if zoned else None
    return book.runs(incident.subject, [
        ClockEvent(kind, step.at, holder.pk, facts, still)
        for step in life.steps for kind, holder, facts, still in heard_of(step, zone)
    ])  # fmt: skip


def _columns(incident: Incident) -> dict[str, Any]:
    values = vars(incident)
    return {name: values[name] for name in _COLUMNS}
