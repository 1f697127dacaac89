"""Pure decisions: until when the next step is due, the ladder, the reserve, what became of a listed task."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from anlan.core.refusals import Refused

RAIN_TEST_MM_H = 30.0
RUNS_OFF = dt.timedelta(hours=6)  # water that stands so long after a storm is still its failure
REMIND_BEFORE = dt.timedelta(days=3)
INTERVIEW_AFTER = dt.timedelta(days=15)
RESERVE = 20  # of so many places one is kept for areas where people live and nobody reports
FURTHEST = dt.timedelta(days=3653)  # a deadline further ahead is none
RETURNS = 2  # the second return goes to the arbiter

STEP_DAYS: dict[str, int] = {  # working days for the next step; `in_work` runs by its tasks' deadlines
    "raised": 10,
    "assigned": 3,
    "returned": 5,
    "disputed": 5,
    "signed": 10,
    "in_work": 10,
    "accepted": 250,  # a flood-prone point waits for rain, about a year
    "reopened": 3,
}
VERIFY_DAYS = 10  # working days from works done to the verifier's word
ANSWER_DAYS = 3  # working days from an extension asked for to its answer


def require_reserve(places: int, silent: int, words: str) -> None:
    """Refuse a report fed by reports alone: one place in twenty is kept for silent areas, or a reason is written."""
    if silent < places // RESERVE and not words.strip():
        raise Refused("silent_areas_missing", "silence_words", n=places // RESERVE)


def require_deadline(due_on: dt.date, today: dt.date) -> None:
    """Refuse a deadline that is past, or so far ahead that it is none."""
    if due_on < today:
        raise Refused("deadline_in_past", "due_on")
    if due_on > today + FURTHEST:
        raise Refused("deadline_too_far", "due_on")


def ladder_days(due_on: dt.date) -> list[tuple[str, dt.date]]:
    """Return the steps of the ladder for a deadline, each with the day on which it comes."""
    return [("remind", due_on - REMIND_BEFORE), ("supervise", due_on + dt.timedelta(days=1)),
            ("interview", due_on + INTERVIEW_AFTER)]  # fmt: skip


def steps_due(due_on: dt.date, today: dt.date) -> list[str]:
    """Return the steps of the ladder that have come for a deadline."""
    return [step for step, day in ladder_days(due_on) if today >= day]


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
