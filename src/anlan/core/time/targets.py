"""How long a clock allows, from when on and why: an operator's change, and what the folder's clocks.csv says anew."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, NamedTuple

from django.db.models import Count

from anlan.core import ledger
from anlan.core.city.areas import local_day
from anlan.core.city.current import city_zone, forget_city
from anlan.core.ledger.verbs import verb
from anlan.core.models import City, ClockRule, ClockRun, ClockTarget, Timing
from anlan.core.models.clock import REASON
from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.core.refusals import Refused
from anlan.core.time.clock import stamp
from anlan.core.time.rule_checks import LONGEST_S
from anlan.core.time.rules import DAY_S, Counting

KIND: Final = "core.clocks_set"
Seen = Mapping[str, tuple[int, str]]  # by clock, what a page showed as its time before


class Change(NamedTuple):
    """A clock whose time becomes another one from a moment on, and how many of its runs are open meanwhile."""

    rule: ClockRule
    before: Timing
    after: Timing
    running: int
    next: ClockTarget | None  # a change that begins later, and takes over then

    @property
    def is_longer(self) -> bool:
        """Whether the same work looks better from then on."""
        return self.after.target_s > self.before.target_s


@verb("core.clocks.set_targets")
def set_targets(
    *, targets: Mapping[str, int], valid_from: dt.date, reason: str, reason_en: str = "", seen: Seen | None = None,
    actor: Actor, at: dt.datetime, key: str | None = None,
) -> list[str]:  # fmt: skip
    """Let clocks allow another time, in seconds, from the beginning of a day on; return which ones changed.

    What begins before keeps its time. A page says what it showed as `seen`: had it changed meanwhile, nothing is set.
    """
    actor.require(Role.OPERATOR)
    list(City.objects.select_for_update().all())  # as the folder's load does: one of the two comes first
    changes = changes_of(targets, valid_from, at=at)
    if seen is not None and {change.rule.code: change.before for change in changes} != dict(seen):
        raise Refused("clocks_set_meanwhile")
    if not reason.strip():
        raise Refused("clock_reason_missing", "reason")
    words = {"reason": reason.strip(), "reason_en": reason_en.strip()}
    for name, typed in words.items():
        if len(typed) > REASON:
            raise Refused("clock_reason_too_long", name, most=REASON)
    moment = begin_of(valid_from)
    for change in changes:
        _keep(change.rule, moment, change.before, change.after, **words)
    ledger.append(KIND, actor=actor, at=at, subject="city:clocks", payload={
        "valid_from": stamp(moment), "words": words_hash(**words), "clocks": [_entered(change) for change in changes],
    })  # fmt: skip
    forget_city()
    return [change.rule.code for change in changes]


def words_hash(reason: str, reason_en: str) -> str:
    """Return the hash of a reason as the entry has it; the ledger itself holds no free words.

    It needs no salt: a reason is printed for everybody beside the figures.
    """
    return hashlib.sha256(ledger.canonical([reason, reason_en]).encode()).hexdigest()


def changes_of(targets: Mapping[str, int], valid_from: dt.date, *, at: dt.datetime) -> list[Change]:
    """Return what setting these times would change, in the order of the clocks, or say why it cannot be."""
    if valid_from <= local_day(at):  # a day that has begun holds what began by the old time
        raise Refused("clock_day_begun", "valid_from")
    rules = {rule.code: rule for rule in settable()}
    if unknown := sorted(targets.keys() - rules):
        raise Refused("clock_unknown", field_of(unknown[0]), code=unknown[0])
    moment, running = begin_of(valid_from), running_by_clock()
    found = []
    for code, rule in rules.items():
        before = rule.timing(moment)
        if code not in targets or targets[code] == before.target_s:
            continue
        _require_possible(code, targets[code], before.counting)
        after = Timing(targets[code], before.counting)
        found.append(Change(rule, before, after, running.get(rule.pk, 0), next_of(rule, moment)))
    if not found:
        raise Refused("clocks_unchanged")
    return found


def settable() -> list[ClockRule]:
    """Return the clocks that run and have a time of their own; of the others a person chooses each date."""
    rules = ClockRule.objects.filter(active=True).prefetch_related("targets").order_by("code")
    return [rule for rule in rules if rule.target_s or rule.history]


def running_by_clock() -> dict[int, int]:
    """Return how many runs of each clock are open."""
    rows = ClockRun.objects.running().order_by().values_list("rule").annotate(n=Count("pk"))
    return dict(rows)


def begin_of(day: dt.date) -> dt.datetime:
    """Return the first moment of a day in the city's zone."""
    return dt.datetime.combine(day, dt.time(), city_zone())


def field_of(code: str) -> str:
    """Return the name of the field in which a clock's time is typed."""
    return f"clock_{code}"


def next_of(rule: ClockRule, at: dt.datetime) -> ClockTarget | None:
    """Return the first change of a clock's time that begins after a moment."""
    return next((change for change in rule.history if change.valid_from > at), None)


def apart(at: dt.datetime) -> list[tuple[ClockRule, Timing]]:
    """Return the clocks that allow another time than the city's folder says, with what holds at a moment."""
    held = [(rule, rule.timing(at)) for rule in settable() if rule.history]
    return [(rule, timing) for rule, timing in held if timing != (rule.target_s, rule.counting)]


@contextmanager
def folder_changes(at: dt.datetime) -> Iterator[list[dict[str, Any]]]:
    """Keep what a folder that is loaded meanwhile says anew of known clocks, from now on; give it for the entry.

    A line of the folder that says what it said before changes nothing: what an operator set goes on.
    """
    before = {rule.pk: (rule.target_s, rule.counting) for rule in ClockRule.objects.all()}
    entered: list[dict[str, Any]] = []
    yield entered
    running = running_by_clock()
    for rule in ClockRule.objects.filter(pk__in=before).prefetch_related("targets"):
        said, after = Timing(*before[rule.pk]), Timing(rule.target_s, rule.counting)
        if said == after:
            continue
        held = rule.timing(at) if rule.history else said
        if held != after:
            _keep(rule, at, held, after)
            entered.append(_entered(Change(rule, held, after, running.get(rule.pk, 0), None)))
    forget_city()


def _keep(rule: ClockRule, moment: dt.datetime, before: Timing, after: Timing, **words: str) -> None:
    ClockTarget.objects.create(
        rule=rule, valid_from=moment, target_s=after.target_s, counting=after.counting, before_s=before.target_s,
        before_counting=before.counting, **words,
    )  # fmt: skip


def _entered(change: Change) -> dict[str, Any]:
    (before_s, before), (target_s, counting) = change.before, change.after
    return {"clock": change.rule.code, "before_s": before_s, "before_counting": before, "target_s": target_s,
            "counting": counting, "running": change.running}  # fmt: skip


def _require_possible(code: str, target_s: int, counting: str) -> None:
    if not 0 < target_s <= LONGEST_S:
        raise Refused("clock_time_impossible", field_of(code))
    if counting != Counting.HOURS and target_s % DAY_S:
        raise Refused("clock_days_whole", field_of(code))
