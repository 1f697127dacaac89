"""Measures of the problem list: what was put on it, and what its leads sent back."""

from __future__ import annotations

from anlan.bulletin.figures.measure import Rows, measure
from anlan.bulletin.figures.period import Period
from anlan.bulletin.measures.prevention.moves import PROBLEMS, moved
from anlan.prevention.models import Problem


@measure("problems_raised", of="problem", name=("提出的问题", "Problems raised"), unit=PROBLEMS, counter="problems_returned",
         says=("统计期内列入问题清单的全部问题，各种来源。", "All problems put on the list in the period, of any origin."))  # fmt: skip
def problems_raised(period: Period) -> Rows:
    """Count what was put on the list."""
    return Problem.objects.filter(**period.within("raised_at")).values_list("pk")


@measure("problems_returned", of="move", name=("退回的问题", "Problems returned"), unit=("次", "times"),
         counter="problems_raised", says=("牵头单位退回的次数，含第二次退回。", "Returns by leads, second ones included."))  # fmt: skip
def problems_returned(period: Period) -> Rows:
    """Count returns."""
    return moved(period, "return", "dispute").values_list("pk")
