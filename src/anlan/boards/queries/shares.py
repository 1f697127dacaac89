"""The two shares of the whole city: what was diverted this year, and whom it helped."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import cast

from django.core.cache import cache

from anlan.boards.scope import DAY, Scope
from anlan.core.time.clock import now
from anlan.triage.models import Incident
from anlan.voice.queries import Rate, rate

ASKED_DAYS = 30
KEPT_S = 600  # how long the counts of days that are over are kept


@dataclass(frozen=True)
class Diverted:
    """Incidents handed to whom they belong because they were no matter for the police, since the first of January."""

    since: dt.date
    n: int
    incidents: int
    counted_at: dt.datetime  # when the days that are over were counted

    @property
    def percent(self) -> float | None:
        """Their share of all incidents."""
        return 100 * self.n / self.incidents if self.incidents else None


def diverted(scope: Scope) -> Diverted:
    """Count the year's incidents and those diverted, in the whole city; days that are over are kept for a while."""
    since = scope.day.replace(month=1, day=1)
    over = scope.at if scope.is_whole_day else scope.midnight(scope.day)
    n, incidents, counted_at = _kept(scope.midnight(since), over)
    today, of_today = _diverted(over, scope.at) if over < scope.at else (0, 0)
    return Diverted(since, n + today, incidents + of_today, counted_at)


def _kept(begin: dt.datetime, end: dt.datetime) -> tuple[int, int, dt.datetime]:
    """Return the two counts of a stretch that is over, and when they were counted: a year has a million rows."""
    name = f"boards.diverted:{begin.timestamp():.0f}:{end.timestamp():.0f}"
    found = cache.get_or_set(name, lambda: (*_diverted(begin, end), now()), KEPT_S)
    return cast(tuple[int, int, dt.datetime], found)


def _diverted(begin: dt.datetime, end: dt.datetime) -> tuple[int, int]:
    opened = Incident.objects.filter(opened_at__gte=begin, opened_at__lt=end)
    return opened.filter(diverted=True).count(), opened.count()  # two: the second never leaves its index


@dataclass(frozen=True)
class HelpedShare:
    """What reporters answered, in percent."""

    rate: Rate
    percent: float | None
    low: float | None
    high: float | None


def helped(scope: Scope) -> HelpedShare:
    """Return the share that was helped among those asked in the thirty days up to the day, in the whole city."""
    found = rate(scope.day - ASKED_DAYS * DAY + DAY, scope.day, by=scope.at if scope.is_whole_day else None)
    percent, low, high = (None if share is None else 100 * share for share in (found.share, found.low, found.high))
    return HelpedShare(found, percent, low, high)
