"""Units at an incident."""

from __future__ import annotations

import datetime as dt

from anlan.core.people.actors import system
from anlan.dispatch import actions
from anlan.dispatch.models import Assignment
from tests.make.city import AT
from tests.make.incidents import incident


def assignment(number: str = "", *, unit: str = "mobile-1", at: dt.datetime = AT) -> int:
    """Send a unit to an incident, without one to a new one; return the assignment."""
    sent = actions.dispatch_unit(number=number or incident(at=at), unit=unit, actor=system("test"), at=at)
    return int(sent["assignment"])


def stamp(assignment: int, step: str, at: dt.datetime) -> None:
    """Stamp a step of an assignment; who ends the danger resolves the incident."""
    if step == "resolved":
        actions.resolve_on_scene(assignment=assignment, disposal="done", actor=system("test"), at=at)
    else:
        actions.stamp(assignment=assignment, step=step, actor=system("test"), at=at)


def free(unit: str, *, at: dt.datetime = AT) -> None:
    """Free a unit."""
    for pk in Assignment.objects.open().filter(unit__code=unit).values_list("pk", flat=True):
        stamp(pk, "cleared", at)
