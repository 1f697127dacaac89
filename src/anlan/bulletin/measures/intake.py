"""Measures of what was heard."""

from __future__ import annotations

from django.db.models import Q
from django.db.models.query import QuerySet

from anlan.bulletin.figures.drawn import AT_ONCE, whole_seconds
from anlan.bulletin.figures.measure import Absent, Rows, measure
from anlan.bulletin.figures.period import Period
from anlan.bulletin.measures.shares import PERCENT, share
from anlan.intake.channels import Channel
from anlan.intake.models import Category, Report
from anlan.intake.states import COUNTED

REPORTS = ("件", "reports")
SECONDS = ("秒", "s")
COUNTS = Q(validity__in=COUNTED)


def _reports(period: Period) -> QuerySet[Report]:
    return Report.objects.filter(**period.within("received_at"))


@measure("reports", of="report", name=("接报量", "Reports"), unit=REPORTS, counter="valid_share",
         says=("统计期内接报时间在内的全部接报，含重复、误拨与骚扰来电；一件接报是一个来源说的一次。",
               "All reports received in the period, repeats, misdials and nuisance calls included; one report is one "
               "telling by one source."))  # fmt: skip
def reports(period: Period) -> Rows:
    """Count all reports."""
    return _reports(period).values_list("pk")


@measure("valid_share", of="report", aggregate="share", name=("有效接报占比", "Share of valid reports"), unit=PERCENT,
         counter="reports", says=("有效与重复接报占全部接报的比例。", "Valid and repeat reports, of all reports."))  # fmt: skip
def valid_share(period: Period) -> Rows:
    """Share of reports that tell of something."""
    return share(_reports(period), COUNTS)


@measure("repeat_share", of="report", within="reports", aggregate="share", name=("重复接报占比", "Share of repeats"), unit=PERCENT,
         counter="reports", says=("重复接报占有效与重复接报的比例；重复接报是证据，不删除。",
                                  "Repeats, of valid and repeat reports; a repeat is evidence and stays."))  # fmt: skip
def repeat_share(period: Period) -> Rows:
    """Share of reports that tell of what was told already."""
    return share(_reports(period).filter(COUNTS), Q(validity="repeat"))


@measure("empty_share", of="report", aggregate="share", name=("误拨与骚扰来电占比", "Share of misdials and nuisance"),
         unit=PERCENT, counter="valid_share",
         says=("误拨与骚扰来电占全部接报的比例；说的是来电，不是人。",
               "Misdials and nuisance calls, of all reports; said of the call, not of the person."))  # fmt: skip
def empty_share(period: Period) -> Rows:
    """Share of calls without a matter."""
    return share(_reports(period), ~COUNTS)


@measure("hotline_share", of="report", within="reports", aggregate="share", name=("12345热线来件占比", "Share by the civic hotline"),
         unit=PERCENT, counter="reports", revision=2,
         says=("渠道为12345热线的有效接报占比；热线尚未接入的时期没有数。",
               "Valid reports by the hotline, of valid reports; none for a period before it was connected."))  # fmt: skip
def hotline_share(period: Period) -> Rows:
    """Share of reports by the hotline."""
    if not Report.objects.filter(channel="hotline_12345", received_at__lt=period.ends).exists():
        return Absent.NO_CHANNEL
    return share(_reports(period).filter(COUNTS), Q(channel="hotline_12345"))


@measure("located_share", of="report", within="reports", aggregate="share", name=("有定位的接报占比", "Share with a point"), unit=PERCENT,
         counter="waterlogging_reports",
         says=("有经纬度的有效接报占比；没有的只有地点描述。", "Valid reports with a point; others have words only."))  # fmt: skip
def located_share(period: Period) -> Rows:
    """Share of reports that a map can show."""
    return share(_reports(period).filter(COUNTS), Q(lon__isnull=False))


@measure(
    "entry_delay",
    of="report",
    within="repeat_share",
    revision=3,
    aggregate="median",
    name=("录入用时中位数", "Median time to type in"),
    unit=SECONDS,
    counter="entry_delay_p90",
    says=(
        "由人员录入的有效接报（110警情、12345热线、网格员）从接报时间到录入时间，中位数；"
        "导入的清单、对接系统、传感器和上报人自己填写的不计。",
        "From received to entered, median, of valid reports that staff type in (110 calls, the civic hotline, grid "
        "workers); imported lists, partner systems, sensors and what reporters write themselves are left out.",
    ),
)
def entry_delay(period: Period) -> Rows:
    """How long until a report was typed in."""
    return _delays(period)


@measure("entry_delay_p90", of="report", within="repeat_share", revision=3, aggregate="p90", name=("录入用时第90百分位", "90th percentile of time to type in"),
         unit=SECONDS, counter="entry_delay",
         says=("同上，第90百分位：事后补录看得见。", "The same at the 90th percentile, where what was typed in late shows."))  # fmt: skip
def entry_delay_p90(period: Period) -> Rows:
    """How long the slow tenth took at least."""
    return _delays(period)


def _delays(period: Period) -> Rows:
    typed = _reports(period).filter(COUNTS, channel__in=Channel.typed()).values_list("pk", "received_at", "entered_at")
    return ((pk, whole_seconds(entered - received)) for pk, received, entered in typed.iterator(AT_ONCE))


@measure("waterlogging_reports", placed=True, of="report", within="repeat_share", name=("水涝接报", "Waterlogging reports"), unit=REPORTS,
         counter="storms_strong", says=("接报类别为水涝的有效与重复接报。", "Valid and repeat reports of waterlogging."))  # fmt: skip
def waterlogging_reports(period: Period) -> Rows:
    """Count what the miner of flood-prone places reads."""
    if not Category.objects.filter(code="waterlogging").exists():
        return Absent.NO_CATEGORY
    return _reports(period).filter(COUNTS, category__code="waterlogging").values_list("pk")
