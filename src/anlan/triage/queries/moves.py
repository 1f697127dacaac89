"""Which moves of an incident a person is offered; the verbs check again."""

from __future__ import annotations

from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.triage import rules
from anlan.triage.access import holds, is_desk, is_mover
from anlan.triage.models import Incident
from anlan.triage.queries.incidents import is_gated


def may(incident: Incident, actor: Actor) -> dict[str, bool]:
    """Return which moves this person has now."""
    held, desk = holds(incident, actor), is_desk(actor)
    state, moves = incident.state, rules.MOVES[incident.state]
    signs = held and Role.OFFICER in actor.roles
    decided = state == rules.HANDED_OVER and incident.returns > rules.MOST_RETURNS
    hands = held and rules.HANDED_OVER in moves and state != rules.DISPUTED and not decided
    return {
        "hand_over": hands,
        "divert": hands and not is_gated(incident),
        "sign_for": signs and rules.SIGNED in moves,
        "return": signs and rules.RETURNED in moves and incident.returns <= rules.MOST_RETURNS,
        "arbitrate": state == rules.DISPUTED and Role.SUPERVISOR in actor.roles,
        "resolve": held and rules.RESOLVED in moves,
        "close": desk and rules.CLOSED in moves,
        "reopen": desk and rules.REOPENED in moves,
        "take_back": desk and not incident.owner.active and state in rules.TAKEN_BACK,
        "confirm": held and state != rules.CLOSED,
        "urgency": desk and state != rules.CLOSED,
        "sort": desk and sum(link.unlinked_at is None for link in incident.links.all()) > 1,
    }


def takes_units(incident: Incident, actor: Actor) -> bool:
    """Whether this person may send a unit to it now."""
    return rules.DISPATCHED in rules.MOVES[incident.state] and is_mover(actor) and holds(incident, actor)
