"""What the clocks behind a figure allowed in its days: its definition says so, and whether two years compare."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from anlan.bulletin.figures.period import Period
from anlan.core.models import ClockRule, ClockTarget, Timing
from anlan.core.time.vocabulary import spelled
from anlan.core.words import local


def is_comparable(clocks: Sequence[str], period: Period, before: Period) -> bool:
    """Whether each clock allowed one time and the same in both periods."""
    return all(len(_times(rule, period) | _times(rule, before)) == 1 for rule in _rules(clocks))


def allowed_in(clocks: Sequence[str], period: Period) -> tuple[str, str]:
    """Say what one clock allowed, or which of many allowed another time from when on; in Chinese and in English.

    The days begin with those of the base: what changed since its beginning is why the two are not compared.
    """
    rules = _rules(clocks)
    if len(clocks) == 1:
        found = [_history(rule, period) for rule in rules]
        return "".join(f"规定时限：{zh}。" for zh, _en in found), " ".join(f"Time allowed: {en}." for _zh, en in found)
    changed = [(rule, *_history(rule, period)) for rule in rules if _changes(rule, period)]
    return (
        "".join(f"期限有调整：{rule.name}{zh}。" for rule, zh, _en in changed),
        " ".join(f"A time was changed: {rule.name_en or rule.name} {en}." for rule, _zh, en in changed),
    )


def _rules(clocks: Sequence[str]) -> list[ClockRule]:
    return list(ClockRule.objects.filter(code__in=clocks).prefetch_related("targets").order_by("code"))


def _times(rule: ClockRule, period: Period) -> set[Timing]:
    return set(rule.timings(period.begins, period.ends - dt.timedelta.resolution))


def _changes(rule: ClockRule, period: Period) -> list[ClockTarget]:
    """Return the changes that came to hold from the beginning of the base to the end of the period."""
    since = period.year_before().begins
    held, found = rule.timing(since), []
    for change in rule.history:
        if since < change.valid_from < period.ends and rule.timing(change.valid_from) == change.after != held:
            found.append(change)
            held = change.after
    return found


def _history(rule: ClockRule, period: Period) -> tuple[str, str]:
    changes = _changes(rule, period)
    first = spelled(rule.timing(period.year_before().begins if changes else period.begins))
    written = [first, *map(_written, changes)]
    return "；".join(zh for zh, _en in written), "; ".join(en for _zh, en in written)


def _written(change: ClockTarget) -> tuple[str, str]:
    moment, (zh, en) = local(change.valid_from), spelled(change.after)
    begun = f"{moment:%Y-%m-%d}" if moment.time().isoformat() == "00:00:00" else f"{moment:%Y-%m-%d %H:%M}"
    reason, reason_en = change.reason or "城市配置", change.reason_en or change.reason or "the city's folder"
    return f"自{begun}起{zh}（{reason}）", f"from {begun} on {en} ({reason_en})"
