"""The one place that asks what time it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

_frozen: dt.datetime | None = None


def now() -> dt.datetime:
    """Return the present moment, aware, in UTC."""
    return _frozen or dt.datetime.now(dt.UTC)


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
    return at.astimezone(dt.UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
