"""What came of a call-back: where there is danger, somebody has to go at once."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from anlan.core.ledger.verbs import verb
from anlan.core.people.actors import Actor
from anlan.intake.actions import record_call_back
from anlan.intake.states import CallBack
from anlan.triage.access import DESK
from anlan.triage.actions.incidents import open_incident, reopen, set_urgency
from anlan.triage.actions.kin import held_with
from anlan.triage.models import Incident
from anlan.triage.rules import is_ended


@verb("triage.call_back")
def call_back(*, report_id: int, outcome: str, actor: Actor, at: dt.datetime, key: str | None = None) -> dict[str, Any]:
    """Say what came of a call-back; danger opens the incident, or makes the one that the call tells of urgent."""
    actor.require(*DESK)
    incident = held_with(report_id)
    called = record_call_back(report_id=report_id, outcome=outcome, actor=actor, at=at)
    number = _in_danger(report_id, incident, actor, at) if outcome == CallBack.DANGER else ""
    return called | {"incident": number}


def _in_danger(report_id: int, incident: Incident | None, actor: Actor, at: dt.datetime) -> str:
    if incident is None:
        return str(open_incident(report_id=report_id, urgency=1, actor=actor, at=at)["incident"])
    if is_ended(incident.state):
        reopen(number=incident.number, reason=_("Danger when called back"), actor=actor, at=at)
    set_urgency(number=incident.number, urgency=1, actor=actor, at=at)
    return incident.number
