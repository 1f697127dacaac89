"""The served city lives on: each few seconds, what has come due is done by the verbs that everybody calls.

Nothing is kept beside the database: what is due follows from the calls of the month (the same dice for the same seed),
from the state of each matter, and from how long people take. Whoever is quicker, a visitor at the desk or with a crew's
log-in, is let be: a step that somebody took is refused to the simulation, which goes on with the next.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from typing import Any, Final

from anlan.city.day import crews, desk, heard
from anlan.core.people.actors import NotAllowed
from anlan.core.time.clock import now
from anlan.triage.words import REFUSALS

log = logging.getLogger("anlan.city")
BEFORE: Final = dt.timedelta(minutes=1)  # what came while it was started again
_since: dict[str, dt.datetime] = {}
Step = Callable[[], Any]


def live(at: dt.datetime | None = None) -> int:
    """Live up to a moment: receive, then the desk's steps, then the crews'; return how many were taken.

    What failed is heard again the next time: a call that was received already is received once.
    """
    at = at or now()
    steps = [*desk.steps(at), *crews.steps(at)]
    taken = sum(map(_taken, heard.calls(_since.get("at", at - BEFORE), at)))
    _since["at"] = at
    return taken + sum(map(_taken, steps))


def _taken(step: Step) -> bool:
    """Take one step; where somebody was quicker, it is theirs."""
    try:
        step()
    except (*REFUSALS, NotAllowed) as refused:
        log.debug("somebody was quicker: %s", refused)
        return False
    return True
