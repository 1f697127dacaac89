"""How far the build has come: each part is lived through once, by the simulated clock, and leaves a ledger entry."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any, Final

from anlan.city.town.ground import ZONE
from anlan.core import ledger
from anlan.core.ledger.writes import write
from anlan.core.models import LedgerEntry
from anlan.core.people.actors import system
from anlan.core.time.clock import frozen

BEGINS: Final = dt.datetime(2015, 1, 1, tzinfo=ZONE)
MOMENT: Final = dt.datetime(2017, 1, 25, 10, 30, tzinfo=ZONE)  # what would happen later is open; time goes on from here
ACTOR: Final = system("city")
STEP_DONE: Final = "city.step_done"
Tell = Callable[[str], None]


class Progress:
    """How far the build has come: its parts stand in the order of the simulated time, each lived through once."""

    def __init__(self, seed: int, tell: Tell) -> None:
        self.seed, self.tell = seed, tell

    def once(self, name: str, words: str, part: Callable[[], Any], at: dt.datetime) -> None:
        """Live through a part unless it was, by the simulated city's clock; it and its entry are one transaction."""
        if self._taken(name):
            return
        self.tell(words)
        with frozen(at), write():
            part()
            self._done(name, at, {})

    def long(self, name: str, words: str, part: Callable[[], dict[str, Any]], at: dt.datetime) -> dict[str, Any]:
        """Live through a part of several transactions unless it was, and return what it leaves to the next.

        One that was cut off finds again what it stored: the same dice, and the same keys.
        """
        if done := self._taken(name):
            left: dict[str, Any] = json.loads(done.payload)
            return left
        self.tell(words)
        with frozen(at):
            left = part()
            with write():
                self._done(name, at, left)
        return left

    def _taken(self, name: str) -> LedgerEntry | None:
        return LedgerEntry.objects.filter(kind=STEP_DONE, subject=f"city:{self.seed}:{name}").first()

    def _done(self, name: str, at: dt.datetime, left: dict[str, Any]) -> None:
        ledger.append(STEP_DONE, actor=ACTOR, at=at, subject=f"city:{self.seed}:{name}", payload=left)
