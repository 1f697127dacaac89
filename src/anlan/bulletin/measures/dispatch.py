"""Measures of who went, and how fast; a missing stamp is counted as missing, never as zero."""

from __future__ import annotations

from django.db.models import Exists, Max, OuterRef, Q, Subquery
from django.db.models.query import QuerySet

from anlan.bulletin.figures.drawn import AT_ONCE, whole_seconds
from anlan.bulletin.figures.measure import Absent, Rows, measure
from anlan.bulletin.figures.period import Period
from anlan.bulletin.measures.shares import PERCENT, runs_in_time, share
from anlan.core.models import ClockRun
from anlan.dispatch.models import Assignment, Milestone, Shift, Unit

MINUTES = ("分钟", "min")
SECONDS = ("秒", "s")
TIMES = ("次", "assignments")
MOBILE = ("react", "set_out", "end_danger")


def _sent(period: Period) -> QuerySet[Assignment]:
    return Assignment.objects.filter(**period.within("dispatched_at"))


@measure("assignments", of="assignment", name=("派遣", "Assignments"), unit=TIMES, counter="arrival_missing",
         says=("一支力量派往一起事件为一次。", "One unit sent to one incident is one."))  # fmt: skip
def assignments(period: Period) -> Rows:
    """Count sendings."""
    return _sent(period).values_list("pk")


@measure("backups", of="assignment", within="assignments", name=("请求增援", "Backup asked"), unit=TIMES, counter="assignments",
         says=("现场请求增援的派遣。", "Assignments whose crew asked for backup."))  # fmt: skip
def backups(period: Period) -> Rows:
    """Count calls for a second unit."""
    return _sent(period).filter(backup=True).values_list("pk")


@measure("arrival_median", of="assignment", within="assignments", revision=2, aggregate="median", name=("从接报到到场，中位数", "Received to on scene, median"),
         unit=MINUTES, counter="arrival_missing",
         says=("有到场节点的派遣，从接报到到场。", "Assignments with a stamp on scene, from received to there."))  # fmt: skip
def arrival_median(period: Period) -> Rows:
    """How long until somebody was there."""
    return _arrivals(period)


@measure("arrival_p90", of="assignment", within="assignments", revision=2, aggregate="p90", name=("从接报到到场，第90百分位", "Received to on scene, 90th percentile"),
         unit=MINUTES, counter="arrival_missing", says=("同上，第90百分位。", "The same at the 90th percentile."))  # fmt: skip
def arrival_p90(period: Period) -> Rows:
    """How long the slow tenth took at least."""
    return _arrivals(period)


@measure(
    "arrival_missing",
    of="assignment",
    aggregate="share",
    name=("到场时间缺失率", "Share without a stamp on scene"),
    unit=PERCENT,
    counter="arrival_median",
    says=(
        "派遣中没有打到场节点的比例；缺的就是缺，不当作零。",
        "Assignments without that stamp; missing is missing, not zero.",
    ),
)
def arrival_missing(period: Period) -> Rows:
    """Share of assignments that nobody can time."""
    there = Exists(Milestone.objects.filter(assignment=OuterRef("pk"), step="on_scene"))
    return share(_sent(period), ~Q(there))


def _arrivals(period: Period) -> Rows:
    stamp = Milestone.objects.filter(assignment=OuterRef("pk")).order_by().values("at")
    sent = _sent(period).annotate(heard=Subquery(stamp.filter(step="received")[:1]),
                                  there=Subquery(stamp.filter(step="on_scene")[:1]))  # fmt: skip
    timed = sent.filter(heard__isnull=False, there__isnull=False).order_by("pk").values_list("pk", "heard", "there")
    return ((pk, whole_seconds(there - heard) / 60) for pk, heard, there in timed.iterator(AT_ONCE))


runs_in_time(
    "react_in_time",  # the 1 of 1-3-5
    "react",
    stage=__name__,
    name=("机动队反应按时率", "Mobile teams: react in time"),
    counter="react_missing",
    says=(
        "机动队派遣从下达到签收不超过规定时限的比例；只适用于机动队。",
        "Mobile teams: dispatched to acknowledged within the time allowed; their rule only.",
    ),
)
runs_in_time(
    "set_out_in_time",  # the 3
    "set_out",
    stage=__name__,
    name=("机动队出击按时率", "Mobile teams: set out in time"),
    counter="react_missing",
    says=(
        "机动队派遣从下达到出警不超过规定时限的比例。",
        "Mobile teams: dispatched to en route within the time allowed.",
    ),
)
runs_in_time(
    "end_danger_in_time",  # the 5
    "end_danger",
    stage=__name__,
    name=("机动队解决按时率", "Mobile teams: danger ended in time"),
    counter="react_missing",
    says=(
        "机动队从到场到处置完毕不超过规定时限的比例；处置完毕指现场危险或扰乱已经结束。",
        "Mobile teams: on scene to danger ended within the time allowed.",
    ),
)


@measure(
    "react_missing",
    of="run",
    aggregate="share",
    name=("机动队计时未闭合率", "Mobile teams: clocks without an end"),
    unit=PERCENT,
    counter="react_in_time",
    clocks=MOBILE,
    says=(
        "机动队三个时限中没有停止节点的比例，不计入按期率。",
        "Of the three clocks, those that no stamp stopped; not in the shares above.",
    ),
)
def react_missing(period: Period) -> Rows:
    """Share of 1-3-5 that nobody can judge."""
    runs = ClockRun.objects.filter(rule__code__in=MOBILE, **period.within("started_at"))
    return share(runs, Q(stopped_at__isnull=True))


@measure("react_median", of="run", revision=2, aggregate="median", name=("机动队反应用时中位数", "Mobile teams: median time to react"),
         unit=SECONDS, counter="react_missing", clocks=("react",), says=("机动队派遣从下达到签收，中位数。", "Dispatched to acknowledged, median."))  # fmt: skip
def react_median(period: Period) -> Rows:
    """How fast a mobile team answers."""
    runs = ClockRun.objects.filter(rule__code="react", stopped_at__isnull=False, **period.within("started_at"))
    stopped = runs.values_list("pk", "started_at", "stopped_at")
    return ((pk, whole_seconds(end - begun)) for pk, begun, end in stopped.iterator(AT_ONCE) if end is not None)


runs_in_time(
    "arrive_in_time",
    "arrive",
    stage=__name__,
    name=("到场按期率", "On scene in time"),
    counter="arrival_missing",
    says=(
        "城市时限“到场”（从下达到到场）中已停止的，按期的比例。",
        "Of the clock Arrive of this city, dispatched to on scene, those stopped in time.",
    ),
)


@measure("mobile_teams", of="unit", name=("在岗机动队", "Mobile teams on duty"), unit=("支", "teams"), counter="react_in_time",
         says=("统计期内至少有一个班次的机动队。", "Mobile teams with at least one shift in the period."))  # fmt: skip
def mobile_teams(period: Period) -> Rows:
    """Count the mobile teams that were on duty."""
    return Absent.NO_SHIFT if not _shifts(period).exists() else _mobile(period).values_list("pk").distinct()


@measure("mobile_people", of="unit", aggregate="sum", name=("机动队上勤人数", "People of the mobile teams"), unit=("人", "people"),
         counter="mobile_teams", says=("各机动队统计期内人数最多的一个班次之和；班次只记人数，不记人名。",
                                       "The largest shift of each mobile team in the period, summed; a shift holds a "
                                       "number, no names."))  # fmt: skip
def mobile_people(period: Period) -> Rows:
    """How many people the mobile teams had on duty."""
    return Absent.NO_SHIFT if not _shifts(period).exists() else _mobile(period).values_list("pk", Max("shifts__people"))


def _shifts(period: Period) -> QuerySet[Shift]:
    return Shift.objects.filter(**period.within("begins_at"))


def _mobile(period: Period) -> QuerySet[Unit]:
    return Unit.objects.filter(kind="mobile", shifts__in=_shifts(period))
