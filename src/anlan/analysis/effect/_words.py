"""The estimate in plain words, Chinese and English, claiming no more than the interval."""

from __future__ import annotations

_WHY = {
    "no storm since": ("no storm has come since", "整治后尚未有降雨"),
    "one storm is not enough": ("one storm is not enough", "整治后只经历一场雨，不足以判断"),
    "nothing to compare": (
        "too few treated or comparable places failed",
        "积过水的已整治点位或对照点位过少",
    ),
    "too few storms since": ("the storms since are too few", "整治后的降雨场次过少"),
    "controls never failed": (
        "the places that were not treated have not failed since either",
        "未整治的点位此后也未再积水，无从比较",
    ),
    "too few treated places": (
        "at least 3 treated places with two failures in earlier storms are needed",
        "整治前至少在两场雨中积过水的已整治点位不足3处",
    ),
}
_READ = {
    "fell": ("fewer failures than places with the same history", "低于积水历史相同的未整治点位"),
    "rose": ("more failures than places with the same history", "高于积水历史相同的未整治点位"),
    "unclear": (
        "this does not tell whether the measure helped",
        "尚不能判断措施是否有效",
    ),
}


def is_chinese(language: str) -> bool:
    """Whether the words are Chinese; they are "zh" or "en"."""
    if language not in {"en", "zh"}:
        raise ValueError(f"language is 'en' or 'zh', not {language!r}")
    return language == "zh"


def not_separable(reason: str | None, storms: float, *, chinese: bool) -> str:
    """Say why nothing can be told, and how many equal storms the failures since are worth."""
    why = _WHY[reason or "nothing to compare"][chinese]
    if chinese:
        return f"无法区分：{why}（整治后的积水相当于{storms:.1f}场同等降雨，至少需要5场）。"
    return f"Not separable: {why} (failures since are worth {storms:.1f} equal storms; at least 5 are needed)."


def none_failed(expected: float, high: float, level: float, base: tuple[int, int, int, int], *, chinese: bool) -> str:
    """Say that no treated place failed since, how many failures were to be expected, and the bound of the ratio."""
    treated, places, before, after = base
    read, percent = _READ["fell" if high < 1 else "unclear"][chinese], f"{100 * level:.0f}"
    if chinese:
        return (
            f"整治后，已整治点位一次也未再积水；若与积水历史相同的未整治点位一样，预计积水{expected:.1f}次"
            f"（频次之比0，{percent}%置信区间上限{high:.2f}；已整治{treated}处，共比较{places}处，"
            f"前{before}场、后{after}场雨）：{read}。"
        )
    return (
        f"After the measure no treated place failed, where {expected:.1f} failures were to be expected "
        f"(ratio 0, {percent} % interval up to {high:.2f}; {treated} treated of {places} places, "
        f"{before} storms before, {after} after): {read}."
    )


def compared(
    verdict: str, ratio: float, interval: tuple[float, float], level: float, base: tuple[int, int, int, int], *,
    chinese: bool,
) -> str:  # fmt: skip
    """Say the ratio with its interval and base: places treated and used, storms before and after."""
    low, high = interval
    treated, places, before, after = base
    read, percent = _READ[verdict][chinese], f"{100 * level:.0f}"
    if chinese:
        return (
            f"整治后，已整治点位再次积水的频次为积水历史相同的未整治点位的{ratio:.2f}倍"
            f"（{percent}%置信区间{low:.2f}—{high:.2f}；已整治{treated}处，共比较{places}处，"
            f"前{before}场、后{after}场雨）：{read}。"
        )
    return (
        f"After the measure the treated places failed {ratio:.2f} times as often as places with the same history "
        f"({percent} % interval {low:.2f} to {high:.2f}; {treated} treated of {places} places, "
        f"{before} storms before, {after} after): {read}."
    )
