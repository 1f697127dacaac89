"""Reports that nobody has sorted yet: those whose first look is still waited for, the oldest promise first."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import islice

from django.db.models.functions import Substr

from anlan.core.city.current import city_zone, kept
from anlan.core.models import ClockRun, Organisation
from anlan.core.models.clock import ClockRunQuerySet
from anlan.core.people.actors import Actor
from anlan.core.time.clocks import ruled
from anlan.core.time.rules import Step, mark_of, steps_due
from anlan.intake.models import Report
from anlan.intake.models.report import ReportQuerySet
from anlan.intake.queries.questions import raises_to

FIRST_LOOK = "first_look"
SHOWN = 20  # the oldest; nobody reads further before these are sorted
READ = 500  # of the oldest, among which are those that a person may see
SUBJECT = "report:"


@dataclass(frozen=True)
class Waiting:
    """A report that waits to be sorted, with its clock and how that stands."""

    report: Report
    run: ClockRun
    mark: str

    @property
    def urgency(self) -> int:
        """How soon somebody has to go, by its kind and what was answered since."""
        category = self.report.category
        return min(category.urgency, 1 if category.exclusion_gate else 3, *raises_to(self.report))

    @property
    def stands(self) -> str:
        """How it stands, in one word: another word is news."""
        return "late" if self.mark == "late" else "waits"

    def is_supervised(self, at: dt.datetime) -> bool:
        """Whether the ladder has come to the supervisor; where the city has none, it comes with the deadline."""
        ladder = self.run.rule.rungs()
        if not ladder:
            return self.mark == "late"
        return Step.SUPERVISE in steps_due(ladder, self.run.due_at, at, city_zone())


def control_room() -> Organisation | None:
    """Return the organisation that holds what nobody else holds, if the city has any."""
    return kept(_control_room)


def _control_room() -> Organisation | None:
    active = Organisation.objects.filter(active=True)
    return active.filter(kind="control_room").order_by("pk").first() or active.order_by("pk").first()


def first_looks() -> ClockRunQuerySet:
    """Return the running first looks: each is one report in the queue."""
    return ClockRun.objects.running().filter(rule__code=FIRST_LOOK)


def first_look_of(report: Report) -> ClockRun | None:
    """Return the last first look at a report, running or over."""
    runs = ClockRun.objects.filter(rule__code=FIRST_LOOK, subject=f"{SUBJECT}{report.number}")
    return runs.order_by("-pk").first()


def unsorted(actor: Actor, at: dt.datetime, most: int = SHOWN) -> list[Waiting]:
    """Return the reports that this person may see and nobody has sorted, what is due first before the others."""
    runs = {run.subject.removeprefix(SUBJECT): run for run in ruled(first_looks().order_by("due_at", "pk")[:READ])}
    found = _reports(actor).in_bulk(list(runs), field_name="number")
    waiting = ((found[number], run) for number, run in runs.items() if number in found)
    return [Waiting(report, run, mark_of(run.started_at, run.due_at, at)) for report, run in islice(waiting, most)]


def unsorted_count(actor: Actor) -> int:
    """Return how many reports this person may see that nobody has sorted."""
    numbers = first_looks().values(number=Substr("subject", len(SUBJECT) + 1))
    return Report.objects.visible_to(actor).filter(number__in=numbers).count()


def _reports(actor: Actor) -> ReportQuerySet:
    return Report.objects.visible_to(actor).select_related("category").prefetch_related("later_answers__question")
