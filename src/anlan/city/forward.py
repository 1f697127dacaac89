"""Days that pass in a copy of a simulated city: what followers, jobs and clocks do while nobody acts."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from typing import Final

from anlan.core import jobs, ledger
from anlan.core.city.current import city_zone
from anlan.core.ledger import followers, seals
from anlan.core.ledger.writes import write
from anlan.core.people.actors import system
from anlan.core.time import simulated
from anlan.core.time.clock import frozen, now
from anlan.core.time.expiry import Sweep

PASSED: Final = "city.day_passed"
ACTOR: Final = system("city")
ROUNDS: Final = 100  # of a day; what has not settled by then goes on tomorrow
Tell = Callable[[str], None]


class NoCopy(ValueError):
    """Only a copy of a simulated city is run forward."""

    exit_status = 2


def mark() -> None:
    """Write down that this data directory is a copy."""
    simulated.mark_copy(actor=ACTOR, at=now())


def forward(days: int, tell: Tell = lambda text: None) -> dict[str, int]:
    """Let so many days pass in a copy, each at the hour at which it stands; return what was done.

    Each day that has passed leaves an entry, by which the city's time stands there: what is cut off goes on from it.
    """
    stands = simulated.stands_at()
    if stands is None or not simulated.is_copy():
        raise NoCopy("this data directory is no copy of a simulated city: make one with --from")
    done, sweep = {"days": 0, "effects": 0, "entries": 0, "jobs": 0}, Sweep(longest_s=math.inf)
    first = stands.astimezone(city_zone())
    for count in range(1, days + 1):
        at = (first + dt.timedelta(days=count)).astimezone(dt.UTC)  # the same hour by the city's clocks
        with frozen(at):
            _pass(at, sweep, done)
        if count % 10 == 0 or count == days:
            tell(f"{at.astimezone(city_zone()):%Y-%m-%d}: day {count} of {days}, {done['effects']} effects")
    return done


def _pass(at: dt.datetime, sweep: Sweep, done: dict[str, int]) -> None:
    """Let one day pass: expiries, followers and jobs, until nothing follows from anything; then its entry."""
    for _ in range(ROUNDS):
        counts = {"effects": sweep.run(), "entries": followers.catch_up(), "jobs": jobs.drain()}
        for name, count in counts.items():
            done[name] += count
        if not any(counts.values()):
            break
    with write():
        ledger.append(PASSED, actor=ACTOR, at=at, subject="city:time", payload={})
    seals.seal()
    done["days"] += 1
