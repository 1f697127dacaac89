"""Reads of core that others need."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from anlan.core.models import City

_held: ContextVar[dict[str, City | None] | None] = ContextVar("city", default=None)


def city() -> City | None:
    """Return the city of this data directory, or None before `anlan init`; within `city_read_once`, read once."""
    held = _held.get()
    if held is None:
        return City.objects.first()
    if "city" not in held:
        held["city"] = City.objects.first()
    return held["city"]


@contextmanager
def city_read_once() -> Iterator[None]:
    """Read the city once for a whole page: each moment on it asks for its zone."""
    token = _held.set({})
    try:
        yield
    finally:
        _held.reset(token)


def forget_city() -> None:
    """Read it again at the next question, after it was changed."""
    if (held := _held.get()) is not None:
        held.clear()
