"""Measures of flood-prone sites that became problems, and of what the rain made of their works."""

from __future__ import annotations

from anlan.bulletin.figures.measure import Rows, measure
from anlan.bulletin.figures.period import Period
from anlan.bulletin.measures.prevention.moves import PROBLEMS, moved
from anlan.prevention.models import Problem


@measure("sites_raised", of="problem", name=("推送的易涝点", "Flood-prone sites pushed"), unit=PROBLEMS,
         counter="works_untested", says=("由采用的研判列为问题的点位。", "Sites of an adopted study that became problems."))  # fmt: skip
def sites_raised(period: Period) -> Rows:
    """Count sites put on the list."""
    return Problem.objects.filter(origin="site", **period.within("raised_at")).values_list("pk")


@measure("rain_tested", of="move", name=("经雨检验销号的点位", "Sites struck off after rain"), unit=PROBLEMS, counter="failed_again",
         says=("整治后经过至少一场达到标准的雨而未积水、已销号的易涝点；只看雨后，不看照片。",
               "Flood-prone sites struck off after a storm of the stated strength without failure."))  # fmt: skip
def rain_tested(period: Period) -> Rows:
    """Count what rain has tested."""
    return moved(period, "strike_off").filter(problem__origin="site").values_list("pk")


@measure(
    "failed_again",
    of="move",
    name=("整治后再次积水", "Failed again after works"),
    unit=("次", "times"),
    counter="rain_tested",
    says=("已验收或已销号又被接报重开的次数。", "Times that a report reopened an accepted or struck-off problem."),
)
def failed_again(period: Period) -> Rows:
    """Count reopenings."""
    return moved(period, "reopen").values_list("pk")


@measure("works_untested", of="problem", name=("完工待雨检验", "Works accepted, no rain yet"), unit=PROBLEMS,
         counter="rain_tested", says=("统计期内验收、取数时仍待雨检验的点位；完工不等于治好。",
                                      "Works accepted in the period that no storm has tested yet: done is not solved."))  # fmt: skip
def works_untested(period: Period) -> Rows:
    """Count what is done and not proved."""
    waiting = Problem.objects.filter(state="accepted", rain_test_mm_h__isnull=False)
    return waiting.filter(**period.within("accepted_at")).values_list("pk")
