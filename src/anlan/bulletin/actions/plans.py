"""The verb of a plan: which measures a period's bulletin prints is fixed, and once it is, stays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from anlan.bulletin import rules
from anlan.bulletin.access import DESK
from anlan.bulletin.figures.measure import MEASURES
from anlan.bulletin.models import Plan
from anlan.core import ledger
from anlan.core.ledger.verbs import verb
from anlan.core.models import City
from anlan.core.people.actors import Actor
from anlan.core.refusals import Refused
from anlan.core.series import Series


@verb("bulletin.fix_measures")
def fix_measures(
    *,
    since: dt.date,
    until: dt.date,
    measures: Sequence[str] = (),
    actor: Actor,
    at: dt.datetime,
    key: str | None = None,
) -> dict[str, Any]:
    """Fix which measures a period's bulletin prints; every counter-indicator comes along.

    Of a period that is over, or on its last day, its issue says that it was compiled afterwards.
    """
    actor.require(*DESK)
    rules.require_period(since, until)
    list(City.objects.select_for_update().all())
    if Plan.objects.filter(since=since, until=until).exists():
        raise Refused("measures_fixed_already")
    counters = {code: measure.counter for code, measure in MEASURES.items()}
    codes = rules.require_counters(list(measures) or list(MEASURES), counters)
    number = Series("BP", since.year, 2).next()
    Plan.objects.create(number=number, since=since, until=until, fixed_at=at, measures=ledger.canonical(codes))
    fixed = {"since": str(since), "until": str(until), "measures": codes}
    ledger.append("bulletin.measures_fixed", actor=actor, at=at, subject=f"plan:{number}", payload=fixed)
    return {"plan": number, "measures": codes}
