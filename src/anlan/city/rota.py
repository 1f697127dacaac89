"""The mobile teams' rota: each is on duty round the clock, its people in turns, as counts."""

from __future__ import annotations

import datetime as dt
from typing import Final

from anlan.city.calls import DAY
from anlan.city.flood import ZONE
from anlan.city.units import TEAMS
from anlan.core.actors import Actor
from anlan.dispatch.bulk import write_rota

BEGINS: Final = dt.datetime(2016, 1, 1, 8, tzinfo=ZONE)  # nobody wrote shifts down before


def write_year(until: dt.datetime, actor: Actor) -> None:
    """Write the shifts of a whole year and its first weeks after, up to a morning."""
    rows = [
        {"unit": f"mobile-{n + 1}", "begins_at": begins, "ends_at": begins + DAY, "people": people}
        for begins in (BEGINS + day * DAY for day in range((until - BEGINS).days)) for n, people in enumerate(TEAMS)
    ]  # fmt: skip
    write_rota(rows=rows, actor=actor, at=BEGINS)
