"""The mobile teams' rota: each is on duty round the clock, its people in turns, as counts."""

from __future__ import annotations

import datetime as dt
from typing import Final

from anlan.city.town.ground import ZONE
from anlan.city.town.units import TEAMS
from anlan.city.year.calls import DAY
from anlan.core.people.actors import Actor
from anlan.dispatch.actions import write_rota

BEGINS: Final = dt.datetime(2016, 1, 1, 8, tzinfo=ZONE)  # nobody wrote shifts down before
AHEAD: Final = 92  # days: the quarter that is planned on the morning on which the demonstration begins
HALF: Final = DAY / 2


def write_year(until: dt.datetime, actor: Actor) -> None:
    """Write the shifts of a whole year and its first weeks after, up to a morning."""
    rows = [
        {"unit": f"mobile-{n + 1}", "begins_at": begins, "ends_at": begins + DAY, "people": people}
        for begins in (BEGINS + day * DAY for day in range((until - BEGINS).days)) for n, people in enumerate(TEAMS)
    ]  # fmt: skip
    write_rota(rows=rows, actor=actor, at=BEGINS)


def write_ahead(moment: dt.datetime, actor: Actor) -> None:
    """Write the shifts of the coming quarter: half of the teams by day, the others by night, in turns."""
    first = moment.replace(hour=8, minute=0)
    turns = [(n, first + day * DAY + (n + day) % 2 * HALF) for day in range(-1, AHEAD) for n in range(len(TEAMS))]
    rows = [{"unit": f"mobile-{n + 1}", "begins_at": begins, "ends_at": begins + HALF, "people": TEAMS[n]}
            for n, begins in turns]  # fmt: skip
    write_rota(rows=rows, actor=actor, at=moment)
