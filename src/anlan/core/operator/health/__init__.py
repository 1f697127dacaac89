"""How Anlan itself does, line by line, what is worst first: one source for page, command and monitor."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.core.cache import cache
from django.utils.translation import get_language

from anlan.core.operator.health import chain, house, machine, work
from anlan.core.operator.health.line import WORST, Line, Way

__all__ = ["WORST", "Line", "Way", "health", "stopped"]

FRESH: Final = dt.timedelta(seconds=20)  # the rail asks on every page of Today, and twice a minute in each tab


def health(at: dt.datetime) -> list[Line]:
    """Return all lines, what is worst first, as they stand now."""
    lines = [*chain.lines(at), *work.lines(at), *machine.lines(at), *house.lines(at)]
    cache.set(_key(), (at, [line for line in lines if line.mark == "late"]), timeout=None)
    return sorted(lines, key=lambda line: WORST.index(line.mark))


def stopped(at: dt.datetime) -> list[Line]:
    """Return what had stopped when this process looked last: a few seconds ago at most."""
    looked, lines = cache.get(_key(), (None, []))
    if looked is None or not at - FRESH < looked <= at:
        return [line for line in health(at) if line.mark == "late"]
    return list(lines)


def _key() -> str:
    return f"health.stopped.{get_language()}"  # lines are words
