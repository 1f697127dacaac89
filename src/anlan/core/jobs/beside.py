"""What goes on beside the worker's own turns, again and again: a later stage registers it."""

from __future__ import annotations

from collections.abc import Callable

Act = Callable[[], bool]
BESIDE: list[Act] = []


def beside(act: Act) -> Act:
    """Register what the worker does every few seconds in a thread of its own; it answers whether it did something."""
    BESIDE.append(act)
    return act
