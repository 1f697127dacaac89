"""Which days count for a clock in working days: the week's habit, public holidays, and weekend days that are worked."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

SATURDAY = 5
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class WorkingCalendar:
    """A city's working days."""

    holidays: frozenset[dt.date] = frozenset()
    workdays: frozenset[dt.date] = frozenset()  # weekend days that are worked instead

    def is_working(self, day: dt.date) -> bool:
        """Return whether a day is worked."""
        return day in self.workdays or (day.weekday() < SATURDAY and day not in self.holidays)

    def next_working_day(self, day: dt.date) -> dt.date:
        """Return the day itself where it is worked, else the next that is."""
        while not self.is_working(day):
            day += DAY
        return day

    def add_working_days(self, day: dt.date, count: int) -> dt.date:
        """Return the working day that comes `count` working days after a day; the day itself does not count."""
        if count < 0:
            raise ValueError(f"count must be 0 or more, not {count}")
        for _ in range(count):
            day = self.next_working_day(day + DAY)
        return self.next_working_day(day)


def working_calendar() -> WorkingCalendar:
    """Return the city's calendar as it is now."""
    from anlan.core.city.current import kept

    return kept(_read)


def years_without_holidays(today: dt.date) -> list[int]:
    """Return which of this year and the next have no holiday: what is counted in working days falls too early there."""
    known = {day.year for day in working_calendar().holidays}
    return [year for year in (today.year, today.year + 1) if year not in known]


def _read() -> WorkingCalendar:
    from anlan.core.models import Holiday

    days = list(Holiday.objects.values_list("date", "kind"))
    return WorkingCalendar(
        frozenset(day for day, kind in days if kind == "holiday"),
        frozenset(day for day, kind in days if kind == "workday"),
    )
