"""One simulated month: its seed, its days, and how much of the city it hears."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from anlan.city.town.ground import ZONE
from anlan.core.people.actors import Actor


@dataclass(frozen=True)
class Month:
    """What a month is made of."""

    seed: int
    year: int
    month: int
    scale: float
    actor: Actor
    until: dt.datetime | None = None  # the last one ends at the demonstration's moment

    @property
    def name(self) -> str:
        """As people write it."""
        return f"{self.year}-{self.month:02d}"

    @property
    def begins(self) -> dt.datetime:
        """Its first moment."""
        return dt.datetime(self.year, self.month, 1, tzinfo=ZONE)

    @property
    def ends(self) -> dt.datetime:
        """The first moment of the next, or the moment at which the simulated time ends."""
        return self.until or (self.begins + dt.timedelta(days=32)).replace(day=1)
