"""The days that a figure is about, and the same days of the year before."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from anlan.core.city.current import city_zone


@dataclass(frozen=True)
class Period:
    """Whole local days, both included."""

    since: dt.date
    until: dt.date

    @property
    def begins(self) -> dt.datetime:
        """Its first moment in the city's zone."""
        return dt.datetime.combine(self.since, dt.time(), city_zone())

    @property
    def ends(self) -> dt.datetime:
        """The first moment that is no longer in it."""
        return dt.datetime.combine(self.until + dt.timedelta(days=1), dt.time(), city_zone())

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.until - self.since).days + 1

    def year_before(self) -> Period:
        """Return the same days of the year before."""
        return Period(_year_back(self.since), _year_back(self.until))

    def within(self, name: str) -> dict[str, dt.datetime]:
        """Return a filter for a moment that lies in it."""
        return {f"{name}__gte": self.begins, f"{name}__lt": self.ends}


def _year_back(day: dt.date) -> dt.date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year - 1, day=28)
