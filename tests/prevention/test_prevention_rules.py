"""The tables of allowed moves are whole: every state has a way on, an owner and a clock."""

from __future__ import annotations

import datetime as dt

import pytest

from anlan.core.refusals import Refused
from anlan.prevention import rules
from anlan.prevention.rules import PROBLEM_MOVES, STEP_DAYS, TASK_MOVES, TURN
from anlan.prevention.states import Fate, ProblemState, TaskState


def reached(moves: dict[str, dict[str, str]], first: str) -> set[str]:
    seen, waiting = {first}, [first]
    while waiting:
        for state in moves[waiting.pop()].values():
            if state not in seen:
                seen.add(state)
                waiting.append(state)
    return seen


def test_every_state_of_a_problem_is_reached_and_has_a_way_on_an_owner_and_a_clock() -> None:
    """No problem can stand where nobody has to do something, until it is struck off."""
    assert reached(PROBLEM_MOVES, "raised") == set(ProblemState)
    assert all(PROBLEM_MOVES[state] for state in ProblemState)
    assert all(TURN[state] != "nobody" and STEP_DAYS[state] > 0 for state in ProblemState if state != "struck_off")


def test_a_task_ends_only_by_being_passed() -> None:
    """A refused task goes back to its doer; nothing but a verifier's word ends it."""
    assert reached(TASK_MOVES, "open") == set(TaskState)
    assert [state for state in TaskState if not TASK_MOVES[state]] == ["passed"]


def test_a_step_that_is_not_in_the_table_is_refused_with_the_state() -> None:
    """Whoever presses second reads where the record stands now."""
    label = ProblemState.SIGNED.label
    with pytest.raises(Refused) as refused:
        rules.after(PROBLEM_MOVES, "signed", "sign_for", number="P-2016-0001", label=label)
    assert (refused.value.code, refused.value.limits) == ("stands_already", {"number": "P-2016-0001", "state": label})


def test_a_closed_organisation_leaves_its_turn_to_the_supervisor() -> None:
    """Nothing waits for somebody who is gone."""
    assert rules.turn("assigned", True) == "lead"
    assert rules.turn("assigned", False) == "supervisor"


@pytest.mark.parametrize(
    ("day", "steps"),
    [
        (6, []),
        (7, ["remind"]),
        (10, ["remind"]),
        (11, ["remind", "supervise"]),
        (25, ["remind", "supervise", "interview"]),
    ],
)
def test_the_ladder_climbs_by_the_due_date(day: int, steps: list[str]) -> None:
    """Reminded three days before, supervised the day after, called to an interview after a fortnight."""
    assert rules.steps_due(dt.date(2016, 6, 10), dt.date(2016, 6, day)) == steps


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
