"""Measures of problems by their origin: key areas, hazards, silent areas, reform items."""

from __future__ import annotations

from anlan.bulletin.figures.measure import Rows, measure
from anlan.bulletin.figures.period import Period
from anlan.prevention.models import Problem

AREAS = ("处", "areas")


@measure("key_areas", of="problem", name=("挂牌重点地区", "Key areas listed"), unit=AREAS, counter="key_areas_off",
         says=("上级挂牌督办的重点地区。", "Key areas under a superior’s supervision."))  # fmt: skip
def key_areas(period: Period) -> Rows:
    """Count listed areas."""
    return Problem.objects.filter(origin="key_area", **period.within("raised_at")).values_list("pk")


@measure("key_areas_off", of="problem", name=("验收摘牌的重点地区", "Key areas taken off the list"), unit=AREAS,
         counter="key_areas", says=("统计期内列入、取数时已由上级验收摘牌的重点地区；“基本整治”不算。",
                                    'Listed in the period and taken off by the superior; "basically" does not count.'))  # fmt: skip
def key_areas_off(period: Period) -> Rows:
    """Count areas that were accepted."""
    listed = Problem.objects.filter(origin="key_area", **period.within("raised_at"))
    return listed.filter(state="struck_off").values_list("pk")


@measure("hazards", of="problem", name=("巡查发现的隐患", "Hazards found on rounds"), unit=("处", "hazards"),
         counter="hazards_off", says=("巡查发现、列入问题清单的隐患。", "Hazards found on a round and put on the list."))  # fmt: skip
def hazards(period: Period) -> Rows:
    """Count what rounds have found."""
    return Problem.objects.filter(origin="hazard", **period.within("raised_at")).values_list("pk")


@measure("hazards_off", of="problem", name=("已销号的隐患", "Hazards struck off"), unit=("处", "hazards"), counter="hazards",
         says=("统计期内列入、取数时已验收销号的隐患。", "Listed in the period, accepted and struck off since."))  # fmt: skip
def hazards_off(period: Period) -> Rows:
    """Count hazards that are no more."""
    found = Problem.objects.filter(origin="hazard", **period.within("raised_at"))
    return found.filter(state="struck_off").values_list("pk")


@measure("silent_areas", of="problem", name=("列入的静默区", "Silent areas on the list"), unit=AREAS, counter="sites_raised",
         says=("有人居住而无人上报、因此留出名额列入的地方：只按接报排，就只听得见会说的人。",
               "Places with people and no reports that were put on the list by the reserve kept for them: lists fed by "
               "reports alone favour the vocal."))  # fmt: skip
def silent_areas(period: Period) -> Rows:
    """Count the places that nobody spoke for."""
    return Problem.objects.filter(origin="silent_area", **period.within("raised_at")).values_list("pk")


@measure("reform_items", of="problem", name=("共治与改革事项", "Reform items"), unit=("项", "items"), counter="reform_done",
         says=("列入的共治、改革事项。", "Co-governance and reform items on the list."))  # fmt: skip
def reform_items(period: Period) -> Rows:
    """Count reform items."""
    return Problem.objects.filter(origin="reform", **period.within("raised_at")).values_list("pk")


@measure("reform_done", of="problem", name=("完成的共治与改革事项", "Reform items done"), unit=("项", "items"),
         counter="reform_items", says=("其中已销号的。", "Of them, those struck off."))  # fmt: skip
def reform_done(period: Period) -> Rows:
    """Count reform items that are done."""
    items = Problem.objects.filter(origin="reform", **period.within("raised_at"))
    return items.filter(state="struck_off").values_list("pk")
