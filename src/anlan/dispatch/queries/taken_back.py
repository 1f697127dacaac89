"""A sending that was taken back: its row is gone, the ledger says which unit was sent where."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass

from anlan.core.models import LedgerEntry
from anlan.core.people.actors import Actor
from anlan.dispatch.models import Unit
from anlan.dispatch.queries.units import units_of


@dataclass(frozen=True)
class TakenBack:
    """Which unit need not go to which incident, since when."""

    unit: Unit
    number: str
    at: dt.datetime


def taken_back(pk: int, actor: Actor) -> TakenBack | None:
    """Return what is known of an assignment whose sending was taken back, if the actor sees its unit."""
    entry = LedgerEntry.objects.filter(subject=f"assignment:{pk}", kind="dispatch.unit_undone").order_by("-pk").first()
    payload = json.loads(entry.payload) if entry else {}
    if entry is None or payload["to"]:  # a stamp alone was taken back: the assignment stands
        return None
    unit = units_of(actor).filter(code=payload["unit"]).first()
    return TakenBack(unit, payload["incident"], dt.datetime.fromisoformat(entry.at)) if unit else None
