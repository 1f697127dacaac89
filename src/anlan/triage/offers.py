"""The moves that pages offer with an incident, and the verbs that they post; the verbs check again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from django.http import Http404

from anlan.core.ledger.verbs import is_answered
from anlan.core.people.actors import Actor
from anlan.core.workflow.moves import Move
from anlan.triage import actions, rules
from anlan.triage.access import holds, is_desk
from anlan.triage.models import Incident
from anlan.triage.moves import INCIDENTS
from anlan.triage.states import State

Posted = Mapping[str, str]
# What changes no state, by its button's name.
ACTS: Final[Mapping[str, Callable[..., Any]]] = MappingProxyType({
    "confirm": lambda number, asked, **who: actions.confirm_category(
        number=number, category=asked.get("category", ""), **who
    ),
    "undo": lambda number, asked, **who: actions.undo(number=number, **who),
    "urgency": lambda number, asked, **who: actions.set_urgency(
        number=number, urgency=rules.urgency_of(asked.get("urgency", "")), **who
    ),
})  # fmt: skip

KEYED: Final = ("hand_over", "divert")  # moves whose verb, which is one, takes a key


def may(incident: Incident, actor: Actor, at: dt.datetime) -> dict[str, Any]:
    """Return which moves and acts this person has now; what can be taken back is asked where it is shown."""
    is_open, desk = incident.state != State.CLOSED, is_desk(actor)
    return {name: INCIDENTS.may(name, actor, incident, at) for name in INCIDENTS.doors} | {
        "confirm": is_open and holds(incident, actor),
        "urgency": is_open and desk,
        "sort": desk and sum(link.unlinked_at is None for link in incident.links.all()) > 1,
    }


def takes_units(incident: Incident, actor: Actor, at: dt.datetime) -> bool:
    """Whether this person may send a unit to it now."""
    return INCIDENTS.may("send", actor, incident, at)


def make_move(number: str, posted: Posted, actor: Actor, at: dt.datetime) -> None:
    """Make the move that a form asks for, if the incident still stands as the form says that it was seen.

    A form that comes twice with its key counts once, where the verb takes one.
    """
    name, key = posted.get("verb", ""), posted.get("key", "")[:64] or None
    who: dict[str, Any] = {"actor": actor, "at": at}
    if name not in INCIDENTS.doors and name not in ACTS:
        raise Http404

    def act() -> Any:
        if name in ACTS:
            return ACTS[name](number, posted, **who)
        return INCIDENTS.doors[name](number, None, posted, **who, **({"key": key} if name in KEYED else {}))

    if posted.get("seen") and not (name in KEYED and is_answered("triage.hand_over", actor, key)):
        actions.as_seen(number=number, seen=posted["seen"], act=act, actor=actor, at=at)
    else:
        act()


def next_move(incident: Incident, actor: Actor, at: dt.datetime) -> Move | None:
    """Return the move that an incident waits for, where it is this person's."""
    waited = (known for known in INCIDENTS.moves if incident.state in known.due or known.name == "take_back")
    return next((known for known in waited if INCIDENTS.may(known.name, actor, incident, at)), None)
