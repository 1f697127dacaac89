"""Measures of incidents handed to whom they belong, and of what must never be."""

from __future__ import annotations

from django.db.models import Q

from anlan.bulletin.figures.measure import Absent, Rows, measure
from anlan.bulletin.figures.period import Period
from anlan.bulletin.measures.shares import PERCENT, share
from anlan.bulletin.measures.triage.incidents import INCIDENTS, are, opened, unknown


@measure(
    "diverted",
    of="incident",
    within="incidents",
    name=("分流非警务警情", "Non-police incidents diverted"),
    unit=INCIDENTS,
    counter="returned_share",
    says=("移交给事权单位并标明分流的事件。", "Incidents handed to whom they belong as no matter for the police."),
)
def diverted(period: Period) -> Rows:
    """Count what was handed to whom it belongs."""
    return opened(period).filter(diverted=True).values_list("pk")


@measure("diverted_share", of="incident", aggregate="share", name=("分流占比", "Share diverted"), unit=PERCENT,
         counter="diverted_done", says=("分流事件占全部事件的比例。", "Diverted incidents, of all incidents."))  # fmt: skip
def diverted_share(period: Period) -> Rows:
    """Share of incidents handed on."""
    return share(opened(period), Q(diverted=True))


@measure(
    "diverted_done",
    of="incident",
    within="diverted",
    aggregate="share",
    name=("分流后办结占比", "Share of diverted closed"),
    unit=PERCENT,
    counter="diverted",
    says=("分流事件中已办结的比例：分流不是甩单。", "Closed, of the diverted ones: handing on is not an end."),
)
def diverted_done(period: Period) -> Rows:
    """Share of diverted incidents that came to an end."""
    return share(opened(period).filter(diverted=True), Q(state="closed"))


@measure(
    "violence_diverted",
    of="incident",
    name=("被分流的家庭暴力警情", "Violence at home diverted"),
    unit=INCIDENTS,
    counter="home_violence",
    says=("必须为零：可能危及生命的事项不分流。", "Has to be zero: what may hide danger to life is never diverted."),
)
def violence_diverted(period: Period) -> Rows:
    """Count what must never be."""
    return (
        Absent.NO_CATEGORY
        if unknown(["home_violence"])
        else opened(period).filter(are("home_violence"), diverted=True).values_list("pk")
    )
