"""Clocks are data: what happens to a matter starts and stops whichever rules the city has for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from django.db.models import Q

from anlan.core.city.current import city_zone, kept
from anlan.core.models import ClockRule, ClockRun, Organisation
from anlan.core.refusals import Refused
from anlan.core.time.calendar import working_calendar
from anlan.core.time.expiry import expire
from anlan.core.time.rules import due, due_after_pause, is_lapsed


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
    rules = _rules()
    running = ClockRun.objects.running().filter(subject=subject)
    stopped = [rule.pk for rule in rules if rule.stops_with(kind)]
    if stopped:
        running.filter(_not_lapsed(rules, at), rule_id__in=stopped).update(stopped_at=at)
    if still is not None:
        waiting = [rule.pk for rule in rules if rule.effect or rule.may_stop_with(still)]
        running.exclude(rule_id__in=waiting).update(missing_at=at)
    known = {name: value for name, value in facts.items() if value is not None}
    for rule in rules:
        if rule.active and rule.starts_with(kind) and rule.applies_to(known):
            _start(rule, subject, at, holder, None)


def start(
    rule: str, *, subject: str, at: dt.datetime, holder: Organisation | None, due_at: dt.datetime | None = None
) -> ClockRun:
    """Start a rule's clock on a matter, up to a moment that a person chose or else its target; a run goes on as it is.

    Inside the verb that leaves the entry. What is started by a rule's own kinds of entries is `heard`. A run that is
    due at another moment than the chosen one is not moved by starting it again: that is `renew`.
    """
    found = ClockRule.objects.filter(code=rule, active=True).first()
    if found is None:
        raise Refused("clock_unknown", code=rule)
    if due_at is not None and due_at <= at:
        raise Refused("due_in_past", "due_at")
    if due_at is None and not found.timing(at).target_s:
        raise Refused("due_missing", "due_at", code=rule)
    run = _start(found, subject, at, holder, due_at)
    if due_at is not None and run.due_at != due_at:
        raise Refused("clock_runs", "due_at", code=rule)
    return run


def _start(
    rule: ClockRule, subject: str, at: dt.datetime, holder: Organisation | None, due_at: dt.datetime | None
) -> ClockRun:
    if rule.effect:  # what has lapsed ends before what begins, also where the worker has not come yet
        for pk in ClockRun.objects.lapsed(at).filter(rule=rule, subject=subject).values_list("pk", flat=True):
            expire(pk, at=at)
    owner = Organisation.objects.filter(code=rule.owner).first() if rule.owner else holder
    until = due_at or due(at, *rule.timing(at), working_calendar(), city_zone())
    values = {"organisation": owner, "started_at": at, "due_at": until}
    run, _ = ClockRun.objects.get_or_create(
        rule=rule, subject=subject, stopped_at=None, missing_at=None, expired_at=None, defaults=values
    )
    return run


def renew(rule: str, *, subject: str, at: dt.datetime, due_at: dt.datetime) -> ClockRun:
    """Put off when a running clock is due, also one that is late; inside the verb that leaves the entry.

    What has lapsed cannot be renewed. Nor can what stands still: counting on would move the chosen moment again.
    """
    running = ClockRun.objects.running().filter(rule__code=rule, subject=subject)
    run = running.select_related("rule").select_for_update(of=("self",)).first()
    if run is None or (run.rule.effect and is_lapsed(run.due_at, run.paused_at, at)):
        raise Refused("clock_lapsed", code=rule)
    if run.paused_at is not None:
        raise Refused("clock_paused", code=rule)
    if due_at <= run.due_at:
        raise Refused("renewal_not_later", "due_at")
    if due_at <= at:  # of what is late already
        raise Refused("due_in_past", "due_at")
    run.due_at = due_at
    run.save(update_fields=["due_at"])
    return run


def in_force(subject: str, rule: str, at: dt.datetime) -> bool:
    """Whether a clock on a matter has begun and its time was not up at a moment, whether or not the worker has come."""
    return ClockRun.objects.standing(at).filter(subject=subject, rule__code=rule).exists()


def pause(*, subject: str, at: dt.datetime) -> int:
    """Stop counting on a matter until `resume`; return how many clocks were running. What has lapsed stays so."""
    running = ClockRun.objects.running().filter(_not_lapsed(_rules(), at), subject=subject, paused_at=None)
    return running.update(paused_at=at)


def resume(*, subject: str, at: dt.datetime) -> int:
    """Count on: what was due comes later by as long as it stood still, as its rule counts."""
    running = ClockRun.objects.running().filter(subject=subject, paused_at__isnull=False)
    paused = list(running.select_related("rule").select_for_update(of=("self",)))
    for run in paused:
        assert run.paused_at is not None
        counting, calendar = run.rule.timing(run.started_at).counting, working_calendar()
        run.due_at = due_after_pause(run.due_at, run.paused_at, at, counting, calendar, city_zone())
        run.paused_at = None
        run.save(update_fields=["due_at", "paused_at"])
    return len(paused)


class Rules(NamedTuple):
    """A city's rules, shared by all who ask; one that is gone still runs out."""

    by_key: dict[int, ClockRule]
    by_code: dict[str, ClockRule]


def city_rules() -> Rules:
    """Return the city's rules, read once."""
    return kept(_read_rules)


def _read_rules() -> Rules:
    rules = list(ClockRule.objects.prefetch_related("targets"))
    return Rules({rule.pk: rule for rule in rules}, {rule.code: rule for rule in rules})


def _rules() -> Collection[ClockRule]:
    return city_rules().by_key.values()


def ruled(runs: Iterable[ClockRun]) -> Iterator[ClockRun]:
    """Give runs their rules: a city has a dozen, and a page hundreds of runs. One that is newer is read when asked."""
    rules = city_rules().by_key
    for run in runs:
        if run.rule_id in rules:
            run.rule = rules[run.rule_id]
        yield run


def _not_lapsed(rules: Iterable[ClockRule], at: dt.datetime) -> Q:
    """Return what leaves to its effect whatever expired by then: no later stop or pause undoes that.

    Asked of the run's own columns, so that PostgreSQL asks again of a row that it had to wait for.
    """
    expiring = [rule.pk for rule in rules if rule.effect]
    return ~Q(rule_id__in=expiring) | Q(paused_at__isnull=False) | Q(due_at__gt=at, expired_at=None)


def running_on(subject: str) -> list[ClockRun]:
    """Return the clocks that run on a matter, the one due first before the others."""
    return list(
        ClockRun.objects.running().filter(subject=subject).select_related("rule", "organisation").order_by("due_at")
    )
