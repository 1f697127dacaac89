"""What becomes of what a reporter says later: a later stage puts it to whoever deals with the first report.

Intake receives it. A later stage registers with `joins`, as it tells its part of the tracking page with `tells`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from anlan.intake.models import Report

Join = Callable[[Report, Report, dt.datetime], None]
_joins: list[Join] = []


def joins(join: Join) -> Join:
    """Register what a stage does with the first report, what was added to it, and when; in the same transaction."""
    _joins.append(join)
    return join


def join(first: Report, added: Report, at: dt.datetime) -> None:
    """Let the later stages have what was added to a report."""
    for each in _joins:
        each(first, added, at)
