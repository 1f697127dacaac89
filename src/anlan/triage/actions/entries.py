"""What every verb of an incident does: it locks the row, asks the table of moves, leaves an entry for the clocks."""

from __future__ import annotations

import datetime as dt
from typing import Any

from anlan.core import ledger
from anlan.core.people.actors import Actor
from anlan.core.time import clocks
from anlan.triage import rules
from anlan.triage.models import Incident
from anlan.triage.queries.clocks import facts


def locked(number: str) -> Incident:
    """Return an incident with its row locked until the verb ends."""
    return Incident.objects.select_for_update().get(number=number)


def move(incident: Incident, to: str) -> None:
    """Move an incident to another state, if the table allows it."""
    rules.require_move(incident.state, to)
    incident.state = to
    incident.save(update_fields=["state"])


def leave(event: str, incident: Incident, actor: Actor, at: dt.datetime, **payload: Any) -> None:
    """Leave the entry, and let the clocks hear it."""
    kind = f"triage.incident_{event}"
    ledger.append(kind, actor=actor, at=at, subject=incident.subject, payload={"incident": incident.pk, **payload})
    still = () if incident.state == rules.CLOSED else None  # no clock runs on what is closed
    clocks.heard(kind, subject=incident.subject, at=at, holder=incident.owner, facts=facts(incident), still=still)
