"""The moves that pages offer with an incident, and the verbs that they post; the verbs check again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from django.http import Http404

from anlan.core.people.actors import Actor
from anlan.triage import actions, rules
from anlan.triage.access import holds, is_arbiter, is_desk, is_mover, is_officer
from anlan.triage.models import Incident
from anlan.triage.queries.incidents import is_gated

Posted = Mapping[str, str]
# Each verb by its button's name, and what its fields are called in the form.
VERBS: Final[Mapping[str, tuple[Callable[..., Any], tuple[str, ...]]]] = MappingProxyType(
    {
        "hand_over": (actions.hand_over, ("to",)),
        "divert": (actions.divert, ("to",)),
        "sign_for": (actions.sign_for, ()),
        "return": (actions.return_incident, ("reason",)),
        "arbitrate": (actions.arbitrate, ("to", "reason")),
        "resolve": (actions.resolve, ("disposal",)),
        "close": (actions.close_incident, ("disposal",)),
        "reopen": (actions.reopen, ("reason",)),
        "take_back": (actions.take_back, ()),
        "confirm": (actions.confirm_category, ("category",)),
        "urgency": (actions.set_urgency, ("urgency",)),
    }
)


def may(incident: Incident, actor: Actor) -> dict[str, bool]:
    """Return which moves this person has now."""
    held, desk = holds(incident, actor), is_desk(actor)
    state, moves = incident.state, rules.MOVES[incident.state]
    signs = held and is_officer(actor)
    decided = state == rules.HANDED_OVER and incident.returns > rules.MOST_RETURNS
    hands = held and rules.HANDED_OVER in moves and state != rules.DISPUTED and not decided
    return {
        "hand_over": hands,
        "divert": hands and not is_gated(incident),
        "sign_for": signs and rules.SIGNED in moves,
        "return": signs and rules.RETURNED in moves and incident.returns <= rules.MOST_RETURNS,
        "arbitrate": state == rules.DISPUTED and is_arbiter(actor),
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


def make_move(number: str, posted: Posted, actor: Actor, at: dt.datetime) -> None:
    """Make the move that a form asks for, if the incident still stands as the form says that it was seen."""
    if posted.get("verb", "") not in VERBS:
        raise Http404

    def act() -> Any:
        verb, names = VERBS[posted["verb"]]
        return verb(number=number, actor=actor, at=at, **{name: _field(name, posted) for name in names})

    if posted.get("seen"):
        actions.as_seen(number=number, seen=posted["seen"], act=act, actor=actor, at=at)
    else:
        act()


def _field(name: str, posted: Posted) -> str | int:
    typed = posted.get(name, "")
    return rules.urgency_of(typed) if name == "urgency" else typed
