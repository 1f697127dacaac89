"""The crews of the served city: whoever was sent, by the simulation or by a visitor, walks and stamps its way.

A unit with a log-in of its own is left to who holds that telephone, for a while.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final

from anlan.city.day.desk import AT_THE_DESK, BY_CODE, FLOODED
from anlan.city.day.patience import waited
from anlan.city.demo.progress import ACTOR
from anlan.dispatch.actions import resolve_on_scene, stamp
from anlan.dispatch.models import Assignment, UnitAccess
from anlan.dispatch.rules import next_step
from anlan.dispatch.states import Stamp

MINUTES: Final = {Stamp.ACKNOWLEDGED: 0.6, Stamp.EN_ROUTE: 1.1, Stamp.ON_SCENE: 7.0, Stamp.FIELD_FEEDBACK: 3.0,
                  Stamp.CLEARED: 8.0}  # fmt: skip
LEFT_ALONE: Final = dt.timedelta(minutes=20)


def steps(at: dt.datetime) -> Iterator[Callable[[], Any]]:
    """Give the next stamp of each crew that is due by now."""
    held = set(UnitAccess.objects.values_list("unit_id", flat=True))
    sent = Assignment.objects.open().select_related(
        "unit", "incident__category_at_call", "incident__category_confirmed"
    )
    for assignment in sent.prefetch_related("milestones"):
        step = next_step(assignment.state)
        since = max(milestone.at for milestone in assignment.milestones.all())
        since += LEFT_ALONE if assignment.unit_id in held else dt.timedelta(0)
        if step and waited(since, at, _minutes(assignment, step), step, _name(assignment)):
            how: dict[str, Any] = {"assignment": assignment.pk, "actor": ACTOR, "at": at}
            ends = step == Stamp.RESOLVED
            yield partial(resolve_on_scene, disposal="done", **how) if ends else partial(stamp, step=step, **how)


def _name(assignment: Assignment) -> str:
    return f"{assignment.incident.number} {assignment.unit.code}"


def _minutes(assignment: Assignment, step: str) -> float:
    """Return how long a crew mostly takes to a step; on the spot as long as the matter takes."""
    if step != Stamp.RESOLVED:
        return MINUTES[Stamp(step)]
    code = assignment.incident.category.code
    return BY_CODE.get(code, FLOODED if code == FLOODED.code else AT_THE_DESK).minutes
