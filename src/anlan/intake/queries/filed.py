"""The call just saved, and until when its call-taker may set back how it was filed."""

from __future__ import annotations

import datetime as dt
from typing import Final

from anlan.core.models import LedgerEntry
from anlan.core.people.actors import Actor
from anlan.intake.models import Report
from anlan.intake.states import CARRIES_NOTHING

UNDO_S: Final = 30  # as long as a move of an incident: a wrong key is noticed at once


def just_saved(number: str, actor: Actor) -> Report | None:
    """Return the report with this number, if the actor sees it."""
    seen = Report.objects.visible_to(actor).select_related("category")
    return seen.filter(number=number).first() if number else None


def undo_until(number: str, actor: Actor) -> dt.datetime | None:
    """Return until when this person may let a report count after all that they filed as carrying nothing."""
    report = just_saved(number, actor)
    if report is None or report.validity not in CARRIES_NOTHING:
        return None
    received = LedgerEntry.objects.filter(subject=f"report:{number}", kind="intake.report_received", actor=actor.name)
    return report.entered_at + dt.timedelta(seconds=UNDO_S) if received.exists() else None


def undo_left(number: str, actor: Actor, at: dt.datetime) -> int:
    """Return for how many seconds more it can be set back."""
    until = undo_until(number, actor)
    return max(0, int((until - at).total_seconds())) if until else 0
