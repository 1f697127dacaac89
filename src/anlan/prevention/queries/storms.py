"""What the page of storms shows: each storm, and which mended places still wait for a word after it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from anlan.prevention.actions.results import RUNS_OFF
from anlan.prevention.models import Problem, Storm
from anlan.prevention.rules import ProblemState

TOP_MM_H = 100.0  # where the drawn bar ends


@dataclass(frozen=True)
class Tested:
    """A storm and how many places, mended before it and still to be struck off, it was strong enough to test."""

    storm: Storm
    waiting: int

    @property
    def share(self) -> float:
        """Return the length of its bar, in per cent."""
        return min(100.0, 100.0 * self.storm.peak_mm_h / TOP_MM_H)


def storms() -> QuerySet[Storm]:
    """Return the storms, the newest first."""
    return Storm.objects.order_by("-start")


def peaks_of(episodes: Sequence[tuple[dt.datetime, dt.datetime]]) -> list[float | None]:
    """Return the strongest rain behind each episode of reports, None where no storm was measured then."""
    if not episodes:
        return []
    until = max(last for _, last in episodes)
    known = list(Storm.objects.filter(start__lte=until).values_list("start", "end", "peak_mm_h"))
    return [
        max((peak for start, end, peak in known if start <= last and first <= end + RUNS_OFF), default=None)
        for first, last in episodes
    ]


def tested(rows: Sequence[Storm]) -> list[Tested]:
    """Return storms with the places that wait for a word after them."""
    accepted = Problem.objects.filter(state=ProblemState.ACCEPTED, rain_test_mm_h__isnull=False)
    waiting = list(accepted.values_list("accepted_at", "rain_test_mm_h"))
    return [
        Tested(one, sum(1 for at, mm_h in waiting if at and at <= one.start and mm_h and mm_h <= one.peak_mm_h))
        for one in rows
    ]
