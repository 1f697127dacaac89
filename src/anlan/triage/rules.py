"""Pure decisions about incidents: which moves are allowed, what is never diverted, how urgent a matter is."""

from __future__ import annotations

from collections.abc import Collection
from types import MappingProxyType
from typing import Final

from anlan.core.refusals import Refused

NEW, HANDED_OVER, SIGNED, RETURNED = "new", "handed_over", "signed", "returned"
DISPUTED, DISPATCHED, RESOLVED, CLOSED, REOPENED = "disputed", "dispatched", "resolved", "closed", "reopened"
Place = tuple[float | None, float | None]
_OPEN = frozenset({HANDED_OVER, DISPATCHED, RESOLVED, CLOSED})
# From a holder that was closed, to the control room.
TAKEN_BACK: Final = frozenset({HANDED_OVER, SIGNED, RETURNED, DISPATCHED})

# The one table of allowed moves. Whoever holds an incident in a state owes its next move.
MOVES: Final = MappingProxyType(
    {
        NEW: _OPEN,
        HANDED_OVER: frozenset({SIGNED, RETURNED, DISPUTED, HANDED_OVER}),
        SIGNED: frozenset({DISPATCHED, RESOLVED, RETURNED, DISPUTED}),
        RETURNED: _OPEN,
        DISPUTED: frozenset({HANDED_OVER}),
        DISPATCHED: frozenset({DISPATCHED, RESOLVED, HANDED_OVER}),
        RESOLVED: frozenset({CLOSED, REOPENED}),
        CLOSED: frozenset({REOPENED}),
        REOPENED: _OPEN,
    }
)
_ONWARD: Final = (NEW, HANDED_OVER, SIGNED, DISPATCHED, RESOLVED, CLOSED)
DISPOSALS: Final = ("done", "advised", "passed_on", "not_found", "repeat_of", "no_matter")
PROTECTS: Final = frozenset({"police", "control_room", "ambulance", "fire"})
MOST_RETURNS = 1  # the second time is for the arbiter
URGENCIES: Final = (1, 2, 3)


def require_move(state: str, to: str) -> None:
    """Refuse a move that the table does not hold: often somebody else was quicker."""
    if to not in MOVES[state]:
        raise Refused("no_such_move")


def require_open(state: str) -> None:
    """Refuse to add to what is closed: nobody looks at it any more."""
    if state == CLOSED:
        raise Refused("closed_already")


def require_past_move(state: str, to: str) -> None:
    """Refuse what goes back in a history of the past; a step that nobody stamped on the way is missing."""
    if _ONWARD.index(to) <= _ONWARD.index(state):
        raise Refused("no_such_move")


def after_return(returns: int) -> str:
    """Return where an incident goes that is sent back: to the sender, the second time to the arbiter."""
    return RETURNED if returns < MOST_RETURNS else DISPUTED


def urgency_at_call(urgency: int, exclusion_gate: bool) -> int:
    """Return how urgent a new incident is: at once where it may hide danger to life."""
    return min(require_urgency(urgency), 1 if exclusion_gate else 3)


def is_gated(at_call: bool, now: bool, was_sent: bool) -> bool:
    """Whether a matter may not be diverted: what was called in as danger to life, until somebody went and saw."""
    return now or (at_call and not was_sent)


def may_hold(exclusion_gate: bool, kind: str) -> bool:
    """Whether an organisation of this kind may hold a matter: what may hide danger to life stays with who can come."""
    return not exclusion_gate or kind in PROTECTS


def require_divertible(exclusion_gate: bool, diverted: bool, kind: str) -> None:
    """Refuse to divert, or to hand to whom cannot come, what may hide danger to life, such as violence at home."""
    if exclusion_gate and (diverted or not may_hold(exclusion_gate, kind)):
        raise Refused("danger_needs_a_unit", "to")


def require_returnable(returns: int) -> None:
    """Refuse to send back what the arbiter has decided."""
    if returns > MOST_RETURNS:
        raise Refused("arbiter_has_decided")


def require_onward(state: str, returns: int, had_it: bool) -> None:
    """Refuse to hand on unsigned what the arbiter decided, and to whom it came from: they are owed a reason."""
    if state != HANDED_OVER:
        return
    require_returnable(returns)
    if had_it:
        raise Refused("return_instead")


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
    """Return an urgency: 1 at once, 2 soon, 3 in its turn."""
    if urgency not in URGENCIES:
        raise Refused("unknown_urgency", "urgency")
    return urgency


def urgency_of(typed: str) -> int:
    """Return the urgency that was typed, or refuse it."""
    return require_urgency(next((urgency for urgency in URGENCIES if typed == str(urgency)), 0))


def raised(urgency: int, valid_reports: int) -> int:
    """Return the urgency when one more report tells of it: many callers can raise it, none can lower it."""
    return min(urgency, 1 if valid_reports >= 5 else 2 if valid_reports >= 3 else 3)


def placed(known: Place, reported: Place) -> Place:
    """Return where an incident is: the point of the first report that has one stays."""
    return reported if None in known else known


def require_part(moved: Collection[int], all_reports: Collection[int]) -> None:
    """Refuse a split that leaves one side without a report, or moves what somebody moved already."""
    if not set(moved) <= set(all_reports):
        raise Refused("no_such_move")
    if not moved or set(moved) == set(all_reports):
        raise Refused("split_needs_both_sides", "report_ids")
