"""Who reads a page, when, and what the address asks for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.http import HttpRequest

from anlan.core.city.areas import local_day
from anlan.core.people.actors import Actor
from anlan.core.time.clock import now
from anlan.core.web.middleware.access import actor_of_request

T = TypeVar("T")


@dataclass(frozen=True)
class Reader:
    """Somebody before a page, at one moment; what was asked of the database for them is asked once."""

    actor: Actor
    at: dt.datetime
    asked: Mapping[str, str] = field(default_factory=dict)
    _known: dict[int, Any] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, request: HttpRequest) -> Reader:
        """Return who reads the page of a request."""
        return cls(actor_of_request(request), now(), request.GET.dict())

    @property
    def today(self) -> dt.date:
        """The day in the city."""
        return local_day(self.at)

    def holds(self, roles: Collection[str]) -> bool:
        """Whether this person has one of these roles."""
        return bool(self.actor.roles.intersection(roles))

    def once(self, question: Callable[[Reader], T]) -> T:
        """Return the answer to a question, asked once a page."""
        if id(question) not in self._known:
            self._known[id(question)] = question(self)
        found: T = self._known[id(question)]
        return found


def address(asked: Mapping[str, Any], path: str = "") -> str:
    """Write an address that asks for what is given, after what its path asks for already; empty words are left out."""
    query = urlencode({name: value for name, value in asked.items() if value not in {"", None}})
    return f"{path}{'&' if '?' in path else '?'}{query}" if query or not path else path
