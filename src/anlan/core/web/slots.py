"""Named places in earlier pages that later stages fill, and the rail that leads to the stages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from anlan.core.people.actors import Actor

Fill = Callable[[dict[str, Any]], str]


@dataclass(frozen=True)
class Stop:
    """One stage on the rail: its character, its words, its first page and who sees it."""

    order: int
    char: str
    label: str | Promise
    url_name: str
    roles: frozenset[str]
    app_name: str


_fills: dict[str, list[tuple[int, Fill]]] = {}
_rail: list[Stop] = []


def fill(name: str, *, order: int = 100) -> Callable[[Fill], Fill]:
    """Register a function that gets the page's context and returns safe HTML for the named slot."""

    def register(function: Fill) -> Fill:
        _fills.setdefault(name, []).append((order, function))
        _fills[name].sort(key=lambda pair: pair[0])
        return function

    return register


def filled(name: str, context: dict[str, Any]) -> list[str]:
    """Return what the later stages put into a slot, in order."""
    return [function(context) for _, function in _fills.get(name, [])]


def rail(order: int, char: str, label: str | Promise, url_name: str, roles: set[str]) -> None:
    """Put a stage on the rail."""
    _rail.append(Stop(order, char, label, url_name, frozenset(roles), url_name.split(":")[0]))
    _rail.sort(key=lambda stop: stop.order)


def rail_for(actor: Actor) -> list[Stop]:
    """Return the stages that an actor may enter."""
    return [stop for stop in _rail if stop.roles & actor.roles]
