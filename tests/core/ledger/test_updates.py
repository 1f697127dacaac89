"""Many records written by one statement, and rows read by keys that lie close."""

from __future__ import annotations

import datetime as dt

import pytest

from anlan.core.chunks import keyed
from anlan.core.city.current import city, city_read_once
from anlan.core.ledger.updates import update
from anlan.core.ledger.writes import write
from anlan.core.models import City, ClockRule, ClockRun, Organisation
from tests import make

pytestmark = pytest.mark.django_db
AT = make.AT


@pytest.fixture(autouse=True)
def town() -> None:
    make.city()


def runs(count: int) -> list[ClockRun]:
    """Return clocks that run, each on a matter of its own."""
    rule = ClockRule.objects.create(code="test", name="x", name_en="x", start="a", stop="b", target_s=60)
    return [ClockRun.objects.create(rule=rule, subject=f"a:{n}", started_at=AT, due_at=AT) for n in range(count)]


def test_each_record_gets_its_own_values_and_keeps_its_other_columns() -> None:
    """Moments, foreign keys and nothing: what is written is what Django reads back."""
    held, house = runs(3), Organisation.objects.first()
    for n, run in enumerate(held):
        run.stopped_at = None if n == 1 else AT + n * dt.timedelta(hours=1)
        run.organisation = house if n else None
        run.subject = "not asked for"
    with write():
        update(ClockRun, held, ["stopped_at", "organisation"])
    found = ClockRun.objects.order_by("pk").values_list("subject", "stopped_at", "organisation")
    assert list(found) == [
        ("a:0", AT, None), ("a:1", None, house.pk), ("a:2", AT + dt.timedelta(hours=2), house.pk)
    ]  # fmt: skip


def test_rows_are_found_by_keys_that_lie_close_and_by_others() -> None:
    """Close ones may bring others with them; none that is asked for is missing."""
    pks = [run.pk for run in runs(8)]
    for wanted in (set(pks), {pks[0], pks[2]}, {pks[0], pks[7]}, set()):
        got = {run.pk for some in keyed(ClockRun.objects.all(), wanted) for run in some}
        assert wanted <= got <= set(pks)


def test_what_is_read_once_is_read_once_within_another() -> None:
    """The inner block goes on with what the outer one has read, and the outer one with it afterwards."""
    with city_read_once():
        first = city()
        City.objects.update(name="Elsewhere")
        with city_read_once():
            assert city() is first
        assert city() is first
    assert city().name == "Elsewhere"
