"""Measures of places that keep failing."""

from __future__ import annotations

from anlan.bulletin.measuring import Period, Rows, measure
from anlan.hotspots.models import SiteVersion
from anlan.prevention.models import Storm

SITES = ("个", "sites")


@measure("sites", placed=True, of="site", name=("易涝点", "Flood-prone sites"), unit=SITES, counter="waterlogging_reports",
         says=("采用的、覆盖该统计期的研判中，至少两场雨积水的点位；未采用研判的年份没有数。",
               "Sites of an adopted study of this period where water stood in at least two storms; none where no study "
               "was adopted."))  # fmt: skip
def sites(period: Period) -> Rows:
    """Count sites of the adopted study of the period."""
    adopted = SiteVersion.objects.filter(study__adopted_at__isnull=False, place__isnull=False)
    return adopted.filter(study__since=period.since, study__until=period.until).values_list("pk")


@measure(
    "sites_gone",
    of="site",
    name=("消失的点位", "Sites gone"),
    unit=SITES,
    counter="sites",
    says=(
        "采用的研判中不再出现的点位；没有接报不等于治好。",
        "Sites that the adopted study no longer has; no report is no proof.",
    ),
)
def sites_gone(period: Period) -> Rows:
    """Count sites that were not found again."""
    gone = SiteVersion.objects.filter(study__adopted_at__isnull=False, change="gone")
    return gone.filter(study__since=period.since, study__until=period.until).values_list("pk")


@measure("storms_strong", of="storm", name=("强降雨场次", "Strong storms"), unit=("场", "storms"), counter="storm_peak",
         says=("雨峰不低于30毫米/小时的降雨。", "Storms with a peak of at least 30 mm/h."))  # fmt: skip
def storms_strong(period: Period) -> Rows:
    """Count the storms that test works."""
    return Storm.objects.filter(peak_mm_h__gte=30, **period.within("start")).values_list("pk")


@measure("storm_peak", of="storm", aggregate="median", name=("雨峰中位数", "Median peak of storms"), unit=("毫米/小时", "mm/h"),
         counter="storms_strong", says=("统计期内各场雨的雨峰，中位数；比较两年要先看雨。",
                                        "Peak of the storms of the period, median: compare the rain before the years."))  # fmt: skip
def storm_peak(period: Period) -> Rows:
    """How hard it rained."""
    return Storm.objects.filter(**period.within("start")).values_list("pk", "peak_mm_h")
