"""Measures of what came of incidents: confirmed, closed, sent back, and after how long."""

from __future__ import annotations

from django.db.models import F, Q

from anlan.bulletin.figures.drawn import AT_ONCE, whole_seconds
from anlan.bulletin.figures.measure import Rows, measure
from anlan.bulletin.figures.period import Period
from anlan.bulletin.measures.shares import PERCENT, share
from anlan.bulletin.measures.triage.incidents import opened
from anlan.triage.models import Handover

HOURS = ("小时", "h")


@measure(
    "category_changed",
    of="incident",
    within="incidents",
    aggregate="share",
    name=("类别改判率", "Share with another confirmed category"),
    unit=PERCENT,
    counter="incidents",
    says=("已核定事件中，核定类别与接报类别不同的比例。", "Of confirmed incidents, those whose category changed."),
)
def category_changed(period: Period) -> Rows:
    """Share of incidents that were not what they were taken for."""
    return share(opened(period).exclude(category_confirmed=None), ~Q(category_confirmed=F("category_at_call")))


@measure(
    "closed_share",
    of="incident",
    aggregate="share",
    name=("办结率", "Share closed"),
    unit=PERCENT,
    counter="close_median",
    says=(
        "统计期内立的事件中，取数时已办结的比例。",
        "Of incidents opened in the period, those closed when the figure was drawn.",
    ),
)
def closed_share(period: Period) -> Rows:
    """Share of incidents that are closed."""
    return share(opened(period), Q(state="closed"))


@measure("close_median", of="incident", within="incidents", revision=2, aggregate="median", name=("办结用时中位数", "Median time to close"), unit=HOURS,
         counter="close_p90", says=("已办结事件从立事件到办结，中位数。", "From opened to closed, median."))  # fmt: skip
def close_median(period: Period) -> Rows:
    """How long an incident took."""
    return _lasted(period)


@measure("close_p90", of="incident", within="incidents", revision=2, aggregate="p90", name=("办结用时第90百分位", "90th percentile of time to close"),
         unit=HOURS, counter="closed_share", says=("同上，第90百分位。", "The same at the 90th percentile."))  # fmt: skip
def close_p90(period: Period) -> Rows:
    """How long the slow tenth took at least."""
    return _lasted(period)


def _lasted(period: Period) -> Rows:
    closed = opened(period).exclude(closed_at=None).values_list("pk", "opened_at", "closed_at")
    return ((pk, whole_seconds(end - begun) / 3600) for pk, begun, end in closed.iterator(AT_ONCE) if end)


@measure(
    "returned_share",
    of="handover",
    aggregate="share",
    name=("退回占比", "Share of hand-overs returned"),
    unit=PERCENT,
    counter="signed_in_time",
    says=("统计期内移交中被退回的比例。", "Of hand-overs in the period, those sent back with a reason."),
)
def returned_share(period: Period) -> Rows:
    """Share of hand-overs that came back."""
    return share(Handover.objects.filter(**period.within("at")), Q(returned_at__isnull=False))
