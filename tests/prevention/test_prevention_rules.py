"""Pure decisions of prevention: the reserve, what is accepted, what became of a listed task."""

from __future__ import annotations

import datetime as dt

import pytest

from anlan.core.refusals import Refused
from anlan.prevention import rules
from anlan.prevention.states import Fate


def test_one_place_in_twenty_is_kept_for_silent_areas() -> None:
    """A list fed by reports alone needs a written reason."""
    rules.require_reserve(19, 0, "")
    rules.require_reserve(40, 2, "")
    rules.require_reserve(40, 0, "The areas were visited in May.")
    with pytest.raises(Refused) as refused:
        rules.require_reserve(40, 1, "")
    assert (refused.value.code, refused.value.field, refused.value.limits) == (
        "silent_areas_missing", "silence_words", {"n": 2},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("state", "finished", "today", "became"),
    [("passed", 10, 20, Fate.ON_TIME), ("passed", 12, 20, Fate.EXTENDED), ("passed", 18, 20, Fate.LATE),
     ("works_done", 10, 20, Fate.OPEN), ("open", None, 15, Fate.OPEN), ("refused", None, 16, Fate.OVERDUE)],
)  # fmt: skip
def test_what_became_of_a_listed_task_is_said_by_its_days(
    state: str, finished: int | None, today: int, became: Fate
) -> None:
    """Listed until the 10th, extended until the 15th: done is what passed, on time is when the works were done."""
    days = [dt.date(2016, 6, n) for n in (10, 15, today)]
    assert rules.fate(state, dt.date(2016, 6, finished) if finished else None, *days) == became


def test_a_plan_without_permanent_works_is_never_accepted() -> None:
    """A pump on watch mends nothing for good."""
    assert not rules.is_accepted([])
    assert not rules.is_accepted([("interim", "passed")])
    assert not rules.is_accepted([("interim", "passed"), ("permanent", "works_done")])
    assert rules.is_accepted([("interim", "passed"), ("permanent", "passed")])
