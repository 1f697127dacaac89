"""The law by day: which version of an act was in force when something happened."""

from __future__ import annotations

import datetime as dt

from anlan.core.models import LegalAct


def in_force(code: str, *, on: dt.date) -> LegalAct | None:
    """Return the version of an act that was in force on a day; none where it was not yet, or no longer."""
    return LegalAct.objects.in_force_on(on).filter(code=code).first()


def on(day: dt.date) -> list[LegalAct]:
    """Return every act in force on a day, by code."""
    return list(LegalAct.objects.in_force_on(day))
