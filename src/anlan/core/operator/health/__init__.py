"""How Anlan itself does, line by line, what is worst first: one source for page, command and monitor."""

from __future__ import annotations

import datetime as dt

from anlan.core.operator.health import chain, house, machine, work
from anlan.core.operator.health.line import WORST, Line, Way

__all__ = ["WORST", "Line", "Way", "health", "stopped"]


def health(at: dt.datetime) -> list[Line]:
    """Return all lines, what is worst first."""
    lines = [*chain.lines(at), *work.lines(at), *machine.lines(at), *house.lines(at)]
    return sorted(lines, key=lambda line: WORST.index(line.mark))


def stopped(at: dt.datetime) -> list[Line]:
    """Return what has stopped."""
    return [line for line in health(at) if line.mark == "late"]
