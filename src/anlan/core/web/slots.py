"""Named places in earlier pages that later stages fill, and the rail that leads to the stages."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from anlan.core.people.actors import Actor

Fill = Callable[[dict[str, Any]], str]
# The stretches of the path, in the order of the rail; what stands before them belongs to all.
STRETCHES: Final[dict[str, str | Promise]] = {
    "": "",
    "hear": pgettext_lazy("rail", "Hear"),
    "act": pgettext_lazy("rail", "Act"),
    "prevent": pgettext_lazy("rail", "Prevent"),
    "account": pgettext_lazy("rail", "Account"),
}
FEW: Final = 8  # rooms that stand as tiles; more stand as lines
PINS: Final = 3  # rooms of somebody's own that a telephone keeps under the thumb


@dataclass(frozen=True, eq=False)  # each is declared once, and known by being that one
class Stop:
    """One stage on the rail: its character, its words, its first page, who sees it, its letter after `g`."""

    order: int
    char: str
    label: str | Promise
    url_name: str
    roles: frozenset[str] | None  # none: everybody who is signed in
    app_name: str
    stretch: str
    letter: str
    pinned_for: frozenset[str] = frozenset()  # whose telephone keeps it under the thumb
    first_for: frozenset[str] = frozenset()  # who begins here and not with what waits
    holds: tuple[str, ...] = ()  # how the names of its other pages begin, where its stage has several stops

    def is_open_to(self, actor: Actor) -> bool:
        """Whether somebody may enter."""
        return actor.person_id is not None if self.roles is None else bool(self.roles & actor.roles)


@dataclass(frozen=True)
class Rail:
    """The rail as one person sees it: the stretches with their stops, and which of them a telephone keeps."""

    stretches: tuple[tuple[str | Promise, tuple[Stop, ...]], ...]
    pins: frozenset[str]
    many: bool


_fills: dict[str, list[tuple[int, Fill]]] = {}
_rail: list[Stop] = []
_serves: dict[str, str] = {}
_begins: list[Callable[[Actor], str]] = []


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


def serves(part: str, url_name: str) -> None:
    """Name the address that serves a part of the shell: the `finder` of numbers, the `counter` of what is due."""
    _serves[part] = url_name


def served() -> dict[str, str]:
    """Return the addresses that serve parts of the shell."""
    return dict(_serves)


def rail(
    order: int,
    char: str,
    label: str | Promise,
    url_name: str,
    roles: Collection[str] | None,
    *,
    stretch: str,
    letter: str,
    pinned_for: Collection[str] = (),
    first_for: Collection[str] = (),
    holds: Collection[str] = (),
    room: str = "",
) -> None:
    """Put a stage on the rail, or one room of it under a name of its own; its letter is its own."""
    if any(stop.letter == letter for stop in _rail):
        raise ValueError(f"the letter {letter!r} is taken")
    open_to = None if roles is None else frozenset(roles)
    app_name = room or (url_name.split(":")[0] if stretch else url_name)
    _rail.append(
        Stop(order, char, label, url_name, open_to, app_name, stretch, letter, frozenset(pinned_for),
             frozenset(first_for), tuple(holds))
    )  # fmt: skip
    _rail.sort(key=lambda stop: (list(STRETCHES).index(stop.stretch), stop.order))


def stops_for(actor: Actor) -> list[Stop]:
    """Return the stages that an actor may enter, in the order of the path."""
    return [stop for stop in _rail if stop.is_open_to(actor)]


def stop_of(actor: Actor, page: str, stage: str) -> str:
    """Return the stop that a page belongs to: its own, else the one that holds it, else its stage's."""
    stops = stops_for(actor)
    names = [stop.url_name for stop in stops]
    if page in names:
        return page
    held = (stop.url_name for stop in stops if stop.holds and page.startswith(stop.holds))
    return next(held, "") or next((name for name in names if name.startswith(f"{stage}:")), "")


def begins(where: Callable[[Actor], str]) -> Callable[[Actor], str]:
    """Register where a stage lets some people begin, whatever their role: the name of an address, or nothing."""
    _begins.append(where)
    return where


def first_page(actor: Actor) -> str:
    """Return where somebody begins: with what waits, unless a stage or the role begins elsewhere."""
    stops = stops_for(actor)
    own = (stop.url_name for stop in stops if stop.first_for & actor.roles)
    return next(filter(None, (where(actor) for where in _begins)), "") or next(own, stops[0].url_name)


def rail_for(actor: Actor) -> Rail:
    """Return the rail of an actor: who may not enter sees no stop."""
    stops = stops_for(actor)
    stretches = tuple((STRETCHES[name], tuple(found)) for name, found in groupby(stops, lambda stop: stop.stretch))
    rooms = [stop for stop in stops if stop.stretch]
    liked = [*(stop for stop in rooms if stop.pinned_for & actor.roles), *rooms]
    pins = list(dict.fromkeys(stop.url_name for stop in liked))[:PINS]
    return Rail(stretches, frozenset(pins), len(rooms) > FEW)
