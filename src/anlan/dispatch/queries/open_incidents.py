"""Open incidents in the order of their clocks: what the dispatcher has to look at first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from anlan.core.city.areas import area_index, local_day
from anlan.core.models import AreaVersion, ClockRule, ClockRun
from anlan.core.people.actors import Actor
from anlan.core.time.clocks import mark_of
from anlan.dispatch.models import Assignment
from anlan.triage.models import Incident
from anlan.triage.rules import DISPATCHED, HANDED_OVER, SIGNED

SHOWN = 50  # rows a page; the map shows the same
NEVER = dt.datetime.max.replace(tzinfo=dt.UTC)


class Brief(NamedTuple):
    """What decides an open incident's place in the list."""

    pk: int
    number: str
    urgency: int
    state: str
    owner: int
    opened_at: dt.datetime
    slow: bool  # its clock counts working days
    due_at: dt.datetime
    run: int | None
    out: bool


@dataclass(frozen=True)
class Line:
    """One row: the incident, the clock that is due first, who is out at it, and the area that it lies in."""

    incident: Incident
    run: ClockRun | None
    out: list[Assignment]
    area: AreaVersion | None
    mark: str


@dataclass(frozen=True)
class OpenList:
    """One page of the list, with how many each filter would show."""

    lines: list[Line]
    counts: list[tuple[str, int]]
    page: int
    pages: int


def open_list(actor: Actor, at: dt.datetime, *, show: str, page: int) -> OpenList:
    """Return the open incidents that a filter shows, the clock that is due first before the others.

    A page that is not there is the nearest one that is: what was read may have become shorter.
    """
    out = _out(actor)
    every = sorted(_briefs(actor, out), key=lambda one: (one.slow, one.due_at, one.urgency, one.opened_at, one.pk))
    shows = filters(actor, at)
    found = [one for one in every if shows[show](one)]
    pages = max(1, -(-len(found) // SHOWN))
    page = min(max(1, page), pages)
    some = list(islice(found, SHOWN * (page - 1), SHOWN * page))
    counts = [(name, sum(map(wanted, every))) for name, wanted in shows.items()]
    return OpenList(_lines(some, out, at), counts, page, pages)


def filters(actor: Actor, at: dt.datetime) -> dict[str, Callable[[Brief], bool]]:
    """Return the filters of the list by their names in the address."""
    elsewhere = {HANDED_OVER, SIGNED}
    return {
        "all": lambda one: True,
        "late": lambda one: one.due_at < at,
        "urgent": lambda one: one.urgency == 1,
        "nounit": lambda one: not one.out and one.state not in {*elsewhere, "resolved", "disputed"},
        "out": lambda one: one.out or one.state == DISPATCHED,
        "mine": lambda one: one.owner in actor.organisation_ids,
    }


def _out(actor: Actor) -> dict[int, list[Assignment]]:
    """Return who is out now, by incident: never more rows than the city has units."""
    found: dict[int, list[Assignment]] = {}
    for one in Assignment.objects.visible_to(actor).open().select_related("unit"):
        found.setdefault(one.incident_id, []).append(one)
    return found


def _briefs(actor: Actor, out: dict[int, list[Assignment]]) -> Iterable[Brief]:
    incidents = Incident.objects.visible_to(actor).open()
    rows = list(incidents.values_list("pk", "number", "urgency", "state", "owner_id", "opened_at"))
    first = _first_clocks({one.subject: pk for pk, some in out.items() for one in some} | {
        f"incident:{number}": pk for pk, number, *_ in rows
    })  # fmt: skip
    found = []
    for pk, number, urgency, state, owner, opened_at in rows:
        slow, due_at, run = first.get(pk, (True, NEVER, None))
        found.append(Brief(pk, number, urgency, state, owner, opened_at, slow, due_at, run, pk in out))
    return found


def _first_clocks(of: dict[str, int]) -> dict[int, tuple[bool, dt.datetime, int]]:
    """Return for each incident the clock that is due first: its own or that of a crew at it.

    One that counts every second goes before one in working days: paper that is late for days hides no fire.
    """
    found: dict[int, tuple[bool, dt.datetime, int]] = {}
    running = ClockRun.objects.running().filter(paused_at=None).order_by("due_at", "pk")
    for subject, due_at, pk, calendar in running.values_list("subject", "due_at", "pk", "rule__calendar"):
        told = (calendar == ClockRule.Calendar.WORKING, due_at, pk)
        if (incident := of.get(subject)) is not None and told < found.get(incident, (True, NEVER, 0)):
            found[incident] = told
    return found


def _lines(some: list[Brief], out: dict[int, list[Assignment]], at: dt.datetime) -> list[Line]:
    rows = Incident.objects.select_related("category_at_call", "category_confirmed", "owner")
    incidents = rows.in_bulk([one.pk for one in some])
    runs = ClockRun.objects.select_related("rule").in_bulk([one.run for one in some if one.run])
    lines, area_of = [], areas(at)
    for one in some:
        incident, run = incidents[one.pk], runs.get(one.run or 0)
        mark = mark_of(run.started_at, run.due_at, at) if run else "idle"
        lines.append(Line(incident, run, out.get(one.pk, []), area_of(incident), mark))
    return lines


def areas(at: dt.datetime) -> Callable[[Incident], AreaVersion | None]:
    """Return what finds the smallest area of the tree: whoever may see an incident may see in which it lies."""
    versions, index = area_index(local_day(at))

    def area_of(incident: Incident) -> AreaVersion | None:
        if incident.lon is None or incident.lat is None:
            return None
        tree = [versions[found] for found in index.at(incident.lon, incident.lat)]
        return next((one for one in reversed(tree) if one.area.kind != "zone"), None)

    return area_of
