"""Open incidents by urgency, what goes on before what is over, then by clock: what has to be looked at first."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby, islice
from typing import NamedTuple

from anlan.core.city.areas import area_index, local_day
from anlan.core.models import AreaVersion, ClockRun
from anlan.core.people.actors import Actor
from anlan.core.time.clocks import ruled
from anlan.core.time.rules import Counting, mark_of
from anlan.dispatch.models import Assignment
from anlan.triage.models import Incident
from anlan.triage.queries.incidents import known
from anlan.triage.rules import DISPATCHED, DISPUTED, HANDED_OVER, RESOLVED, SIGNED

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

    @property
    def is_over(self) -> bool:
        """Whether nobody is at it any more and it only waits to be closed."""
        return self.state == RESOLVED and not self.out


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
    """One page of the list, with how many each filter would show, and how many of what it shows are how urgent."""

    lines: list[Line]
    counts: list[tuple[str, int]]
    urgent: Mapping[int, int]
    page: int
    pages: int

    @property
    def groups(self) -> list[tuple[int, int, list[Line]]]:
        """The lines of this page by urgency, with how many there are on all pages."""
        alike = groupby(self.lines, key=lambda line: line.incident.urgency)
        return [(urgency, self.urgent[urgency], list(lines)) for urgency, lines in alike]


def open_list(actor: Actor, at: dt.datetime, *, show: str, page: int) -> OpenList:
    """Return the open incidents that a filter shows, the most urgent first, of these the clock that is due first.

    A page that is not there is the nearest one that is: what was read may have become shorter.
    """
    out = _out(actor)
    every = sorted(_briefs(actor, out), key=_order)
    shows = filters(actor, at)
    found = [brief for brief in every if shows[show](brief)]
    pages = max(1, -(-len(found) // SHOWN))
    page = min(max(1, page), pages)
    shown = list(islice(found, SHOWN * (page - 1), SHOWN * page))
    counts = [(name, sum(map(wanted, every))) for name, wanted in shows.items()]
    return OpenList(_lines(shown, out, at), counts, Counter(brief.urgency for brief in found), page, pages)


def filters(actor: Actor, at: dt.datetime) -> dict[str, Callable[[Brief], bool]]:
    """Return the filters of the list by their names in the address."""
    settled = {HANDED_OVER, SIGNED, RESOLVED, DISPUTED}  # others act on it, or nobody goes now
    return {
        "all": lambda brief: True,
        "late": lambda brief: brief.due_at < at,
        "urgent": lambda brief: brief.urgency == 1,
        "nounit": lambda brief: not brief.out and brief.state not in settled,
        "out": lambda brief: brief.out or brief.state == DISPATCHED,
        "mine": lambda brief: brief.owner in actor.organisation_ids,
    }


def _out(actor: Actor) -> dict[int, list[Assignment]]:
    """Return who is out now, by incident: never more rows than the city has units."""
    found: dict[int, list[Assignment]] = {}
    for assignment in Assignment.objects.visible_to(actor).open().select_related("unit"):
        found.setdefault(assignment.incident_id, []).append(assignment)
    return found


def _order(brief: Brief) -> tuple[int, bool, bool, dt.datetime, dt.datetime, int]:
    return brief.urgency, brief.is_over, brief.slow, brief.due_at, brief.opened_at, brief.pk


def _briefs(actor: Actor, out: dict[int, list[Assignment]]) -> Iterable[Brief]:
    incidents = Incident.objects.visible_to(actor).open()
    values = list(incidents.values_list("pk", "number", "urgency", "state", "owner_id", "opened_at"))
    subjects = {assignment.subject: pk for pk, crews in out.items() for assignment in crews}
    first = _first_clocks(subjects | {f"incident:{number}": pk for pk, number, *_ in values})
    found = []
    for pk, number, urgency, state, owner, opened_at in values:
        slow, due_at, run = first.get(pk, (True, NEVER, None))
        found.append(Brief(pk, number, urgency, state, owner, opened_at, slow, due_at, run, pk in out))
    return found


def _first_clocks(of: dict[str, int]) -> dict[int, tuple[bool, dt.datetime, int]]:
    """Return for each incident the clock that is due first: its own or that of a crew at it.

    One that counts every second goes before one in days: paper that is late for days hides no fire.
    """
    found: dict[int, tuple[bool, dt.datetime, int]] = {}
    running = ClockRun.objects.running().filter(paused_at=None).order_by("due_at", "pk")
    for subject, due_at, pk, counting in running.values_list("subject", "due_at", "pk", "rule__counting"):
        clock = (counting != Counting.HOURS, due_at, pk)
        if (incident := of.get(subject)) is not None and clock < found.get(incident, (True, NEVER, 0)):
            found[incident] = clock
    return found


def _lines(briefs: list[Brief], out: dict[int, list[Assignment]], at: dt.datetime) -> list[Line]:
    found = Incident.objects.filter(pk__in=[brief.pk for brief in briefs])
    incidents = {incident.pk: incident for incident in known(found)}
    found_runs = ClockRun.objects.filter(pk__in=[brief.run for brief in briefs if brief.run])
    runs = {run.pk: run for run in ruled(found_runs)}
    lines, area_of = [], areas(at)
    for brief in briefs:
        incident, run = incidents[brief.pk], runs.get(brief.run or 0)
        mark = mark_of(run.started_at, run.due_at, at) if run else "idle"
        lines.append(Line(incident, run, out.get(brief.pk, []), area_of(incident), mark))
    return lines


def areas(at: dt.datetime) -> Callable[[Incident], AreaVersion | None]:
    """Return what finds the smallest area of the tree: whoever may see an incident may see in which it lies."""
    versions, index = area_index(local_day(at))

    def area_of(incident: Incident) -> AreaVersion | None:
        if incident.lon is None or incident.lat is None:
            return None
        tree = [versions[found] for found in index.at(incident.lon, incident.lat)]
        return next((version for version in reversed(tree) if version.area.kind != "zone"), None)

    return area_of
