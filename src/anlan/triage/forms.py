"""The moves that pages post: which verb, with which of the form's fields."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from django.http import Http404

from anlan.core.people.actors import Actor
from anlan.triage import actions, rules

Posted = Mapping[str, str]
# Each verb by its button's name, and what its fields are called in the form.
MOVES: Final[Mapping[str, tuple[Callable[..., Any], tuple[str, ...]]]] = MappingProxyType(
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


def make_move(number: str, posted: Posted, actor: Actor, at: dt.datetime) -> None:
    """Make the move that a form asks for, if the incident still stands as the form says that it was seen."""
    if posted.get("verb", "") not in MOVES:
        raise Http404

    def act() -> Any:
        verb, names = MOVES[posted["verb"]]
        return verb(number=number, actor=actor, at=at, **{name: _field(name, posted) for name in names})

    if posted.get("seen"):
        actions.as_seen(number=number, seen=posted["seen"], act=act, actor=actor, at=at)
    else:
        act()


def _field(name: str, posted: Posted) -> str | int:
    typed = posted.get(name, "")
    return rules.urgency_of(typed) if name == "urgency" else typed
