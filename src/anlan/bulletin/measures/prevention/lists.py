"""Measures of numbered task lists by the due day that each list names."""

from __future__ import annotations

from django.db.models import F, Q
from django.db.models.functions import TruncDate
from django.db.models.query import QuerySet

from anlan.bulletin.figures.measure import Rows, measure
from anlan.bulletin.figures.period import Period
from anlan.prevention.models import ListedTask, TaskList


@measure("lists_issued", of="list", name=("下发任务清单", "Task lists issued"), unit=("张", "lists"), counter="lists_on_time",
         says=("统计期内编号下发的任务清单。", "Numbered task lists issued in the period."))  # fmt: skip
def lists_issued(period: Period) -> Rows:
    """Count numbered lists."""
    return _issued(period).values_list("pk")


@measure("lists_on_time", of="list", name=("按期完成的任务清单", "Task lists completed on time"), unit=("张", "lists"),
         counter="lists_extended", revision=2,
         says=("统计期内下发的清单中，每一项都在清单的完成期限当日或之前完工、并已验收通过的；清单的期限不因任务延期而改变。",
               "Lists issued in the period whose every item was done by the due day of the list and passed since; an "
               "extension of a task does not move that day."))  # fmt: skip
def lists_on_time(period: Period) -> Rows:
    """Count lists whose every item was done by the day that the list names."""
    return _issued(period).exclude(pk__in=_missed(period).values("list")).values_list("pk")


@measure("lists_late", of="list", name=("逾期的任务清单", "Task lists late"), unit=("张", "lists"), counter="lists_on_time",
         says=("统计期内下发、期限也在统计期内的清单中，至少一项未在期限前完工或未通过验收的。",
               "Lists issued and due in the period with at least one item that was not done by that day, or that has "
               "not passed."))  # fmt: skip
def lists_late(period: Period) -> Rows:
    """Count lists that missed the day they name."""
    due = _issued(period).filter(due_on__lte=period.until)
    return due.filter(pk__in=_missed(period).values("list")).values_list("pk")


@measure("lists_extended", of="list", name=("有任务延期的任务清单", "Task lists with an extended task"), unit=("张", "lists"),
         counter="lists_late", says=("统计期内下发的清单中，下发后至少一项获准延期的。",
                                     "Lists issued in the period of which a task was extended after it was issued."))  # fmt: skip
def lists_extended(period: Period) -> Rows:
    """Count lists on which a deadline was moved."""
    items = ListedTask.objects.filter(task__extensions__before=F("due_on"))
    return _issued(period).filter(pk__in=items.values("list")).values_list("pk")


def _issued(period: Period) -> QuerySet[TaskList]:
    return TaskList.objects.filter(issued_on__range=(period.since, period.until))


def _missed(period: Period) -> QuerySet[ListedTask]:
    """Return the items that were not done by their list's due day, or that no verifier passed."""
    done = ListedTask.objects.annotate(done_on=TruncDate("task__finished_at", tzinfo=period.begins.tzinfo))
    return done.filter(Q(done_on__isnull=True) | Q(done_on__gt=F("list__due_on")) | ~Q(task__state="passed"))
