"""The estimate in plain words, Chinese and English, claiming no more than the interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from anlan.analysis.effect import EffectEstimate

_WHY = {
    "no storm since": ("no storm has come since", "此后尚未有降雨过程"),
    "one storm is not enough": ("one storm is not enough", "仅经历一场雨，不足以判断"),
    "nothing to compare": (
        "too few treated or comparable places failed",
        "发生问题的治理点位或可比点位过少",
    ),
    "too few storms since": ("the storms since are too few", "此后的降雨场次过少"),
}
_READ = {
    "fell": ("fewer failures than places with the same history", "低于有相同历史的其他点位"),
    "rose": ("more failures than places with the same history", "高于有相同历史的其他点位"),
    "unclear": (
        "this does not tell whether the measure helped",
        "尚不能判断措施是否有效",
    ),
}


def sentence_of(found: EffectEstimate, language: str) -> str:
    """Return one or two sentences; "zh" or "en"."""
    if language not in {"en", "zh"}:
        raise ValueError(f"language is 'en' or 'zh', not {language!r}")
    chinese = language == "zh"
    if found.ratio is None or found.low is None or found.high is None:
        why = _WHY[found.reason or "nothing to compare"][chinese]
        storms = f"{found.effective_after_storms:.1f}"
        if chinese:
            return f"无法区分：{why}（此后的失效相当于{storms}场同等降雨，至少需要5场）。"
        return f"Not separable: {why} (failures since are worth {storms} equal storms; at least 5 are needed)."
    base = (found.treated_used, found.places_used, found.before_storms, found.after_storms)
    level = f"{100 * found.parameters['level']:.0f}"
    read = _READ[found.verdict][chinese]
    if chinese:
        return (
            f"措施之后，治理点位失效的频次是有相同历史的其他点位的{found.ratio:.2f}倍"
            f"（{level}%置信区间{found.low:.2f}—{found.high:.2f}；{base[0]}处治理点位，共{base[1]}处，"
            f"前{base[2]}场、后{base[3]}场雨）：{read}。"
        )
    return (
        f"After the measure the treated places failed {found.ratio:.2f} times as often as places with the same history "
        f"({level} % interval {found.low:.2f} to {found.high:.2f}; {base[0]} treated of {base[1]} places, "
        f"{base[2]} storms before, {base[3]} after): {read}."
    )
