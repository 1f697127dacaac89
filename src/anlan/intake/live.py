"""The one door of what is said now: a later stage makes more of a live report than that it is received."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Take = Callable[..., dict[str, Any]]
_takes: dict[str, Take] = {}
_tells_of: list[Callable[[int], bool]] = []


def takes(single: Take, many: Take) -> None:
    """Register the verbs that take one live report, and many: those of receiving, and what follows from them."""
    _takes.update(single=single, many=many)


def tells_of(asked: Callable[[int], bool]) -> Callable[[int], bool]:
    """Register what says whether a stored report tells of something that somebody holds."""
    _tells_of.append(asked)
    return asked


def receive(**report: Any) -> dict[str, Any]:
    """Take one live report, as `receive_report` does, in the transaction of what becomes of it."""
    return _takes["single"](**report)


def receive_many(**batch: Any) -> dict[str, Any]:
    """Take many live reports, as `receive_reports` does."""
    return _takes["many"](**batch)


def is_held(report_id: int) -> bool:
    """Whether a report tells of something that somebody holds."""
    return any(asked(report_id) for asked in _tells_of)
