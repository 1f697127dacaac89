"""The kinds of rows that figures rest on: which table, how a row is named, and what the ledger calls it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.urls import reverse

from anlan.core.models import ClockRun
from anlan.core.people.actors import Actor
from anlan.dispatch.models import Assignment, Unit
from anlan.hotspots.models import SiteVersion
from anlan.intake.models import Report
from anlan.prevention.models import Escalation, Move, Problem, Result, Storm, Task, TaskList
from anlan.triage.models import Handover, Incident
from anlan.voice.models import Satisfaction

CHUNK = 900
NEVER = dt.datetime.max.replace(tzinfo=dt.UTC)


@dataclass(frozen=True)
class Kind:
    """One kind of row."""

    model: type[models.Model]
    subject: str  # how the ledger names it, such as "report"; empty where no entry names it
    key: str  # the lookup from a row to what follows the colon there
    label: str  # the lookup to the name that people read
    owner: str = ""  # the lookup to the record whose `visible_to` decides; empty: the row's own
    link: Callable[[str], str] | None = None
    point: tuple[str, str] = ("", "")  # the lookups to where it lies
    sealed: bool = False  # counted, never listed: who chose what is nobody's to read
    register: tuple[type[models.Model], str] | None = None  # whose first record says since when such are kept
    of_people: bool = True  # few of them could point at somebody; works, lists, rain and crews are about no person

    def began(self) -> dt.datetime | None:
        """Return when the first such record was made; `NEVER` where there is none yet, None where nothing tells."""
        if self.register is None:
            return None
        model, name = self.register
        first: dt.datetime | None = model._default_manager.aggregate(first=models.Min(name))["first"]
        return first or NEVER


def _to(name: str) -> Callable[[str], str]:
    return lambda label: reverse(name, args=[label])


def _query(name: str, parameter: str) -> Callable[[str], str]:
    return lambda label: f"{reverse(name)}?{parameter}={label}"


REPORTS, INCIDENTS, SENDINGS = (Report, "received_at"), (Incident, "opened_at"), (Assignment, "dispatched_at")
PROBLEMS = (Problem, "raised_at")  # the problem list, and with it tasks, results, lists and the ladder
KINDS: dict[str, Kind] = {
    "report": Kind(Report, "report", "number", "number", link=_to("intake:report_page"), point=("lon", "lat"),
                   register=REPORTS),
    "incident": Kind(Incident, "incident", "number", "number", link=_to("triage:incident"), point=("lon", "lat"),
                     register=INCIDENTS),
    "handover": Kind(Handover, "incident", "incident__number", "incident__number", "incident", _to("triage:incident"),
                     register=INCIDENTS),
    "assignment": Kind(Assignment, "assignment", "pk", "pk", link=_to("dispatch:assignment"), register=SENDINGS),
    "unit": Kind(Unit, "unit", "code", "code", of_people=False),
    "run": Kind(ClockRun, "", "subject", "subject"),
    "site": Kind(SiteVersion, "", "pk", "site__number", "site", point=("place__lon", "place__lat"), of_people=False),
    "storm": Kind(Storm, "storm", "pk", "pk", register=(Storm, "start"), of_people=False),
    "problem": Kind(Problem, "problem", "number", "number", link=_query("prevention:inbox", "p"), register=PROBLEMS,
                    of_people=False),
    "move": Kind(Move, "problem", "problem__number", "problem__number", "problem", _query("prevention:inbox", "p"),
                 register=PROBLEMS, of_people=False),
    "task": Kind(Task, "task", "number", "number", "problem", register=PROBLEMS, of_people=False),
    "result": Kind(Result, "task", "task__number", "task__number", "task__problem", register=PROBLEMS,
                   of_people=False),
    "list": Kind(TaskList, "list", "number", "number", link=_to("prevention:issued"), register=PROBLEMS,
                 of_people=False),
    "escalation": Kind(Escalation, "", "subject", "subject", "problem", register=PROBLEMS, of_people=False),
    "satisfaction": Kind(Satisfaction, "satisfaction", "pk", "pk", "report", sealed=True,
                         register=(Satisfaction, "asked_at")),
}  # fmt: skip


def touched(kind: Kind, subjects: Iterable[str]) -> set[int]:
    """Return the rows that entries of these subjects are about."""
    prefix = f"{kind.subject}:"
    if not kind.subject:
        keys = list(subjects) if kind.key == "subject" else []
    else:
        keys = [subject.removeprefix(prefix) for subject in subjects if subject.startswith(prefix)]
    found: set[int] = set()
    for start in range(0, len(keys), CHUNK):
        some = kind.model._default_manager.filter(**{f"{kind.key}__in": keys[start : start + CHUNK]})
        found.update(some.values_list("pk", flat=True))
    return found


def visible(kind: Kind, ids: Sequence[int], actor: Actor) -> list[tuple[int, str]]:
    """Return those of these rows that the actor may open, with their names."""
    found: list[tuple[int, str]] = []
    if kind.sealed:
        return found
    for start in range(0, len(ids), CHUNK):
        some = kind.model._default_manager.filter(pk__in=[int(pk) for pk in ids[start : start + CHUNK]])
        found += [(pk, str(label)) for pk, label in _seen(kind, some, actor).values_list("pk", kind.label)]
    return sorted(found)


def _seen(kind: Kind, rows: models.QuerySet[Any], actor: Actor) -> models.QuerySet[Any]:
    model: Any = kind.model
    for part in kind.owner.split("__") if kind.owner else ():
        model = model._meta.get_field(part).related_model
    manager = model._default_manager.all()
    if not hasattr(manager, "visible_to"):
        return rows if actor.is_system or actor.roles else rows.none()
    seen = manager.visible_to(actor)
    return rows.filter(**{f"{kind.owner or 'pk'}__in": seen.values("pk")})
