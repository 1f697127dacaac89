"""Shares as the measures of all stages take them: of some rows, those that are so."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, F, FloatField, Q, Value, When
from django.db.models.query import QuerySet

from anlan.bulletin.figures.measure import Rows, measure
from anlan.bulletin.figures.period import Period
from anlan.core.models import ClockRun

PERCENT = ("%", "%")


def share(rows: QuerySet[Any], so: Q) -> Rows:
    """Return 1 for the rows that are so, 0 for the others."""
    found = Case(When(so, then=Value(1.0)), default=Value(0.0), output_field=FloatField())
    shares: Rows = rows.annotate(found=found).values_list("pk", "found")
    return shares


def runs_in_time(
    code: str, rule: str, *, stage: str, name: tuple[str, str], says: tuple[str, str], counter: str
) -> None:
    """Declare the share of a clock's runs that stopped in time: it is judged by the time that the clock allows."""

    def rows(period: Period) -> Rows:
        runs = ClockRun.objects.filter(rule__code=rule, stopped_at__isnull=False, **period.within("started_at"))
        return share(runs, Q(stopped_at__lte=F("due_at")))

    rows.__module__ = stage
    measure(code, of="run", aggregate="share", name=name, unit=PERCENT, says=says, counter=counter, clocks=(rule,),
            judged=True)(rows)  # fmt: skip
