"""Measures of how organisations keep to time: the steps of the ladder, and how long until a problem was signed for."""

from __future__ import annotations

from typing import Final

from django.db.models import Max

from anlan.bulletin.figures.drawn import whole_seconds
from anlan.bulletin.figures.measure import Rows, measure
from anlan.bulletin.figures.period import Period
from anlan.bulletin.measures.prevention.moves import moved
from anlan.core.time.deadlines import shipped
from anlan.core.time.rules import ladder_of
from anlan.prevention.models import Escalation

LADDERS: Final = tuple(
    code
    for code, rule in shipped().items()
    if rule["target_s"] and any(rung.minutes is None for rung in ladder_of(rule["ladder"]))
)  # what is escalated by days; of a ladder without a target a person chooses the day, and minutes are the desk's


def _ladder(code: str, step: str, name: tuple[str, str]) -> None:
    def rows(period: Period) -> Rows:
        return Escalation.objects.filter(step=step, **period.within("at")).values_list("pk")

    rows.__module__ = __name__
    says = (
        f"因期限临近或逾期对单位的{name[0]}，每个期限一次。",
        f"{name[1]} towards an organisation, once for each deadline.",
    )
    measure(code, of="escalation", name=name, unit=("次", "times"), says=says, counter="tasks_on_time",
            clocks=LADDERS, judged=True)(rows)  # fmt: skip


_ladder("reminders", "remind", ("提醒", "Reminders"))
_ladder("supervisions", "supervise", ("督办", "Supervisions"))
_ladder("interviews", "interview", ("约谈", "Interviews"))


@measure("sign_days", of="problem", revision=2, aggregate="median", name=("问题签收用时中位数", "Median time until signed for"),
         unit=("日", "days"), counter="problems_returned",
         says=("从提出到最后一次签收，按自然日，中位数。", "From raised to the last signing, in days, median."))  # fmt: skip
def sign_days(period: Period) -> Rows:
    """How long until somebody took it."""
    moves = moved(period, "sign_for").values("problem_id", "problem__raised_at").annotate(last=Max("at"))
    return ((move["problem_id"], whole_seconds(move["last"] - move["problem__raised_at"]) / 86_400) for move in moves)
