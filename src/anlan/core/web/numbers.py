"""What a number leads to: each stage knows its own letters. Never a name, a telephone or a tracking code."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from anlan.core.people.actors import Actor
from anlan.core.web.access import opens

NUMBER: Final = re.compile(r"(?P<letters>[A-Z]{1,2})-?[0-9][0-9R-]*")


@dataclass(frozen=True)
class Found:
    """A record by its number: what it is, how it stands, and its page."""

    number: str
    title: str
    note: str
    url: str


Finder = Callable[[str, Actor], Found | None]
_finders: dict[str, Finder] = {}


def finds(letters: str) -> Callable[[Finder], Finder]:
    """Register who finds the numbers that begin with these letters, among what the actor may see."""

    def register(finder: Finder) -> Finder:
        if letters in _finders:
            raise ValueError(f"numbers {letters!r} are found already")
        _finders[letters] = finder
        return finder

    return register


def find(typed: str, actor: Actor) -> Found | None:
    """Return what a number names; one that is closed to the actor and one that nothing has are answered alike."""
    number = typed.strip().upper()
    match = NUMBER.fullmatch(number)
    finder = _finders.get(match["letters"]) if match else None
    found = finder(number, actor) if finder else None
    return found if found and opens(actor, found.url) else None
