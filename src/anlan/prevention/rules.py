"""Pure decisions: the tables of allowed moves, whose turn it is and until when, the ladder, the reserve."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

RAIN_TEST_MM_H = 30.0
REMIND_BEFORE = dt.timedelta(days=3)
INTERVIEW_AFTER = dt.timedelta(days=15)
RESERVE = 20  # of so many places one is kept for areas where people live and nobody reports
FURTHEST = dt.timedelta(days=3653)  # a deadline further ahead is none
RETURNS = 2  # the second return goes to the arbiter


class PreventionRefused(ValueError):
    """The step cannot be taken; the message says what to do instead, `field` where."""

    exit_status = 2

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class ProblemState(TextChoices):
    """Where a problem stands."""

    RAISED = "raised", gettext_lazy("Raised")
    ASSIGNED = "assigned", gettext_lazy("Assigned")
    RETURNED = "returned", gettext_lazy("Returned")
    DISPUTED = "disputed", gettext_lazy("With the arbiter")
    SIGNED = "signed", gettext_lazy("Signed for")
    IN_WORK = "in_work", gettext_lazy("In work")
    ACCEPTED = "accepted", gettext_lazy("Works accepted")
    STRUCK_OFF = "struck_off", gettext_lazy("Struck off")
    REOPENED = "reopened", gettext_lazy("Reopened")


class TaskState(TextChoices):
    """Where a task stands."""

    OPEN = "open", gettext_lazy("Open")
    WORKS_DONE = "works_done", gettext_lazy("Works done")
    REFUSED = "refused", gettext_lazy("Refused")
    PASSED = "passed", gettext_lazy("Passed")


class ErasureReason(TextChoices):
    """Why evidence is erased."""

    ASKED = "asked", gettext_lazy("Somebody on it asked for it")
    MISTAKE = "mistake", gettext_lazy("It should not have been taken")
    RETENTION = "retention", gettext_lazy("Its time of keeping has passed")


class Fate(TextChoices):
    """What became of a task on an issued list, by the deadline that the list gave it."""

    ON_TIME = "on_time", gettext_lazy("Done on time")
    EXTENDED = "extended", gettext_lazy("Done within an extension")
    LATE = "late", gettext_lazy("Done late")
    OPEN = "open", gettext_lazy("Open")
    OVERDUE = "overdue", gettext_lazy("Open and late")


P, T = ProblemState, TaskState
PROBLEM_MOVES: dict[str, dict[str, str]] = {  # `resume`: signed for where tasks of before go on
    P.RAISED: {"instruct": P.ASSIGNED},
    P.ASSIGNED: {
        "sign_for": P.SIGNED, "resume": P.IN_WORK, "return": P.RETURNED, "dispute": P.DISPUTED, "instruct": P.ASSIGNED,
    },
    P.RETURNED: {"instruct": P.ASSIGNED},
    P.DISPUTED: {"arbitrate": P.ASSIGNED},
    P.SIGNED: {"plan": P.IN_WORK, "return": P.RETURNED, "dispute": P.DISPUTED, "instruct": P.ASSIGNED},
    P.IN_WORK: {"plan": P.IN_WORK, "accept": P.ACCEPTED, "instruct": P.ASSIGNED},
    P.ACCEPTED: {"plan": P.IN_WORK, "strike_off": P.STRUCK_OFF, "reopen": P.REOPENED},
    P.STRUCK_OFF: {"reopen": P.REOPENED},
    P.REOPENED: {"plan": P.IN_WORK, "instruct": P.ASSIGNED},
}  # fmt: skip
TASK_MOVES: dict[str, dict[str, str]] = {
    T.OPEN: {"finish": T.WORKS_DONE},
    T.WORKS_DONE: {"pass": T.PASSED, "refuse": T.REFUSED},
    T.REFUSED: {"finish": T.WORKS_DONE},
    T.PASSED: {},
}
STEP_DAYS: dict[str, int] = {  # working days for the next step; `in_work` runs by its tasks' deadlines
    P.RAISED: 10,
    P.ASSIGNED: 3,
    P.RETURNED: 5,
    P.DISPUTED: 5,
    P.SIGNED: 10,
    P.IN_WORK: 10,
    P.ACCEPTED: 250,  # a flood-prone point waits for rain, about a year
    P.REOPENED: 3,
}
VERIFY_DAYS = 10  # working days from works done to the verifier's word
ANSWER_DAYS = 3  # working days from an extension asked for to its answer
TURN: dict[str, str] = {  # whose step is next
    P.RAISED: "supervisor",
    P.ASSIGNED: "lead",
    P.RETURNED: "supervisor",
    P.DISPUTED: "arbiter",
    P.SIGNED: "lead",
    P.IN_WORK: "lead",
    P.ACCEPTED: "supervisor",
    P.STRUCK_OFF: "nobody",
    P.REOPENED: "lead",
}


def after(moves: dict[str, dict[str, str]], state: str, verb: str, number: str) -> str:
    """Return the state after a step, or refuse it, saying where the record stands."""
    if verb not in moves[state]:
        kind = ProblemState if moves is PROBLEM_MOVES else TaskState
        told = {"number": number, "state": kind(state).label}
        raise PreventionRefused(_("%(number)s is already “%(state)s”; look at it again.") % told)
    return moves[state][verb]


def turn(state: str, lead_is_active: bool) -> str:
    """Return whose step is next: with a closed organisation it goes back to the supervisor."""
    holder = TURN[state]
    return "supervisor" if holder == "lead" and not lead_is_active else holder


def require_reserve(places: int, silent: int, words: str) -> None:
    """Refuse a report fed by reports alone: one place in twenty is kept for silent areas, or a reason is written."""
    if silent < places // RESERVE and not words.strip():
        raise PreventionRefused(
            _("Keep %(n)d of these places for silent areas, or write why there are none.") % {"n": places // RESERVE},
            "silence_words",
        )


def require_deadline(due_on: dt.date, today: dt.date) -> None:
    """Refuse a deadline that is past, or so far ahead that it is none."""
    if due_on < today:
        raise PreventionRefused(_("The deadline lies in the past."), "due_on")
    if due_on > today + FURTHEST:
        raise PreventionRefused(_("The deadline lies more than ten years ahead."), "due_on")


def ladder_days(due_on: dt.date) -> list[tuple[str, dt.date]]:
    """Return the steps of the ladder for a deadline, each with the day on which it comes."""
    return [("remind", due_on - REMIND_BEFORE), ("supervise", due_on + dt.timedelta(days=1)),
            ("interview", due_on + INTERVIEW_AFTER)]  # fmt: skip


def steps_due(due_on: dt.date, today: dt.date) -> list[str]:
    """Return the steps of the ladder that have come for a deadline."""
    return [step for step, day in ladder_days(due_on) if today >= day]


def is_accepted(tasks: Iterable[tuple[str, str]]) -> bool:
    """Whether every task (kind, state) passed, and one of them was permanent."""
    rows = list(tasks)
    return all(state == TaskState.PASSED for _, state in rows) and any(kind == "permanent" for kind, _ in rows)


def fate(state: str, finished_on: dt.date | None, listed_due_on: dt.date, due_on: dt.date, today: dt.date) -> Fate:
    """Say what became of a listed task: done is what a verifier passed, on time is when the works were done."""
    if state in {TaskState.OPEN, TaskState.REFUSED} and today > due_on:
        return Fate.OVERDUE
    if state != TaskState.PASSED or finished_on is None:
        return Fate.OPEN
    if finished_on <= listed_due_on:
        return Fate.ON_TIME
    return Fate.EXTENDED if finished_on <= due_on else Fate.LATE
