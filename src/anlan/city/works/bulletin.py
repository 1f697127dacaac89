"""What the reference city says of its year: an estimate of what works changed, and the bulletin."""

from __future__ import annotations

import datetime as dt

from anlan.bulletin import actions as bulletin
from anlan.bulletin.figures.composition import figure_of
from anlan.bulletin.figures.measure import MEASURES
from anlan.bulletin.models import Plan
from anlan.city.town.ground import ZONE
from anlan.core.people.actors import Actor
from anlan.effect.actions import estimate
from anlan.effect.models import Estimate
from anlan.hotspots.models import Study


def fix_measures(actor: Actor) -> None:
    """Fix every measure of the year in its first week."""
    bulletin.fix_measures(since=dt.date(2016, 1, 1), until=dt.date(2016, 12, 31), actor=actor,
                          at=dt.datetime(2016, 1, 4, 9, tzinfo=ZONE))  # fmt: skip


def judge(actor: Actor) -> None:
    """Ask what the works of spring changed in the storms of summer."""
    study = Study.objects.adopted().earliest("pk")
    estimate(study=study.pk, since=dt.date(2015, 1, 1), until=dt.date(2016, 9, 30), measure_at=dt.date(2016, 6, 15),
             actor=actor, at=dt.datetime(2017, 1, 16, 10, tzinfo=ZONE))  # fmt: skip


def publish(actor: Actor) -> None:
    """Compose the year's bulletin; its headline says what came out, whichever way."""
    plan = Plan.objects.get(since=dt.date(2016, 1, 1))
    number = Estimate.objects.latest("pk").number
    heard = figure_of(MEASURES["waterlogging_reports"], plan.period, 0)
    now, before = round(heard.value or 0), round(heard.base or 0)
    bulletin.compose(
        plan=plan.number, headline=f"2016年水涝接报{now}件，上年{before}件",
        headline_en=f"Waterlogging in 2016: {now:,} reports after {before:,} the year before", estimate=number,
        issuer="command", actor=actor, at=dt.datetime(2017, 1, 25, 9, tzinfo=ZONE),
    )  # fmt: skip
