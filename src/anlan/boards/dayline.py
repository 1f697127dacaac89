"""The day as a line: what is due at which hour of it, and where now is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from anlan.core.city.current import city_zone
from anlan.core.web.matters import Matter
from anlan.core.web.slots import Stop

WIDTH, EDGE, OPENS, CLOSES, MOST = 1000, 60, 8, 18, 24


@dataclass(frozen=True)
class Tick:
    """An hour of the line."""

    x: int
    words: str


@dataclass(frozen=True)
class Mark:
    """A matter on the line, with the sign of its stage."""

    x: int
    mark: str
    char: str


@dataclass(frozen=True)
class DayLine:
    """The hours that are drawn, now, and what is due."""

    ticks: list[Tick]
    marks: list[Mark]
    now: int
    now_words: str
    late: int


def day_line(matters: Sequence[Matter], stops: Mapping[str, Stop], at: dt.datetime) -> DayLine | None:
    """Draw what is late and what is due at an hour of today; nothing where there is neither."""
    here = at.astimezone(city_zone())
    due = [matter for matter in matters if matter.group(at) == "today" and matter.due_at and not matter.due_day]
    late = sum(matter.group(at) == "late" for matter in matters)
    if not due and not late:
        return None
    hours = [moment.hour for moment in (here, *(_local(matter) for matter in due))]
    first, last = min(OPENS, *hours), max(CLOSES, *(hour + 1 for hour in hours))
    every = 2 if last - first <= 14 else 4

    def x(moment: dt.datetime) -> int:
        passed = moment.hour + moment.minute / 60 - first
        return round(EDGE + passed / (last - first) * (WIDTH - 100))

    ticks = [Tick(round(EDGE + (hour - first) / (last - first) * (WIDTH - 100)), f"{hour}:00")
             for hour in range(first, last + 1, every)]  # fmt: skip
    marks = [Mark(x(_local(matter)), "warn", stops[matter.stage].char) for matter in due[:MOST]]
    return DayLine(ticks, marks, x(here), f"{here:%H:%M}", late)


def _local(matter: Matter) -> dt.datetime:
    assert matter.due_at is not None
    return matter.due_at.astimezone(city_zone())
