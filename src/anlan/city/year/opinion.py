"""What the civic hotline's callers raise again and again: counted from the reports of a quarter."""

from __future__ import annotations

import datetime as dt
from typing import Final

import numpy as np

from anlan.city.works.matters import Matter
from anlan.core.city.areas import area_index, local_day
from anlan.core.models import Area, AreaVersion
from anlan.intake.models import Report
from anlan.prevention.models import Problem

MOST: Final = 5  # matters a quarter
SUBJECTS: Final = {  # category: theme, words in both languages, what is done
    "noise": ("noise", "夜间施工与广场噪声扰民", "noise at night from sites and squares", "划定安静时段，装噪声显示屏"),
    "parking": ("parking", "停车难与占道停车", "nowhere to park, cars on the pavement", "增划错时泊位，修订禁停标线"),
    "utilities": ("supply", "停水停电反复发生", "water and power fail again and again", "更换老旧管线，公布停供计划"),
    "danger_spot": ("spots", "井盖护栏缺损修复慢", "broken covers and rails, mended late", "建立缺损24小时修复流程"),
    "stray_dog": ("dogs", "犬只散养与不拴绳", "dogs loose or without a leash", "设免疫登记点，划定遛犬时段"),
    "consumer": ("consumer", "预付卡消费退款难", "refunds of prepaid cards", "建立预付资金台账，限期退款"),
}  # fmt: skip
DISTRICTS: Final = {Area.Kind.DISTRICT, Area.Kind.COUNTY_CITY}


def raised_by_callers(since: dt.datetime, until: dt.datetime, quarter: str) -> list[Matter]:
    """Return the subjects that the hotline's callers told of most in a quarter, each where most did and none stands."""
    versions, _ = area_index(local_day(until))
    worst: dict[str, tuple[int, int]] = {}
    for (category, area), count in sorted(_counts(since, until).items()):
        if not _stands(category, versions[area]):
            worst[category] = max(worst.get(category, (0, 0)), (count, area))
    most = sorted(worst.items(), key=lambda subject: -subject[1][0])[:MOST]
    return [_matter(category, versions[area], count, quarter) for category, (count, area) in most]


def _stands(category: str, area: AreaVersion) -> bool:
    return Problem.objects.open().filter(origin="opinion", title__startswith=_subject(category, area)).exists()


def _subject(category: str, area: AreaVersion) -> str:
    return f"{area.name}：{SUBJECTS[category][1]}"


def _counts(since: dt.datetime, until: dt.datetime) -> dict[tuple[str, int], int]:
    calls = Report.objects.filter(channel="hotline_12345", category__code__in=SUBJECTS, lon__isnull=False,
                                 received_at__gte=since, received_at__lt=until)  # fmt: skip
    rows = list(calls.values_list("category__code", "lon", "lat"))
    if not rows:
        return {}
    codes, lon, lat = zip(*rows, strict=True)
    versions, index = area_index(local_day(until))
    points, areas = index.assign(np.array(lon), np.array(lat))
    counts: dict[tuple[str, int], int] = {}
    for point, area in zip(points, areas, strict=True):
        if versions[area].area.kind in DISTRICTS:
            counts[codes[point], int(area)] = counts.get((codes[point], int(area)), 0) + 1
    return counts


def _matter(category: str, area: AreaVersion, count: int, quarter: str) -> Matter:
    theme, _, words_en, works = SUBJECTS[category]
    return Matter("opinion", theme, f"{_subject(category, area)}（{quarter}12345来电{count}件）",
                  f"{area.name_en}: {words_en} ({count} calls to 12345)", area.area.code, works)  # fmt: skip
