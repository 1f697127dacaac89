"""Measures of who went, and how fast; a missing stamp is counted as missing, never as zero."""

from __future__ import annotations

from django.db.models import Case, Exists, FloatField, OuterRef, Value, When
from django.db.models.query import QuerySet

from anlan.bulletin.measures.triage import runs_in_time
from anlan.bulletin.measuring import Period, Rows, measure
from anlan.core.models import ClockRun
from anlan.dispatch.models import Assignment, Milestone

PERCENT = ("%", "%")
MINUTES = ("分钟", "min")
SECONDS = ("秒", "s")
TIMES = ("次", "assignments")


def _sent(period: Period) -> QuerySet[Assignment]:
    return Assignment.objects.filter(**period.within("dispatched_at"))


@measure("assignments", of="assignment", name=("派遣", "Assignments"), unit=TIMES, counter="arrival_missing",
         says=("一支力量派往一起事件为一次。", "One unit sent to one incident is one."))  # fmt: skip
def assignments(period: Period) -> Rows:
    """Count sendings."""
    return _sent(period).values_list("pk")


@measure("backups", of="assignment", name=("请求增援", "Backup asked"), unit=TIMES, counter="assignments",
         says=("现场请求增援的派遣。", "Assignments whose crew asked for backup."))  # fmt: skip
def backups(period: Period) -> Rows:
    """Count calls for a second unit."""
    return _sent(period).filter(backup=True).values_list("pk")


@measure("arrival_median", of="assignment", aggregate="median", name=("从接报到到场，中位数", "Received to on scene, median"),
         unit=MINUTES, counter="arrival_missing",
         says=("有到场节点的派遣，从接报到到场。", "Assignments with a stamp on scene, from received to there."))  # fmt: skip
def arrival_median(period: Period) -> Rows:
    """How long until somebody was there."""
    return _arrivals(period)


@measure("arrival_p90", of="assignment", aggregate="p90", name=("从接报到到场，第90百分位", "Received to on scene, 90th percentile"),
         unit=MINUTES, counter="arrival_missing", says=("同上，第90百分位。", "The same at the 90th percentile."))  # fmt: skip
def arrival_p90(period: Period) -> Rows:
    """How long the slow tenth took at least."""
    return _arrivals(period)


@measure(
    "arrival_missing",
    of="assignment",
    aggregate="share",
    name=("缺到场节点占比", "Share without a stamp on scene"),
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
    one = Case(When(there, then=Value(0.0)), default=Value(1.0), output_field=FloatField())
    return _sent(period).annotate(one=one).values_list("pk", "one")


def _arrivals(period: Period) -> Rows:
    stamps = Milestone.objects.filter(step="on_scene", **period.within("assignment__dispatched_at"))
    there = dict(stamps.values_list("assignment_id", "at").iterator(20_000))
    heard = Milestone.objects.filter(step="received", **period.within("assignment__dispatched_at"))
    return [
        (pk, (there[pk] - at).total_seconds() / 60)
        for pk, at in heard.values_list("assignment_id", "at").iterator(20_000) if pk in there
    ]  # fmt: skip


@measure(
    "react_in_time",
    of="run",
    aggregate="share",
    name=("机动队1分钟反应率", "Mobile teams: react in 1 minute"),
    unit=PERCENT,
    counter="react_missing",
    says=(
        "机动队派遣从下达到签收不超过1分钟的比例；只适用于机动队。",
        "Mobile teams: dispatched to acknowledged within 1 minute; their rule only.",
    ),
)
def react_in_time(period: Period) -> Rows:
    """The 1 of 1-3-5."""
    return runs_in_time(period, "react")


@measure("set_out_in_time", of="run", aggregate="share", name=("机动队3分钟出击率", "Mobile teams: set out in 3 minutes"),
         unit=PERCENT, counter="react_missing", says=("机动队派遣从下达到出警不超过3分钟的比例。",
                                                      "Mobile teams: dispatched to en route within 3 minutes."))  # fmt: skip
def set_out_in_time(period: Period) -> Rows:
    """The 3 of 1-3-5."""
    return runs_in_time(period, "set_out")


@measure("end_danger_in_time", of="run", aggregate="share", name=("机动队5分钟解决率", "Mobile teams: danger ended in 5 minutes"),
         unit=PERCENT, counter="react_missing", says=("机动队从到场到处置完毕不超过5分钟的比例；处置完毕指现场危险或扰乱已经结束。",
                                                      "Mobile teams: on scene to danger ended within 5 minutes."))  # fmt: skip
def end_danger_in_time(period: Period) -> Rows:
    """The 5 of 1-3-5."""
    return runs_in_time(period, "end_danger")


@measure(
    "react_missing",
    of="run",
    aggregate="share",
    name=("机动队时限无停止节点占比", "Mobile teams: clocks without an end"),
    unit=PERCENT,
    counter="react_in_time",
    says=(
        "机动队三个时限中没有停止节点的比例，不计入按期率。",
        "Of the three clocks, those that no stamp stopped; not in the shares above.",
    ),
)
def react_missing(period: Period) -> Rows:
    """Share of 1-3-5 that nobody can judge."""
    one = Case(When(stopped_at__isnull=True, then=Value(1.0)), default=Value(0.0), output_field=FloatField())
    runs = ClockRun.objects.filter(rule__code__in=["react", "set_out", "end_danger"], **period.within("started_at"))
    return runs.annotate(one=one).values_list("pk", "one")


@measure("react_median", of="run", aggregate="median", name=("机动队反应用时中位数", "Mobile teams: median time to react"),
         unit=SECONDS, counter="react_missing", says=("机动队派遣从下达到签收，中位数。", "Dispatched to acknowledged, median."))  # fmt: skip
def react_median(period: Period) -> Rows:
    """How fast a mobile team answers."""
    runs = ClockRun.objects.filter(rule__code="react", stopped_at__isnull=False, **period.within("started_at"))
    told = runs.values_list("pk", "started_at", "stopped_at")
    return [(pk, (end - begun).total_seconds()) for pk, begun, end in told if end is not None]
