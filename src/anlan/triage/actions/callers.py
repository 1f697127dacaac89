"""The number of a caller is looked up, by whoever picks up."""

from __future__ import annotations

import datetime as dt

from anlan.core import ledger
from anlan.core.ledger.verbs import verb
from anlan.core.people.actors import Actor
from anlan.core.sealed.purposes import Purpose
from anlan.intake.access import TAKES_CALLS
from anlan.intake.actions import read_personal_of
from anlan.triage.queries.callers import reports_of_caller


@verb("triage.callers.look_up_caller")
def look_up_caller(*, contact: str, actor: Actor, at: dt.datetime) -> list[int]:
    """Return the reports of a caller that may be shown, open ones first; each look is an entry, without the number."""
    actor.require(*TAKES_CALLS)
    payload = {"purpose": Purpose.ANSWER}
    ledger.append("triage.caller_looked_up", actor=actor, at=at, subject="calls", payload=payload)
    found = reports_of_caller(contact, actor, at)
    if found:
        read_personal_of(report_ids=found, purpose=Purpose.ANSWER, actor=actor, at=at, fields=("contact",))
    return found
