"""Pure decisions: which deadline is one, the reserve, what became of a listed task."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence

from anlan.core.refusals import Refused

RAIN_TEST_MM_H = 30.0
HEAVIEST_MM_H = 500.0  # no rain is heavier
RUNS_OFF = dt.timedelta(hours=6)  # water that stands so long after a storm is still its failure
RESERVE = 20  # of so many places one is kept for areas where people live and nobody reports
FURTHEST = dt.timedelta(days=3653)  # a deadline further ahead is none


def require_reserve(places: int, silent: int, words: str) -> None:
    """Refuse a report fed by reports alone: one place in twenty is kept for silent areas, or a reason is written."""
    if silent < places // RESERVE and not words.strip():
        raise Refused("silent_areas_missing", "silence_words", n=places // RESERVE)


def require_rain_test(mm_h: float | None) -> None:
    """Refuse a test of works that any storm would be, or none; nothing where no rain tests them."""
    if mm_h is not None and not (isinstance(mm_h, int | float) and 0 < mm_h <= HEAVIEST_MM_H):
        raise Refused("rain_test_out_of_range", "rain_test_mm_h", most=HEAVIEST_MM_H)


def require_deadline(due_on: dt.date, today: dt.date) -> None:
    """Refuse a deadline that is past, or so far ahead that it is none."""
    if due_on < today:
        raise Refused("deadline_in_past", "due_on")
    if due_on > today + FURTHEST:
        raise Refused("deadline_too_far", "due_on")


def is_accepted(tasks: Iterable[tuple[str, str]]) -> bool:
    """Whether every task (kind, state) passed, and one of them was permanent."""
    known = list(tasks)
    return all(state == "passed" for _, state in known) and any(kind == "permanent" for kind, _ in known)


def fate(state: str, finished_on: dt.date | None, listed_due_on: dt.date, due_on: dt.date, today: dt.date) -> str:
    """Say what became of a listed task: done is what a verifier passed, on time is when the works were done."""
    if state in {"open", "refused"} and today > due_on:
        return "overdue"
    if state != "passed" or finished_on is None:
        return "open"
    if finished_on <= listed_due_on:
        return "on_time"
    return "extended" if finished_on <= due_on else "late"


def to_take(come: Iterable[str], ladder: Sequence[str], given: Collection[str]) -> list[str]:
    """Return the steps that have come and follow on the last one given: none is left out, and none is made up for.

    Of a deadline that was supervised without a reminder, as before this was the rule, no reminder comes any more.
    """
    last = max((ladder.index(step) for step in given if step in ladder), default=-1)
    return [step for step in come if ladder.index(step) > last]
