"""Measures of places that keep failing."""

from __future__ import annotations

from django.db.models.query import QuerySet

from anlan.bulletin.figures.measure import Absent, Rows, measure
from anlan.bulletin.figures.period import Period
from anlan.hotspots.models import SiteVersion, Study
from anlan.prevention.models import Storm

SITES = ("个", "sites")


def _studied() -> QuerySet[Study]:
    """Return the adopted studies of water; one of dangerous spots says nothing of floods."""
    return Study.objects.adopted().filter(subject__contains="waterlogging")


def _adopted(period: Period) -> QuerySet[Study]:
    return _studied().filter(since=period.since, until=period.until)


@measure("sites", placed=True, of="site", name=("易涝点", "Flood-prone sites"), unit=SITES, counter="waterlogging_reports",
         revision=2,
         says=("采用的、覆盖该统计期的研判中，至少两场雨积水的点位；没有采用研判的时期没有数，不是零。",
               "Sites of an adopted study of just this period where water stood in at least two storms; without such a "
               "study there is no figure, which is not zero."))  # fmt: skip
def sites(period: Period) -> Rows:
    """Count sites of the adopted study of the period."""
    if not _adopted(period).exists():
        return Absent.NO_STUDY
    return SiteVersion.objects.filter(study__in=_adopted(period), place__isnull=False).values_list("pk")


@measure(
    "sites_gone",
    of="site",
    name=("本期未再出现的点位", "Sites gone"),
    unit=SITES,
    counter="sites",
    revision=2,
    says=(
        "采用的研判与上一次采用的相比，不再出现的点位；没有接报不等于治好。",
        "Sites of the study adopted before that this adopted study no longer has; no report is no proof.",
    ),
)
def sites_gone(period: Period) -> Rows:
    """Count sites that were not found again; a first study has nothing to compare with."""
    if not _adopted(period).exists():
        return Absent.NO_STUDY
    if not _studied().filter(until__lt=period.since).exists():
        return Absent.NO_STUDY_BEFORE
    return SiteVersion.objects.filter(study__in=_adopted(period), change="gone").values_list("pk")


@measure("storms_strong", of="storm", name=("强降雨场次", "Strong storms"), unit=("场", "storms"), counter="storm_peak",
         says=("最大雨强不低于30毫米/小时的降雨。", "Storms with a peak of at least 30 mm/h."))  # fmt: skip
def storms_strong(period: Period) -> Rows:
    """Count the storms that test works."""
    return Storm.objects.filter(peak_mm_h__gte=30, **period.within("start")).values_list("pk")


@measure("storm_peak", of="storm", aggregate="median", name=("最大雨强中位数", "Median peak of storms"), unit=("毫米/小时", "mm/h"),
         counter="storms_strong", says=("统计期内各场雨的最大雨强，中位数；比较两年要先看雨。",
                                        "Peak of the storms of the period, median: compare the rain before the years."))  # fmt: skip
def storm_peak(period: Period) -> Rows:
    """How hard it rained."""
    return Storm.objects.filter(**period.within("start")).values_list("pk", "peak_mm_h")
