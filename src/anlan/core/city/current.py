"""Reads of core that others need."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from django.db import connection

from anlan.core.city import revision
from anlan.core.models import City, Organisation

R = TypeVar("R")
_MARK: Final = "revision"
_LATELY: Final = "lately"
_held: ContextVar[dict[str, Any] | None] = ContextVar("city", default=None)


class _Trust:
    """For how long after the mark was read a partner's request takes it as read."""

    lately_s = 0.0


class _Kept:
    """What this process has read, by its reader, and under which mark; replaced as a whole when the mark is another."""

    mark = ""
    values: dict[Callable[[], Any], Any] = {}
    read_at = 0.0


_kept = _Kept()


def city() -> City | None:
    """Return the city of this data directory, or None before `anlan init`; it is read again after a change."""
    return kept(_city)


def city_zone() -> ZoneInfo:
    """Return the zone in which this city writes its days and moments; UTC before `anlan init`."""
    here = city()
    return ZoneInfo(here.zone if here else "UTC")


def organisations() -> tuple[Organisation, ...]:
    """Return the organisations by name, also those that are closed; read once, and shared."""
    return kept(_organisations)


def _organisations() -> tuple[Organisation, ...]:
    return tuple(Organisation.objects.order_by("name"))


def kept(read: Callable[[], R]) -> R:
    """Return what a reader of followed tables reads: once for this process, and again after any process changed them.

    The reader is a function of a module; what it returns is shared, so nobody changes it. What is read after the mark
    has changed, such as by this transaction, is kept for nobody: it may be taken back, and the mark with it.
    """
    global _kept
    mark = read_once(_MARK, _read_mark)
    if not mark:
        return read()
    if (found := _kept).mark != mark:
        found = _Kept()
        found.mark, found.values = mark, {}
        _kept = found
    if read in found.values:
        value: R = found.values[read]
        return value
    value = read()
    if _read_mark() == mark:
        found.values[read] = value
    else:
        forget_city()
    return value


def read_once(name: str, read: Callable[[], R]) -> R:
    """Read something of the city's folder (its calendar, its clocks); within `city_read_once`, only once."""
    held = _held.get()
    if held is None:
        return read()
    if name not in held:
        held[name] = read()
    found: R = held[name]
    return found


@contextmanager
def city_read_once(*, lately: bool = False) -> Iterator[None]:
    """Read what the city's folder holds once for a whole page: each moment on it asks for its zone.

    Within another it goes on with what that one has read. With `lately` what this process knew a moment ago will do;
    who writes then asks again.
    """
    held = _held.get()
    if held is not None and not held.get(_LATELY):
        yield
        return
    is_recent = lately and time.monotonic() - _kept.read_at < _Trust.lately_s
    token = _held.set({_MARK: _kept.mark, _LATELY: True} if is_recent else {})
    try:
        yield
    finally:
        _held.reset(token)


def trust_lately(seconds: float) -> None:
    """Let partners' requests go by what was read so lately, where a writer reads the mark with each batch."""
    _Trust.lately_s = seconds


def forget_city() -> None:
    """Read it again at the next question: after it was changed, and where a write begins or ends."""
    if (held := _held.get()) is not None:
        held.clear()


def _read_mark() -> str:
    mark, found = revision.mark(), _kept
    if mark == found.mark and not connection.in_atomic_block:  # what a transaction changed may be taken back
        found.read_at = time.monotonic()
    return mark


def _city() -> City | None:
    return City.objects.first()
