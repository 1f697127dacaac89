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
    now, dues = _hour(here, here), [_hour(matter.due_at, here) for matter in due if matter.due_at]
    first, last = int(min(OPENS, now, *dues)), min(24, int(max(CLOSES, now + 1, *(hour + 1 for hour in dues))))
    every = 2 if last - first <= 14 else 4

    def x(hour: float) -> int:
        return round(EDGE + (hour - first) / (last - first) * (WIDTH - 100))

    ticks = [Tick(x(hour), f"{hour}:00") for hour in range(first, last + 1, every)]
    marks = [Mark(x(hour), "warn", stops[matter.stage].char) for matter, hour in zip(due[:MOST], dues, strict=False)]
    return DayLine(ticks, marks, x(now), f"{here:%H:%M}", late)


def _hour(moment: dt.datetime, here: dt.datetime) -> float:
    """Return the hour of the day of `here` on the wall clock: the midnight that ends it is 24."""
    local = moment.astimezone(city_zone())
    return (local.date() - here.date()).days * 24 + local.hour + local.minute / 60
