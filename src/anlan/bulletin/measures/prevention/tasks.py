"""Measures of tasks by their first deadline, and of their verification."""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import TruncDate
from django.db.models.query import QuerySet

from anlan.bulletin.figures.measure import Rows, measure
from anlan.bulletin.figures.period import Period
from anlan.bulletin.measures.shares import PERCENT, share
from anlan.prevention.models import Extension, Result, Task

TASKS = ("项", "tasks")


@measure("tasks_planned", of="task", name=("整改任务", "Tasks due"), unit=TASKS, counter="tasks_on_time",
         says=("原定期限在统计期内的任务。", "Tasks whose first deadline lies in the period."))  # fmt: skip
def tasks_planned(period: Period) -> Rows:
    """Count tasks by their first deadline."""
    return _due(period).values_list("pk")


@measure("tasks_on_time", of="task", aggregate="share", name=("任务按原定期限完成占比", "Tasks done by their first deadline"),
         unit=PERCENT, counter="tasks_extended", revision=2,
         says=("按第一次定的期限，不按延期后的期限；以完工之日为准，验收不通过的不算。",
               "By the first deadline, not by an extended one; the day of works done counts, what was refused does not."))  # fmt: skip
def tasks_on_time(period: Period) -> Rows:
    """Share of tasks done when first promised."""
    done = _due(period).annotate(done_on=TruncDate("finished_at", tzinfo=period.begins.tzinfo))
    return share(done, Q(done_on__lte=F("first_due_on")) & ~Q(state="refused"))


@measure("tasks_extended", of="task", aggregate="share", name=("任务延期占比", "Share of tasks extended"), unit=PERCENT,
         counter="tasks_on_time", says=("期限前获准延期的任务占比。", "Tasks with a later deadline granted in time."))  # fmt: skip
def tasks_extended(period: Period) -> Rows:
    """Share of tasks with a later deadline."""
    return share(_due(period), Q(Exists(Extension.objects.filter(task=OuterRef("pk")))))


@measure(
    "tasks_open",
    of="task",
    name=("未完成的任务", "Tasks not done"),
    unit=TASKS,
    counter="tasks_planned",
    says=(
        "原定期限在统计期内、取数时尚未完工的任务。",
        "Tasks whose first deadline lies in the period and that are not done.",
    ),
)
def tasks_open(period: Period) -> Rows:
    """Count what is still to do."""
    return _due(period).filter(state__in=["open", "refused"]).values_list("pk")


def _due(period: Period) -> QuerySet[Task]:
    return Task.objects.filter(first_due_on__range=(period.since, period.until))


@measure(
    "refused_share",
    of="result",
    aggregate="share",
    name=("验收不通过占比", "Share refused at verification"),
    unit=PERCENT,
    counter="tasks_on_time",
    says=("验收中不通过的比例；验收人不是施工单位。", "Verifications that refused; the verifier is never the doer."),
)
def refused_share(period: Period) -> Rows:
    """Share of works that did not pass."""
    return share(Result.objects.filter(**period.within("verified_at")), Q(passed=False))
