"""Which period a plan begins with."""

from __future__ import annotations

import datetime as dt

from django.db.models import Max

from anlan.bulletin.models import Plan
from anlan.core.city.areas import local_day
from anlan.intake.models import Report


def proposed_year(today: dt.date) -> int:
    """Return this year; of a city whose reports are all earlier the last year that has any, until that is planned."""
    last = Report.objects.aggregate(last=Max("received_at"))["last"]
    year = min(today.year, local_day(last).year) if last else today.year
    planned = Plan.objects.filter(since=dt.date(year, 1, 1), until=dt.date(year, 12, 31)).exists()
    return today.year if planned else year
