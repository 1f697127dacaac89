"""The life of one incident as a row tells it, each step checked as the single verb checks it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from anlan.core.models import Organisation
from anlan.core.people.actors import system
from anlan.core.refusals import Refused
from anlan.core.workflow import Step
from anlan.intake.models import Category
from anlan.intake.states import COUNTED
from anlan.triage import rules
from anlan.triage.actions.entries import confirmed, linked, opened
from anlan.triage.models import Handover, Incident
from anlan.triage.moves import INCIDENTS, handover
from anlan.triage.states import State

THEY = system("history")  # a row tells what others did: whose move it was is not asked again


class Reported(NamedTuple):
    """What the desk needs of a report."""

    pk: int
    number: str
    validity: str
    lon: float | None
    lat: float | None
    category_id: int
    answers: str
    urgency: int | None


class Known(NamedTuple):
    """What is known here of whose and what a matter can be, and to what answers raise its urgency."""

    room: Organisation
    organisations: Mapping[str, Organisation]
    categories: Mapping[str | int, Category]  # by id, and the active ones by code
    questions: Mapping[str, int]

    def raises_to(self, report: Reported) -> list[int]:
        """Return the urgencies that a report raises to."""
        said = [self.categories[report.category_id].urgent_at_least, *([report.urgency] if report.urgency else [])]
        return said + [self.questions[code] for code in report.answers.split()]


@dataclass
class Life:
    """One incident, its steps in order, and to whom it was handed; a life of the past has steps without a stamp."""

    incident: Incident
    links: list[tuple[Reported, dt.datetime]]
    past: bool
    tells_of_danger: bool = False  # a report among them may hide danger to life
    handovers: list[Handover] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    def take(self, name: str, at: dt.datetime, **values: Any) -> Step:
        """Make a move as the single verb makes it."""
        step = INCIDENTS.decide(name, self.incident, values, past=self.past, actor=THEY, at=at)
        self.steps.append(step)
        return step


def life_of(row: Mapping[str, Any], number: str, reports: Mapping[int, Reported], known: Known) -> Life:
    """Return an incident as far as its row tells, each step checked as the single verb checks it."""
    life = _opened(row, number, reports, known)
    for given in row.get("returned", ()):
        _returned(life, given, known)
    if row.get("to"):
        _hand_over(life, row, known)
    if at := row.get("sent_at"):
        life.take("send", at)
    if code := row.get("category"):
        life.steps.append(confirmed(life.incident, known.categories[code], row["confirmed_at"]))
    if at := row.get("resolved_at"):
        life.take("resolve", at, disposal=row["disposal"])
    if at := row.get("closed_at"):
        life.take("close", at, disposal=row.get("disposal", ""))
    return life


def _opened(row: Mapping[str, Any], number: str, reports: Mapping[int, Reported], known: Known) -> Life:
    """Open an incident by its first report, and link the others."""
    links = [(reports[pk], at) for pk, at in row["reports"]]
    (first, begun), *more = links
    called = known.categories[first.category_id]
    incident = Incident(
        number=number, kind=called.kind, category_at_call=called, owner=known.room, opened_at=begun,
        urgency=_urgency(row, called, known.raises_to(first)), lon=first.lon, lat=first.lat,
    )  # fmt: skip
    life = Life(incident, links, bool(row.get("past")), steps=[opened(incident, first.number, begun)])
    counting = [known.categories[report.category_id] for report, _at in links if report.validity in COUNTED]
    life.tells_of_danger = any(category.exclusion_gate for category in counting)
    counted = int(first.validity in COUNTED)
    for report, at in more:
        counted += report.validity in COUNTED
        answered = [] if life.past else known.raises_to(report)
        life.steps.append(linked(incident, report.number, (report.lon, report.lat), counted, at, answered))
    return life


def _urgency(row: Mapping[str, Any], called: Category, answered: list[int]) -> int:
    """Return how urgent it was: as the other system has it in a history, else as the desk would open it."""
    urgency = row.get("urgency", 3)
    if row.get("past"):
        return rules.require_urgency(urgency)
    return rules.urgency_at_call(urgency, called.urgency, called.exclusion_gate, answered)


def _hand_over(life: Life, row: Mapping[str, Any], known: Known) -> Handover:
    """Give it to somebody before anybody went; a new matter, or one that came back, nobody else has had."""
    diverted, gated = bool(row.get("diverted")), life.incident.is_guarded or life.tells_of_danger
    values = {"to": known.organisations.get(row["to"]), "diverted": diverted, "gated": gated, "had_it": False}
    given = handover(life.take("divert" if diverted else "hand_over", row["handed_at"], **values))
    assert given is not None
    life.handovers.append(given)
    if at := row.get("signed_at"):
        life.take("sign_for", at)
        given.signed_at = at
    return given


def _returned(life: Life, row: Mapping[str, Any], known: Known) -> None:
    """Hand over, and let it come back with a reason; what would go to the arbiter goes one by one."""
    given = _hand_over(life, row, known)
    step = life.take("return", row["returned_at"], reason=row["reason"], handover=given, room=known.room)
    if step.after == State.DISPUTED:
        raise Refused("arbiter_has_decided")
    given.returned_at, given.reason = row["returned_at"], step.change.words
