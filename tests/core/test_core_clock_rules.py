"""How a target is counted and which steps of a ladder have come: pure, by the holidays of the reference city."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from anlan.core.time.calendar import WorkingCalendar
from anlan.core.time.rules import DAY_S, Counting, Step, due, due_after_pause, ladder_of, last_day, mark_of, steps_due

ZONE = ZoneInfo("Asia/Shanghai")
HOLIDAYS = Path(__file__).parents[2] / "src/anlan/city/data/folder/holidays.csv"
LADDER = ladder_of("remind:-3d supervise:+1d interview:+15d")
pytestmark = pytest.mark.pure


def calendar() -> WorkingCalendar:
    """Return the reference city's."""
    with HOLIDAYS.open(encoding="utf-8") as file:
        days = [(dt.date.fromisoformat(row["date"]), row["kind"]) for row in csv.DictReader(file)]
    return WorkingCalendar(
        frozenset(day for day, kind in days if kind == "holiday"),
        frozenset(day for day, kind in days if kind == "workday"),
    )


def local(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("counting", "start", "days", "last"),
    [
        # an ordinary week: the day itself does not count, however early or late in it
        ("days", "2016-06-27T00:00", 1, "2016-06-28"),
        ("days", "2016-06-27T23:59:59", 1, "2016-06-28"),
        ("working", "2016-06-27T00:00", 1, "2016-06-28"),
        ("working", "2016-06-27T23:59:59", 1, "2016-06-28"),
        # a weekend lies in between, or is the last day
        ("days", "2016-06-30T09:00", 1, "2016-07-01"),
        ("days", "2016-06-30T09:00", 2, "2016-07-04"),
        ("days", "2016-06-30T09:00", 3, "2016-07-04"),
        ("days", "2016-06-30T09:00", 5, "2016-07-05"),
        ("working", "2016-06-30T09:00", 2, "2016-07-04"),
        ("working", "2016-06-30T09:00", 5, "2016-07-07"),
        # the Spring Festival of 2016: 7 to 13 February, the Saturday before and the Sunday after are worked
        ("days", "2016-02-03T10:00", 3, "2016-02-06"),
        ("days", "2016-02-04T10:00", 3, "2016-02-14"),
        ("days", "2016-02-05T10:00", 8, "2016-02-14"),
        ("days", "2016-02-05T10:00", 15, "2016-02-22"),
        ("working", "2016-02-04T10:00", 3, "2016-02-14"),
        ("working", "2016-02-05T10:00", 8, "2016-02-22"),
        # what begins on a holiday
        ("days", "2016-02-09T10:00", 1, "2016-02-14"),
        ("working", "2016-02-09T10:00", 1, "2016-02-14"),
        ("working", "2016-02-09T10:00", 2, "2016-02-15"),
        # the National Day of 2016: 1 to 7 October, both days of the weekend after are worked
        ("days", "2016-09-26T18:00", 7, "2016-10-08"),
        ("days", "2016-09-26T18:00", 15, "2016-10-11"),
        ("working", "2016-09-26T18:00", 7, "2016-10-10"),
        # the National Day and the Mid-Autumn of 2017: 1 to 8 October, 30 September is worked
        ("days", "2017-09-29T18:00", 1, "2017-09-30"),
        ("days", "2017-09-29T18:00", 2, "2017-10-09"),
        ("days", "2017-09-29T18:00", 10, "2017-10-09"),
        ("working", "2017-09-29T18:00", 2, "2017-10-09"),
        # a year's turn, and the leap day
        ("days", "2016-12-31T12:00", 2, "2017-01-03"),
        ("days", "2016-02-28T12:00", 1, "2016-02-29"),
    ],
)
def test_days_end_with_the_last_local_day(counting: str, start: str, days: int, last: str) -> None:
    """The first is the day after; a last day that is not worked rolls on, one within does not."""
    found = due(local(start), days * DAY_S, counting, calendar(), ZONE)
    assert found == dt.datetime.combine(dt.date.fromisoformat(last), dt.time(), ZONE) + dt.timedelta(days=1)
    assert last_day(found, ZONE) == dt.date.fromisoformat(last)


@pytest.mark.parametrize(
    ("start", "hours"), [("2016-02-06T20:00", 48), ("2016-09-30T23:00", 24), ("2016-06-28T14:30", 1)]
)
def test_hours_run_through_holidays(start: str, hours: int) -> None:
    """Every second counts, by night and in the holiday week."""
    assert due(local(start), hours * 3600, Counting.HOURS, calendar(), ZONE) == local(start) + dt.timedelta(hours=hours)


def test_hours_are_hours_also_where_the_clocks_are_changed() -> None:
    """A day of 23 hours: 24 hours from noon end at 13:00."""
    zone = ZoneInfo("Europe/Berlin")
    start = dt.datetime(2016, 3, 26, 12, tzinfo=zone)
    found = due(start, 24 * 3600, Counting.HOURS, WorkingCalendar(), zone)
    assert found.astimezone(zone).isoformat() == "2016-03-27T13:00:00+02:00"


@pytest.mark.parametrize(
    ("counting", "due_at", "paused", "resumed", "expected"),
    [
        ("hours", "2016-06-30T00:00", "2016-06-24T12:00", "2016-06-27T12:00", "2016-07-03T00:00"),
        # over a weekend: of three days that passed one was worked
        ("working", "2016-06-30T00:00", "2016-06-24T12:00", "2016-06-27T12:00", "2016-07-01T00:00"),
        ("days", "2016-06-30T00:00", "2016-06-24T12:00", "2016-06-27T12:00", "2016-07-05T00:00"),
        # within a day nothing passed; over one midnight a day did
        ("working", "2016-06-30T00:00", "2016-06-28T09:00", "2016-06-28T14:00", "2016-06-30T00:00"),
        ("days", "2016-06-30T00:00", "2016-06-28T09:00", "2016-06-28T14:00", "2016-06-30T00:00"),
        ("working", "2016-06-30T00:00", "2016-06-28T22:00", "2016-06-29T03:00", "2016-07-01T00:00"),
        ("days", "2016-07-02T00:00", "2016-06-28T22:00", "2016-06-29T03:00", "2016-07-05T00:00"),
        # a holiday week in which nobody works
        ("working", "2016-10-09T00:00", "2016-09-30T12:00", "2016-10-08T12:00", "2016-10-10T00:00"),
        # what a person chose keeps its hour
        ("working", "2016-06-29T15:00", "2016-06-24T12:00", "2016-06-27T12:00", "2016-06-30T15:00"),
    ],
)
def test_a_pause_puts_off_by_what_the_rule_counts(
    counting: str, due_at: str, paused: str, resumed: str, expected: str
) -> None:
    """Seconds in hours; local days, or worked ones, in the others, and never onto a day that is not worked."""
    moments = [local(text).astimezone(dt.UTC) for text in (due_at, paused, resumed)]
    assert due_after_pause(*moments, counting, calendar(), ZONE) == local(expected)


def test_a_start_in_another_zone_is_counted_by_the_citys_day() -> None:
    """Half past one in the night of the 28th here is still the 27th in UTC."""
    start = dt.datetime(2016, 6, 27, 17, 30, tzinfo=dt.UTC)
    assert last_day(due(start, DAY_S, Counting.DAYS, calendar(), ZONE), ZONE) == dt.date(2016, 6, 29)


def test_a_day_ends_by_the_clocks_of_the_city_also_when_they_are_changed() -> None:
    """The local day on which summer time begins has 23 hours, and ends at its midnight."""
    zone = ZoneInfo("Europe/Berlin")
    start = dt.datetime(2016, 3, 25, 12, tzinfo=zone)
    found = due(start, 4 * DAY_S, Counting.DAYS, WorkingCalendar(), zone)
    assert found.isoformat() == "2016-03-30T00:00:00+02:00"


@pytest.mark.parametrize(
    ("at", "steps"),
    [
        ("2016-06-26T23:59", []),
        ("2016-06-27T00:00", ["remind"]),
        ("2016-06-30T23:59", ["remind"]),
        ("2016-07-01T00:00", ["remind", "supervise"]),
        ("2016-07-14T23:59", ["remind", "supervise"]),
        ("2016-07-15T00:00", ["remind", "supervise", "interview"]),
    ],
)
def test_steps_come_with_their_local_day(at: str, steps: list[str]) -> None:
    """What is due on the 30th is reminded of on the 27th, supervised the day after, and asked about 15 days later."""
    due_at = local("2016-07-01T00:00")
    assert steps_due(LADDER, due_at, local(at), ZONE) == steps
    assert steps_due(LADDER, due_at, local(at), ZONE, taken={"remind"}) == [step for step in steps if step != "remind"]


def test_a_time_that_a_person_chose_lies_in_its_day() -> None:
    """Noon of the 30th is due on the 30th, midnight after it as well."""
    assert steps_due(LADDER, local("2016-06-30T12:00"), local("2016-07-01T00:00"), ZONE) == [
        Step.REMIND,
        Step.SUPERVISE,
    ]


@pytest.mark.parametrize(
    "text",
    ["remind", "remind:3d", "remind:-3h", "shout:+1d", "supervise:+1d remind:-3d", "remind:-3d remind:-1d", "a:+1d"],
)
def test_what_is_no_ladder_is_refused(text: str) -> None:
    """With how to write it."""
    with pytest.raises(ValueError, match="is no ladder: write remind:-3d"):
        ladder_of(text)


def test_a_rule_may_have_no_ladder() -> None:
    """Then nothing comes."""
    assert ladder_of("") == ()
    assert steps_due((), local("2016-01-01T00:00"), local("2017-01-01T00:00"), ZONE) == []


def test_a_mark_is_late_from_its_due_time_on() -> None:
    """Not a moment before; and due soon after four fifths."""
    begun, over = local("2016-06-28T10:00"), local("2016-06-28T10:10")
    minutes = {minute: mark_of(begun, over, begun + dt.timedelta(minutes=minute)) for minute in (7, 8, 9, 10)}
    assert minutes == {7: "calm", 8: "warn", 9: "warn", 10: "late"}
