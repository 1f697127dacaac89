"""Who waits to be called back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from anlan.core.models import ClockRun
from anlan.core.people.actors import Actor
from anlan.core.time.clocks import ruled
from anlan.intake.models import Report

CALL_BACK: Final = "call_back"
PREFIX: Final = "callback:"  # a clock beside the report's own, of which one runs at a time
SHOWN: Final = 8


def subject_of(report: Report) -> str:
    """Return under which name the clock of a call-back runs."""
    return f"{PREFIX}{report.number}"


def owed_on(reports: Iterable[Report]) -> list[ClockRun]:
    """Return the running call-backs of these reports, what is due first before the others."""
    found = ClockRun.objects.running().filter(subject__in=[subject_of(report) for report in reports])
    return list(ruled(found.order_by("due_at")))


def owed(actor: Actor) -> list[tuple[Report, ClockRun]]:
    """Return the calls that wait to be called back and that this person sees, what is due first before the others."""
    runs = ClockRun.objects.running().filter(rule__code=CALL_BACK, subject__startswith=PREFIX)
    first = {run.subject: run for run in runs.order_by("due_at")[: SHOWN * 4]}
    numbers = [subject.removeprefix(PREFIX) for subject in first]
    seen = Report.objects.visible_to(actor).select_related("category").in_bulk(numbers, field_name="number")
    return [(seen[each], first[PREFIX + each]) for each in numbers if each in seen][:SHOWN]
