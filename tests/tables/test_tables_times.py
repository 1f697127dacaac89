"""Times and numbers as people write them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from anlan.tables import AmbiguousTime, order_of, parse_number, parse_time, read_points

pytestmark = pytest.mark.pure
LOCAL = datetime(2015, 6, 26, 0, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2015-06-26 08:05", "2015-06-26T08:05:00", "2015-06-26T00:05:00Z", "2015-06-26T08:05:00+08:00",
        "2015/6/26 8:05",
        "2015.6.26 8:05:00", "2015年6月26日 8时5分", "2015年06月26日 08:05", "2015年6月26日 上午8点5分",
        "26.06.2015 08:05",
        "26/6/2015 08:05", "6/26/2015 8:05 AM", "06/26/2015 08:05:00 am", "26 Jun 2015 08:05",
        "June 26, 2015 8:05 AM",
        "2015年06月26日08:05", "2015年6月26日8时5分", "2015年6月26日 星期五 8:05", "２０１５年６月２６日８：０５",
        "2015-06-26 08.05",
        "26/06/2015 08.05.00", "Fri, 26 Jun 2015 00:05:00 GMT", "Fri, 26 Jun 2015 08:05:00 +0800",
        "Thu, 25 Jun 2015 20:05:00 EDT", "Fri Jun 26 08:05:00 2015", "2015/06/26 00:05 UTC",
        "2015-06-26 02:05:00 +0200",
        "26-Jun-15 8:05", ("2015-06-26", "8:05"), ("26/6/2015", "0805"), (date(2015, 6, 26), 8.0833333 / 24),
        ("2015-06-26 00:00:00", "1900-01-01 08:05:00"),
        "20150626 0805", "20150626080500", "20150626T080500", 42181.33680556, "42181.33680556",
        1435277100, "1435277100000",
        datetime.fromisoformat("2015-06-26T08:05"), " 2015-06-26 08:05:00.000 ",
    ],
)  # fmt: skip
def test_a_moment_is_read_however_it_is_written(text: object) -> None:
    """ISO, slashes, Chinese, month names, packed digits, Excel's serial days and epoch counts are one moment."""
    assert abs((parse_time(text, "Asia/Shanghai") - LOCAL).total_seconds()) < 1


@pytest.mark.parametrize(
    "text", ["", "soon", "12", "2015-13-01", "31/31/2015", "2015-06-26 25:00", "9999-01-01", True, None,
             "2015年6月26日 晚上12点"]
)  # fmt: skip
def test_what_is_no_time_is_refused(text: object) -> None:
    """Nothing is guessed from what is no time."""
    with pytest.raises(ValueError):  # noqa: PT011 - any ValueError is an answer
        parse_time(text, "UTC")


def test_noon_and_midnight() -> None:
    """12 AM is midnight, 12 PM is noon, 下午3时 is 15 o'clock, a bare date is local midnight, 24:00 the next one."""
    assert parse_time("2015年6月26日 24:00", "UTC").day == 27
    assert parse_time("2015年6月26日 晚上11点", "UTC").hour == 23
    assert parse_time("6/26/2015 12:05 AM", "UTC").hour == 0
    assert parse_time("6/26/2015 12:05 PM", "UTC").hour == 12
    assert parse_time("2015年6月26日 下午3时", "UTC").hour == 15
    assert parse_time(date(2015, 6, 26), "Asia/Shanghai") == datetime(2015, 6, 25, 16, tzinfo=UTC)


def test_day_and_month_are_proved_or_asked_for() -> None:
    """3/4/2015 alone is ambiguous; one cell can prove the order of a column, two against each other prove none."""
    with pytest.raises(AmbiguousTime):
        parse_time("3/4/2015", "UTC")
    assert parse_time("3/4/2015", "UTC", order="dmy").month == 4
    assert order_of(["3/4/2015", "25/4/2015"]) == "dmy"
    assert order_of(["3/4/2015", "4/25/2015"]) == "mdy"
    assert order_of(["3/4/2015"]) is None
    assert order_of(["25/4/2015", "4/25/2015"]) is None


@pytest.mark.parametrize("tz", ["UTC", "Asia/Shanghai", "America/New_York", "Australia/Lord_Howe"])
def test_a_column_is_read_as_its_cells_are(tz: str, tmp_path: Path) -> None:
    """Reading a column at once gives what reading cell by cell gives, also where clocks are put forward and back."""
    days = [f"2015-{month:02}-{day:02}" for month in (3, 4, 10, 11) for day in range(1, 31)]
    cells = [f"{day} {hour:02}:{minute}:07" for day in days for hour in range(24) for minute in (20, 50)]
    file = tmp_path / "times.csv"
    file.write_text("lon,lat,time\n" + "".join(f"1,2,{cell}\n" for cell in cells))
    assert [one.replace(tzinfo=UTC) for one in read_points(file, tz=tz).time.tolist()] == [
        parse_time(cell, tz) for cell in cells
    ]


def test_an_unknown_zone_is_named() -> None:
    """A wrong time zone says what one looks like."""
    with pytest.raises(ValueError, match="Asia/Shanghai"):
        parse_time("2015-06-26", "Changzhou")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1.5", 1.5), ("1,5", 1.5), ("-76.29", -76.29), ("1,234,567.5", 1234567.5), ("1.234.567,5", 1234567.5),
        ("−3", -3.0),
     ("1 234,5", 1234.5), (7, 7.0), ("1e3", 1000.0), (".5", 0.5)],
)  # fmt: skip
def test_numbers_are_read_as_written(text: object, number: float) -> None:
    """Decimal commas and thousands separators are both understood."""
    assert parse_number(text) == number


@pytest.mark.parametrize("text", ["", "nan", "inf", "1_000", "12a", "0x1f", True, float("nan")])
def test_what_is_no_number_is_refused(text: object) -> None:
    """Words, infinities and programmer's digits are no numbers."""
    with pytest.raises(ValueError):  # noqa: PT011 - any ValueError is an answer
        parse_number(text)
