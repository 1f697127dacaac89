"""The one door of what is said now: a later stage makes more of a live report than that it is received."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

Take = Callable[..., dict[str, Any]]
Again = Callable[[int, dt.datetime], object]
_takes: dict[str, Take] = {}
_tells_of: list[Callable[[int], bool]] = []
_counts_again: list[Again] = []


def takes(single: Take, many: Take) -> None:
    """Register the verbs that take one live report, and many: those of receiving, and what follows from them."""
    _takes.update(single=single, many=many)


def tells_of(asked: Callable[[int], bool]) -> Callable[[int], bool]:
    """Register what says whether a stored report tells of something that somebody holds."""
    _tells_of.append(asked)
    return asked


def counts_again(taken: Again) -> Again:
    """Register what a stage does with a live report that was said to carry nothing and counts after all."""
    _counts_again.append(taken)
    return taken


def receive(**report: Any) -> dict[str, Any]:
    """Take one live report, as `receive_report` does, in the transaction of what becomes of it."""
    return _takes["single"](**report)


def receive_many(**batch: Any) -> dict[str, Any]:
    """Take many live reports, as `receive_reports` does."""
    return _takes["many"](**batch)


def is_held(report_id: int) -> bool:
    """Whether a report tells of something that somebody holds."""
    return any(asked(report_id) for asked in _tells_of)


def take_again(report_id: int, at: dt.datetime) -> None:
    """Let the later stages have a report that counts again, in the same transaction."""
    for taken in _counts_again:
        taken(report_id, at)
