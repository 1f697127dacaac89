"""Whose an act is that changes no state, and when: a page offers it by this, and its verb refuses by this."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from anlan.core.people.actors import Actor
from anlan.core.refusals import Refused
from anlan.core.workflow.moves import Guard, NotYours
from anlan.core.workflow.who import Who


@dataclass(frozen=True)
class Terms:
    """The name of an act, whose it is, which pages are too old for it, and a guard: asked in the order of a move."""

    name: str
    who: Who
    when: Guard | None = None
    stale: Callable[[Any, str], Refused | None] | None = None

    def refusal(self, actor: Actor, record: Any, at: dt.datetime, seen: str | None = None) -> Refused | NotYours | None:
        """Return why this actor cannot do this with this record now."""
        if code := self.who(actor, record):
            return NotYours(actor, self.name, code)
        if seen and self.stale and (refused := self.stale(record, seen)):
            return refused
        return self.when(record, at) if self.when else None

    def require(self, record: Any, *, seen: str | None = None, actor: Actor, at: dt.datetime) -> None:
        """Raise why this actor cannot do this with this record now."""
        if refused := self.refusal(actor, record, at, seen):
            raise refused
