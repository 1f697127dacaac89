"""Numbers that people read: in their order, without a gap, one writer at a time."""

from __future__ import annotations

import datetime as dt
import importlib
import threading

import pytest
from django.apps import apps
from django.db import connection

from anlan.core.ledger.writes import write
from anlan.core.series import Series, lock, next_of_each

DAY, NEXT_DAY = dt.date(2016, 6, 28), dt.date(2016, 6, 29)


@pytest.mark.parametrize(
    ("series", "first"),
    [
        (Series("R", DAY), "R-160628-0001"),
        (Series("P", 2016), "P-2016-0001"),
        (Series("B", 2016, 2), "B-2016-01"),
        (Series("S", width=3), "S-001"),
    ],
)
@pytest.mark.django_db
def test_a_number_says_its_letter_and_its_period(series: Series, first: str) -> None:
    """A day has six digits, a year four; a series without periods has neither."""
    with write():
        assert series.next() == first


@pytest.mark.django_db
def test_each_period_counts_for_itself_and_goes_on() -> None:
    """What another day, another year or another letter was given changes nothing."""
    with write():
        assert Series("P", 2016).next_many(2) == ["P-2016-0001", "P-2016-0002"]
        assert Series("P", 2017).next() == "P-2017-0001"
        assert Series("T", 2016).next() == "T-2016-0001"
        assert list(Series("P", 2016).take(2)) == [3, 4]
        assert Series("P", 2016).next_many(0) == []


@pytest.mark.django_db
def test_many_days_at_once_are_numbered_in_the_order_asked() -> None:
    """The same numbers as one by one, in as many statements for three as for three hundred."""
    with write():
        Series("E", NEXT_DAY).next()
        lock([Series("E", DAY), Series("E", NEXT_DAY)])
        given = next_of_each([Series("E", day) for day in (NEXT_DAY, DAY, NEXT_DAY)])
        assert next_of_each([]) == []
    assert given == ["E-160629-0002", "E-160628-0001", "E-160629-0003"]


@pytest.mark.django_db
def test_a_batch_takes_few_statements(django_assert_max_num_queries) -> None:
    """However many numbers and days a batch has."""
    days = [DAY + dt.timedelta(days=n % 90) for n in range(900)]
    with write(), django_assert_max_num_queries(4):
        assert len(set(next_of_each([Series("E", day) for day in days]))) == 900


@pytest.mark.django_db
def test_a_write_that_is_broken_off_leaves_no_gap() -> None:
    """Its number is given again."""

    def break_off() -> None:
        with write():
            Series("R", DAY).next()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        break_off()
    with write():
        assert Series("R", DAY).next() == "R-160628-0001"


@pytest.mark.django_db(transaction=True)
@pytest.mark.only_on("postgresql")
def test_writers_of_the_same_days_neither_repeat_a_number_nor_wait_for_each_other() -> None:
    """Four writers ask for two days in both orders, one by one and in batches."""
    given: list[str] = []

    def work(days: list[dt.date]) -> None:
        for _ in range(20):
            with write():
                given.extend(next_of_each([Series("E", day) for day in days]))
            with write():
                given.append(Series("E", days[0]).next())
        connection.close()

    orders = [[DAY, NEXT_DAY], [NEXT_DAY, DAY], [NEXT_DAY, DAY, DAY], [DAY]]
    writers = [threading.Thread(target=work, args=(days,)) for days in orders]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    wanted = {DAY: 20 * (1 + 1 + 2 + 1 + 1 + 1), NEXT_DAY: 20 * (1 + 1 + 1 + 1 + 1)}
    assert sorted(given) == [f"E-{day:%y%m%d}-{n:04d}" for day in wanted for n in range(1, wanted[day] + 1)]


@pytest.mark.django_db
def test_a_city_of_before_goes_on_after_its_newest_numbers() -> None:
    """The year's numbers are taken from the records: the highest of each letter and year, again after a way back."""
    migration = importlib.import_module("anlan.core.migrations._series")
    for numbers in (["P-2016-0001"], ["P-2016-0010", "P-2016-0009", "P-2017-0001", "BP-2016-03"]):
        migration.go_on_after(apps, numbers)
    migration.store(apps, [("R", "2016-06-28", 412), ("S", "", 17)])
    with write():
        assert Series("P", 2016).next() == "P-2016-0011"
        assert Series("P", 2017).next() == "P-2017-0002"
        assert Series("BP", 2016, 2).next() == "BP-2016-04"
        assert Series("R", DAY).next() == "R-160628-0413"
        assert list(Series("S").take(1)) == [18]
