"""Whom a city asks, whether a matter is closed, and what the answers say of all: figures that carry their numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q

from anlan.core.city.current import city, city_zone
from anlan.intake.models import Report
from anlan.triage.models import IncidentReport
from anlan.triage.queries.incidents import incident_of
from anlan.triage.states import State
from anlan.voice.models import Satisfaction
from anlan.voice.rules import ONE_IN, wilson

Helped = Satisfaction.Helped


@dataclass(frozen=True)
class Rate:
    """How many were asked, answered, and were helped; `share` is of those who answered, with its 95 % interval."""

    asked: int
    answered: int
    helped: int
    partly: int
    not_helped: int
    share: float | None
    low: float | None
    high: float | None


def rate(since: dt.date, until: dt.date, by: dt.datetime | None = None) -> Rate:
    """Return the rate of those asked on local days from `since` to `until`, both included; `by` when they answered."""
    zone = city_zone()
    start = dt.datetime.combine(since, dt.time(), zone)
    end = dt.datetime.combine(until + dt.timedelta(days=1), dt.time(), zone)
    known = Q(answered_at__lt=by) if by else Q()
    counts = {f"n_{word}": Count("pk", filter=Q(helped=word) & known) for word in Helped.values}
    found = Satisfaction.objects.filter(asked_at__gte=start, asked_at__lt=end).aggregate(asked=Count("pk"), **counts)
    yes, partly, no = found["n_yes"], found["n_partly"], found["n_no"]
    answered = yes + partly + no
    low, high = wilson(yes, answered) or (None, None)
    return Rate(found["asked"], answered, yes, partly, no, yes / answered if answered else None, low, high)


def one_in() -> int:
    """Return of how many closed reports one is asked in this city."""
    here = city()
    return int(here.option("satisfaction_one_in", ONE_IN)) if here else ONE_IN


def is_closed(report: Report) -> bool:
    """Whether the matter of a report is closed now: one that was taken up again is not asked about."""
    incident = incident_of(report)
    return incident is not None and incident.state == State.CLOSED


def closed_among(reports: Sequence[int]) -> set[int]:
    """Return which of these reports, of as many as one query may name, tell of a matter that is closed now."""
    links = IncidentReport.objects.filter(report__in=reports, unlinked_at=None, incident__state=State.CLOSED)
    return set(links.values_list("report_id", flat=True))
