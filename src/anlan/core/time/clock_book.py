"""The clocks of many matters at once: the same runs as `clocks.heard` would make entry by entry."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from anlan.core.city.current import city_zone
from anlan.core.models import ClockRule, Organisation
from anlan.core.models.clock import kinds_of
from anlan.core.time.calendar import WorkingCalendar, working_calendar
from anlan.core.time.rules import DAY_S, Counting, due, is_lapsed

Facts = Mapping[str, str | None]
Still = Collection[str] | None


class ClockEvent(NamedTuple):
    """One entry of a matter: its kind, when, whose it then was, what was known of it, and what can come yet."""

    kind: str
    at: dt.datetime
    holder: int | None
    facts: Facts
    still: Still = None


@dataclass
class ClockBook:
    """The city's rules, read once for a batch."""

    zone: ZoneInfo
    working: WorkingCalendar
    owners: Mapping[str, int]
    starts: dict[str, list[ClockRule]] = field(default_factory=dict)
    stops: dict[str, list[ClockRule]] = field(default_factory=dict)
    expiring: set[int] = field(default_factory=set)  # rules with an effect, which the sweep runs
    days: dict[tuple[str, int, dt.date], dt.datetime] = field(default_factory=dict)

    @classmethod
    def now(cls) -> ClockBook:
        """Read the rules that are in force."""
        owners = dict(Organisation.objects.values_list("code", "pk"))
        book = cls(city_zone(), working_calendar(), owners)
        for rule in ClockRule.objects.filter(active=True).prefetch_related("targets"):
            if rule.effect:
                book.expiring.add(rule.pk)
            for kind in kinds_of(rule.start):
                book.starts.setdefault(kind, []).append(rule)
            for kind in kinds_of(rule.stop):
                book.stops.setdefault(kind, []).append(rule)
        return book

    def asks_for(self, name: str) -> bool:
        """Whether any rule's scope asks for this fact."""
        return any(f"{name}=" in rule.scope for rules in self.starts.values() for rule in rules)

    def runs(self, subject: str, events: Iterable[ClockEvent]) -> list[dict[str, Any]]:
        """Return the rows of the runs that the entries of one matter make, in the order of time."""
        running: dict[int, dict[str, Any]] = {}
        ended: list[dict[str, Any]] = []
        for kind, at, holder, facts, still in events:
            for rule in self.stops.get(kind, ()):
                if rule.pk in running and not _is_lapsed(rule, running[rule.pk], at):
                    ended.append(running.pop(rule.pk) | {"stopped_at": at})
            if still is not None and running:
                over = running.keys() - self.expiring - {rule.pk for stop in still for rule in self.stops.get(stop, ())}
                ended += [running.pop(pk) | {"missing_at": at} for pk in sorted(over)]
            for rule in self.starts.get(kind, ()):
                if rule.pk in running and _is_lapsed(rule, running[rule.pk], at):
                    raise ValueError(f"{subject}: {rule.code} lapsed and starts again, which bulk cannot do")
                if rule.pk not in running and (not rule.scope or rule.applies_to(_known(facts))):
                    running[rule.pk] = self._begun(rule, subject, at, holder)
        return [*ended, *running.values()]

    def _begun(self, rule: ClockRule, subject: str, at: dt.datetime, holder: int | None) -> dict[str, Any]:
        return {
            "rule_id": rule.pk,
            "subject": subject,
            "organisation_id": self.owners.get(rule.owner) if rule.owner else holder,
            "started_at": at,
            "due_at": self._due(rule, at),
            "paused_at": None,
            "stopped_at": None,
            "missing_at": None,
            "expired_at": None,
        }

    def _due(self, rule: ClockRule, at: dt.datetime) -> dt.datetime:
        target_s, counting = rule.timing(at)
        if counting == Counting.HOURS:
            return at.astimezone(dt.UTC) + dt.timedelta(seconds=target_s)
        key = (counting, target_s // DAY_S, at.astimezone(self.zone).date())
        if key not in self.days:
            self.days[key] = due(at, target_s, counting, self.working, self.zone).astimezone(dt.UTC)
        return self.days[key]


def _is_lapsed(rule: ClockRule, run: Mapping[str, Any], at: dt.datetime) -> bool:
    return bool(rule.effect) and is_lapsed(run["due_at"], None, at)


def _known(facts: Facts) -> dict[str, str]:
    return {name: value for name, value in facts.items() if value is not None}
