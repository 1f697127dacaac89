"""The line of the day puts each hour where it belongs."""

from __future__ import annotations

import datetime as dt

import pytest

from anlan.boards.dayline import DayLine, day_line
from anlan.core.city.current import city_zone
from anlan.core.web.matters import Matter
from anlan.core.web.slots import Stop
from tests import make

pytestmark = pytest.mark.django_db
STOP = Stop(1, "分", "Incidents", "triage:incidents", None, "triage", "act", "n")


def line(*hours: float) -> DayLine:
    """Draw at half past ten what is due at these hours of the day."""
    make.city()
    midnight = dt.datetime(2016, 6, 28, tzinfo=city_zone())
    matters = [
        Matter(f"E-{n}", "", "", "/", midnight + dt.timedelta(hours=due), "", stage="triage")
        for n, due in enumerate(hours)
    ]
    drawn = day_line(matters, {"triage": STOP}, midnight + dt.timedelta(hours=10.5))
    assert drawn is not None
    return drawn


def test_what_is_due_at_the_end_of_the_day_stands_at_its_end() -> None:
    """Midnight is the last hour of this day, after now and after 16:00, and not its first."""
    drawn = line(16, 24)
    at_four, at_midnight = (mark.x for mark in drawn.marks)
    assert drawn.now < at_four < at_midnight == drawn.ticks[-1].x
    assert (drawn.ticks[0].words, drawn.ticks[-1].words) == ("8:00", "24:00")


def test_an_hour_is_drawn_within_the_line() -> None:
    """A day whose last matter is due before six ends at six."""
    drawn = line(11.25)
    assert drawn.now < drawn.marks[0].x < drawn.ticks[-1].x
    assert drawn.ticks[-1].words == "18:00"
