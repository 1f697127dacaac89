"""Pure decisions of dispatch: the one table of milestones, which unit may go, how shifts follow each other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import cache
from itertools import pairwise
from types import MappingProxyType
from typing import Final

from anlan.core.refusals import Refused
from anlan.dispatch.states import Stamp

S = Stamp
_AFTER_WORK = frozenset({S.FIELD_FEEDBACK, S.CLEARED})

# The one table: which milestone may follow which. A crew with a bad network skips some; nothing goes back.
# A unit that is not needed any more is free again without having ended anything.
MOVES: Final = MappingProxyType(
    {
        S.DISPATCHED: frozenset({S.ACKNOWLEDGED, S.EN_ROUTE, S.ON_SCENE, S.RESOLVED, S.REASSIGNED, S.CLEARED}),
        S.ACKNOWLEDGED: frozenset({S.EN_ROUTE, S.ON_SCENE, S.RESOLVED, S.REASSIGNED, S.CLEARED}),
        S.EN_ROUTE: frozenset({S.ON_SCENE, S.RESOLVED, S.REASSIGNED, S.CLEARED}),
        S.ON_SCENE: frozenset({S.RESOLVED, S.REASSIGNED, S.CLEARED}),
        S.RESOLVED: _AFTER_WORK,
        S.FIELD_FEEDBACK: frozenset({S.CLEARED}),
        S.CLEARED: frozenset({S.REVIEWED}),
        S.REASSIGNED: frozenset({S.REVIEWED}),
        S.REVIEWED: frozenset({S.ARCHIVED}),
        S.ARCHIVED: frozenset(),
    }
)
ENDED: Final = frozenset({S.CLEARED, S.REASSIGNED, S.REVIEWED, S.ARCHIVED})  # the unit can be sent elsewhere
OUT: Final = frozenset({S.ACKNOWLEDGED, S.EN_ROUTE, S.ON_SCENE})  # from here a crew may ask for backup
CREW: Final = frozenset(
    {S.ACKNOWLEDGED, S.EN_ROUTE, S.ON_SCENE, S.RESOLVED, S.FIELD_FEEDBACK, S.CLEARED, S.BACKUP_ASKED}
)
# What a crew stamps and says no more; with the others comes a result, or a call for help: verbs of their own.
PLAIN: Final = CREW - {S.RESOLVED, S.BACKUP_ASKED}
# What another system may have recorded of a unit, in the usual order.
RECORDED: Final = (
    S.DISPATCHED.value, S.ACKNOWLEDGED.value, S.EN_ROUTE.value, S.ON_SCENE.value, S.BACKUP_ASKED.value,
    S.RESOLVED.value, S.FIELD_FEEDBACK.value, S.CLEARED.value, S.REASSIGNED.value,
)  # fmt: skip
# The wider table as next usual step, for the one big button of a crew.
NEXT: Final = MappingProxyType(
    {
        S.DISPATCHED: S.ACKNOWLEDGED,
        S.ACKNOWLEDGED: S.EN_ROUTE,
        S.EN_ROUTE: S.ON_SCENE,
        S.ON_SCENE: S.RESOLVED,
        S.RESOLVED: S.FIELD_FEEDBACK,
        S.FIELD_FEEDBACK: S.CLEARED,
        S.CLEARED: S.REVIEWED,
        S.REASSIGNED: S.REVIEWED,
        S.REVIEWED: S.ARCHIVED,
    }
)

DEVICE_APART: Final = dt.timedelta(minutes=1)


def require_step(state: str, to: str) -> None:
    """Refuse a milestone that cannot follow; often the crew has stamped it already."""
    if to not in MOVES[Stamp(state)]:
        raise Refused("no_such_step", "step")


def require_past_step(state: str, to: str) -> None:
    """Refuse what goes back in a history of the past; a step that nobody stamped on the way is missing."""
    order = list(Stamp)
    if (state in ENDED and to == Stamp.REASSIGNED) or order.index(Stamp(to)) <= order.index(Stamp(state)):
        raise Refused("no_such_step", "step")


def require_free(busy: bool, on_shift: bool, active: bool) -> None:
    """Refuse a unit that is elsewhere, off shift or gone."""
    if not active:
        raise Refused("unit_closed", "unit")
    if not on_shift:
        raise Refused("unit_off_shift", "unit")
    if busy:
        raise Refused("unit_busy", "unit")


def require_apart(spans: Iterable[tuple[dt.datetime, dt.datetime]]) -> None:
    """Refuse shifts of one unit that overlap: its people would count twice."""
    if any(ends > begins for (_, ends), (begins, _) in pairwise(sorted(spans))):
        raise Refused("shift_overlaps", "begins_at")


@cache
def still_to_come(state: str) -> frozenset[str]:
    """Return the milestones that can be stamped yet: one that is not among them and has no stamp stays missing."""
    after = MOVES[Stamp(state)]
    found = {str(step) for step in after}.union(*(still_to_come(step) for step in after))
    return frozenset(found | ({str(S.BACKUP_ASKED)} if OUT & {state, *found} else set()))


@cache
def kinds_to_come(state: str) -> frozenset[str]:
    """Return the kinds of entries that an assignment in this state can leave yet."""
    return frozenset(f"dispatch.unit_{step}" for step in still_to_come(state))


def require_shift_possible(begins_at: dt.datetime, ends_at: dt.datetime, people: int) -> None:
    """Refuse a shift that ends before it begins, or that nobody is on."""
    if ends_at <= begins_at or not 0 < people < 1000:
        raise Refused("shift_impossible", "ends_at")


def next_step(state: str) -> str | None:
    """Return the usual next milestone."""
    return NEXT.get(Stamp(state))


def steps_from(state: str) -> list[str]:
    """Return the usual next milestone; where a crew gives it, also those that it gives after it."""
    steps: list[str] = []
    while (step := next_step(steps[-1] if steps else state)) and (not steps or step in CREW):
        steps.append(str(step))
    return steps


def device_differs(at: dt.datetime, device_at: dt.datetime | None) -> bool:
    """Whether a device's time of a stamp says something: it was pressed long before it came in, or its clock is off."""
    return device_at is not None and abs(at - device_at) >= DEVICE_APART
