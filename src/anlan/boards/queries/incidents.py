"""The incidents that are open, district by district, and how their clocks stand."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from django.db.models import Q, Value
from django.db.models.functions import Concat

from anlan.boards.scope import Scope, inside
from anlan.core.chunks import chunks
from anlan.core.models import AreaVersion, ClockRun, LedgerEntry
from anlan.core.time.clock import stamp
from anlan.triage.models import Incident
from anlan.triage.states import State

OPEN = tuple(state for state in State.values if state != State.CLOSED)
SOON = dt.timedelta(hours=1)
ENDS = ("triage.incident_closed", "triage.incident_reopened", "triage.incident_undone")


@dataclass(frozen=True)
class Place:
    """What is open in one district, and the worst state of its clocks."""

    area: AreaVersion
    n: int
    late: int
    soon: int

    @property
    def state(self) -> str:
        """The mark of the district."""
        return "late" if self.late else "warn" if self.soon else "calm"


@dataclass(frozen=True)
class Open:
    """Open incidents: how many, of which late or due soon, and the same district by district."""

    n: int
    late: int
    soon: int
    places: list[Place]
    unplaced: int


def open_incidents(scope: Scope) -> Open:
    """Count the incidents that are open, and how their clocks stand; of a day that is over, at its end."""
    if scope.is_whole_day:
        incidents = _open_then(scope.at)
        due = _due_first_then([f"incident:{number}" for number, _, _ in incidents], scope.at)
    else:
        incidents = list(Incident.objects.filter(state__in=OPEN).values_list("number", "lon", "lat"))
        due = _due_first(scope.at + SOON)
    states = np.array([_state(due.get(f"incident:{number}"), scope.at) for number, _, _ in incidents], dtype=int)
    points = np.array([(lon, lat) for _, lon, lat in incidents], dtype=float).reshape(-1, 2)
    here = scope.covers(points)
    places = []
    for district in scope.parts:
        there = states[inside(district, points)]
        places.append(Place(district, len(there), int((there == 2).sum()), int((there == 1).sum())))
    counted = states[here]
    return Open(
        len(counted), int((counted == 2).sum()), int((counted == 1).sum()), places, int(np.isnan(points[:, 0]).sum())
    )


def _open_then(at: dt.datetime) -> list[tuple[str, float | None, float | None]]:
    """Return the incidents that were open at a moment; of one closed before it and reopened later its entries tell."""
    opened = Incident.objects.filter(Q(closed_at=None) | Q(closed_at__gte=at), opened_at__lt=at).order_by()
    found = list(opened.values_list("number", "lon", "lat"))
    closed: dict[str, bool] = {}
    for some in chunks([f"incident:{number}" for number, _, _ in found]):
        said = LedgerEntry.objects.filter(subject__in=some, kind__in=ENDS, at__lt=stamp(at)).order_by("pk")
        closed |= {subject: kind == ENDS[0] for subject, kind in said.values_list("subject", "kind")}
    return [row for row in found if not closed.get(f"incident:{row[0]}")]


def _due_first_then(subjects: list[str], at: dt.datetime) -> dict[str, dt.datetime]:
    """Return when the first clock was due that ran at a moment, of each matter with one due within the hour or late."""
    due: dict[str, dt.datetime] = {}
    for some in chunks(subjects):
        ran = ClockRun.objects.ran_at(at).filter(subject__in=some, due_at__lt=at + SOON, paused_at=None)
        due |= dict(ran.order_by("-due_at").values_list("subject", "due_at"))
    return due


def _due_first(before: dt.datetime) -> dict[str, dt.datetime]:
    """Return for each incident with a clock due before a moment when the first is due; paused clocks wait."""
    waiting = Incident.objects.filter(state__in=OPEN).order_by().values_list(Concat(Value("incident:"), "number"))
    # By subject: a stamp that a unit never gave leaves its clock running for good, and those outnumber these by far.
    runs = ClockRun.objects.running().filter(paused_at__isnull=True, due_at__lt=before)
    runs = runs.filter(subject__in=waiting).order_by("-due_at")
    return dict(runs.values_list("subject", "due_at"))


def _state(due_at: dt.datetime | None, at: dt.datetime) -> int:
    return 0 if due_at is None else 2 if due_at < at else 1
