"""Pure decisions about incidents: which moves are allowed, what is never diverted, how urgent a matter is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Final

from anlan.core.refusals import Refused

NEW, HANDED_OVER, SIGNED, RETURNED = "new", "handed_over", "signed", "returned"
DISPUTED, DISPATCHED, RESOLVED, CLOSED, REOPENED = "disputed", "dispatched", "resolved", "closed", "reopened"
Place = tuple[float | None, float | None]
DISPOSALS: Final = ("done", "advised", "passed_on", "not_found", "repeat_of", "no_matter")
PROTECTS: Final = frozenset({"police", "control_room", "ambulance", "fire"})
URGENCIES: Final = (1, 2, 3)
AT_ONCE: Final = 1
OBJECTION_DAYS: Final = 30


def require_open(state: str) -> None:
    """Refuse to add to what is closed: nobody looks at it any more."""
    if state == CLOSED:
        raise Refused("closed_already")


def require_unended(state: str) -> None:
    """Refuse to add to what is over: nobody is sent to it, until somebody takes it up again."""
    require_open(state)
    if state == RESOLVED:
        raise Refused("resolved_already")


def can_send(kind: str) -> bool:
    """Whether an organisation of this kind can send somebody at once where there is danger."""
    return kind in PROTECTS


def urgency_at_call(urgency: int, of_category: int, exclusion_gate: bool, answered: Iterable[int] = ()) -> int:
    """Return how urgent a new incident is: as its category at least, at once where it may hide danger to life.

    `answered` are the urgencies that key questions answered yes raise to.
    """
    return min(require_urgency(urgency), of_category, 1 if exclusion_gate else 3, *answered)


def may_hold(exclusion_gate: bool, kind: str) -> bool:
    """Whether an organisation of this kind may hold a matter: what may hide danger to life stays with who can come."""
    return not exclusion_gate or kind in PROTECTS


def require_divertible(exclusion_gate: bool, diverted: bool, kind: str) -> None:
    """Refuse to divert, or to hand to whom cannot come, what may hide danger to life, such as violence at home."""
    if exclusion_gate and (diverted or not may_hold(exclusion_gate, kind)):
        raise Refused("danger_needs_a_unit", "to")


def require_reason(reason: str) -> str:
    """Return the reason, or refuse an empty one."""
    if not (words := " ".join(reason.split())[:400]):
        raise Refused("reason_missing", "reason")
    return words


def require_disposal(code: str) -> str:
    """Return a result of handling that the reporter can be told."""
    if code not in DISPOSALS:
        raise Refused("unknown_disposal_code", "disposal")
    return code


def require_urgency(urgency: int) -> int:
    """Return an urgency: 1 at once, 2 soon, 3 routine."""
    if urgency not in URGENCIES:
        raise Refused("unknown_urgency", "urgency")
    return urgency


def urgency_of(typed: str) -> int:
    """Return the urgency that was typed, or refuse it."""
    return require_urgency(next((urgency for urgency in URGENCIES if typed == str(urgency)), 0))


def raised(urgency: int, valid_reports: int, answered: Iterable[int] = ()) -> int:
    """Return the urgency when one more report tells of it: many callers and answers can raise it, none can lower it."""
    return min(urgency, 1 if valid_reports >= 5 else 2 if valid_reports >= 3 else 3, *answered)


def is_ended(state: str) -> bool:
    """Whether the work on it is over, so that a reporter can say that it was not put right."""
    return state in (RESOLVED, CLOSED)


def may_reopen(closed_at: dt.datetime | None, at: dt.datetime, days: int) -> bool:
    """Whether a reporter's word takes a matter up again; closed for longer, it is looked at as something new."""
    return closed_at is None or at - closed_at <= dt.timedelta(days=days)


def urgency_objected(urgency: int) -> int:
    """Return how urgent a matter is that was said to be over and is not: soon at least."""
    return min(urgency, 2)


def placed(known: Place, reported: Place) -> Place:
    """Return where an incident is: the point of the first report that has one stays."""
    return reported if None in known else known


def require_part(moved: Collection[int], all_reports: Collection[int]) -> None:
    """Refuse a split that leaves one side without a report, or moves what somebody moved already."""
    if not set(moved) <= set(all_reports):
        raise Refused("no_such_move")
    if not moved or set(moved) == set(all_reports):
        raise Refused("split_needs_both_sides", "report_ids")
