"""Clocks are data: what happens to a matter starts and stops whichever rules the city has for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping

from anlan.core.city.current import city_zone, read_once
from anlan.core.models import ClockRule, ClockRun, Organisation
from anlan.core.time.calendar import WorkingCalendar, working_calendar

DAY_S = 86_400
SOON = 0.8


def due(started: dt.datetime, target_s: int, calendar: str, working: WorkingCalendar, zone: dt.tzinfo) -> dt.datetime:
    """Return when a target is up: so many seconds later, or at the end of the last working day, in the city's zone."""
    if calendar == ClockRule.Calendar.ALL:
        return started + dt.timedelta(seconds=target_s)
    last = working.add_working_days(started.astimezone(zone).date(), target_s // DAY_S)
    return dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), zone)


def mark_of(started_at: dt.datetime, due_at: dt.datetime, at: dt.datetime) -> str:
    """Return how a running clock stands: in time, due soon once four fifths of its time are gone, or late."""
    if at >= due_at:
        return "late"
    return "warn" if at - started_at >= SOON * (due_at - started_at) else "calm"


def heard(
    kind: str,
    *,
    subject: str,
    at: dt.datetime,
    holder: Organisation | None,
    facts: Mapping[str, str | None],
    still: Collection[str] | None = None,
) -> None:
    """Start and stop clocks for an entry of this kind about a matter; inside the verb that leaves the entry.

    `facts` are what scopes may ask for (category, zone, unit_kind); `holder` owns a clock whose rule names no owner.
    `still` are the kinds of entries that can come yet: a clock that waits for none of them ends as missing.
    """
    rules = read_once("clocks", lambda: list(ClockRule.objects.all()))  # one that is gone still runs out
    running = ClockRun.objects.running().filter(subject=subject)
    stopped = [rule.pk for rule in rules if rule.stops_with(kind)]
    if stopped:
        running.filter(rule_id__in=stopped).update(stopped_at=at)
    if still is not None:
        waiting = [rule.pk for rule in rules if rule.may_stop_with(still)]
        running.exclude(rule_id__in=waiting).update(missing_at=at)
    known = {name: value for name, value in facts.items() if value is not None}
    for rule in rules:
        if rule.active and rule.starts_with(kind) and rule.applies_to(known):
            start(rule, subject=subject, at=at, holder=holder)


def start(rule: ClockRule, *, subject: str, at: dt.datetime, holder: Organisation | None) -> None:
    """Start a rule's clock on a matter; one that runs already goes on."""
    zone = city_zone()
    owner = Organisation.objects.filter(code=rule.owner).first() if rule.owner else holder
    ClockRun.objects.get_or_create(
        rule=rule,
        subject=subject,
        stopped_at=None,
        missing_at=None,
        defaults={
            "organisation": owner,
            "started_at": at,
            "due_at": due(at, rule.target_s, rule.calendar, working_calendar(), zone),
        },
    )


def pause(*, subject: str, at: dt.datetime) -> int:
    """Stop counting on a matter until `resume`; return how many clocks were running."""
    return ClockRun.objects.running().filter(subject=subject, paused_at=None).update(paused_at=at)


def resume(*, subject: str, at: dt.datetime) -> int:
    """Count on: what was due comes later by as long as it stood still."""
    paused = list(ClockRun.objects.running().filter(subject=subject, paused_at__isnull=False))
    for run in paused:
        assert run.paused_at is not None
        run.due_at += at - run.paused_at
        run.paused_at = None
        run.save(update_fields=["due_at", "paused_at"])
    return len(paused)


def running_on(subject: str) -> list[ClockRun]:
    """Return the clocks that run on a matter, the one due first before the others."""
    return list(
        ClockRun.objects.running().filter(subject=subject).select_related("rule", "organisation").order_by("due_at")
    )
