"""Reads of core that others need."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from anlan.core.models import City

R = TypeVar("R")
_held: ContextVar[dict[str, Any] | None] = ContextVar("city", default=None)


def city() -> City | None:
    """Return the city of this data directory, or None before `anlan init`; within `city_read_once`, read once."""
    return read_once("city", City.objects.first)


def city_zone() -> ZoneInfo:
    """Return the zone in which this city writes its days and moments; UTC before `anlan init`."""
    here = city()
    return ZoneInfo(here.zone if here else "UTC")


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
def city_read_once() -> Iterator[None]:
    """Read what the city's folder holds once for a whole page: each moment on it asks for its zone."""
    token = _held.set({})
    try:
        yield
    finally:
        _held.reset(token)


def forget_city() -> None:
    """Read it again at the next question, after it was changed."""
    if (held := _held.get()) is not None:
        held.clear()
