"""The one place that asks what time it is: the machine's, or the simulated city's own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

_frozen: dt.datetime | None = None
_ahead = dt.timedelta(0)  # of the machine's clock; only `simulated.begin` moves it


def now() -> dt.datetime:
    """Return the present moment of the city, aware, in UTC."""
    return _frozen or dt.datetime.now(dt.UTC) + _ahead


def wall() -> dt.datetime:
    """Return what the machine's clock shows: for waits and files, which go on while a simulated city stands still."""
    return _frozen or dt.datetime.now(dt.UTC)


def latest(at: dt.datetime) -> dt.datetime:
    """Return up to when a time that somebody tells at that moment does not lie in the future.

    Partners of a simulated city keep the machine's time: what they stamp with the real present is no mistake.
    """
    return max(at, wall()) if _ahead else at


def ahead() -> dt.timedelta:
    """Return by how much the city's time is ahead of the machine's: nothing, unless the city is simulated."""
    return _ahead


def set_ahead(by: dt.timedelta) -> None:
    """Let this process live at another time than the machine."""
    global _ahead
    _ahead = by


@contextmanager
def frozen(at: dt.datetime) -> Iterator[None]:
    """Hold the clock at a moment, for tests and for the simulated city."""
    global _frozen
    before, _frozen = _frozen, at
    try:
        yield
    finally:
        _frozen = before


def stamp(at: dt.datetime) -> str:
    """Write a moment as the ledger keeps it: UTC, microseconds, the same text on every database."""
    return _written(at if at.tzinfo is dt.UTC else at.astimezone(dt.UTC))


@lru_cache(1024)  # of one batch most are the same; in UTC, for an hour that comes twice is equal to itself
def _written(at: dt.datetime) -> str:
    return at.isoformat(timespec="microseconds")[:-6] + "Z"
