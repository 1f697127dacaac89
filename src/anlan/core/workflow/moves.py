"""One move of a life cycle, as a stage declares it; what it changes in one record; and what came of making it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.functional import Promise

from anlan.core.people.actors import Actor, NotAllowed
from anlan.core.refusals import Refused
from anlan.core.workflow.who import Who

Words = str | Promise


class NotYours(NotAllowed):
    """The move exists, and it is somebody else's; `code` says why."""

    def __init__(self, actor: Actor, name: str, code: str) -> None:
        super().__init__(f"{actor.name} may not {name}: {code}")
        self.code = code


@dataclass(frozen=True)
class Change:
    """What a move does to one record, as plain values; `to` only where the move leads to one of several states.

    `clock` is the named clock that runs on the record from then on, `due_at` a moment that a person chose for it.
    """

    fields: Mapping[str, Any] = field(default_factory=dict)
    payload: Mapping[str, Any] = field(default_factory=dict)
    words: str = ""
    to: str | None = None
    clock: str | None = None
    due_at: dt.datetime | None = None


Apply = Callable[[Any, Mapping[str, Any], dt.datetime], Change]
Guard = Callable[[Any, dt.datetime], Refused | None]


def state_only(record: Any, values: Mapping[str, Any], at: dt.datetime) -> Change:
    """Change the state and nothing else."""
    return Change()


@dataclass(frozen=True)
class Move:
    """One step of a life cycle: from where, to where, whose, when, what it does, and what pages call it.

    One without a label follows from another move and is offered to nobody. `past` (the entry's kind, without the
    stage; empty where the other move's entry says it) and `history` (the name in the history, if not the move's own)
    are told by target where that differs.
    """

    name: str
    source: frozenset[str]
    to: frozenset[str]
    who: Who
    past: str | Mapping[str, str]
    when: Guard | None = None
    apply: Apply = state_only
    history: str | Mapping[str, str] = ""
    due: frozenset[str] = frozenset()  # the states in which this is the step that is waited for
    turn: str = ""  # who is waited for then
    label: Words = ""
    key: str = ""
    form: Any = None
    whose: Words = ""  # said to somebody whose move it is not
    aside: bool = False  # possible, and not what a page asks for where it is not due
    opens: bool = False  # its form stands open where it is due
    mark: str = "done"  # in the history: "now" where somebody is to act anew, "late" where what was done failed

    def kind(self, to: str) -> str:
        """Return what the entry is called."""
        return self.past if isinstance(self.past, str) else self.past[to]

    def called(self, to: str) -> str:
        """Return what the history calls it."""
        return (self.history if isinstance(self.history, str) else self.history[to]) or self.name


def move(name: str, source: Iterable[str], to: Iterable[str], *, due: Iterable[str] = (), **rest: Any) -> Move:
    """Declare a move; a single state may be written without brackets."""
    return Move(name, _states(source), _states(to), due=_states(due), **rest)


def _states(given: Iterable[str]) -> frozenset[str]:
    return frozenset([str(given)] if isinstance(given, str) else map(str, given))


@dataclass(frozen=True)
class Step:
    """One move made with one record: where it stood before and after, what changed, when."""

    record: Any
    move: Move
    change: Change
    before: str
    after: str
    at: dt.datetime


def from_to(record: Any, change: Change, before: str, after: str, values: Mapping[str, Any], at: dt.datetime) -> Change:
    """Say in the entry where the record stood before and stands now."""
    return replace(change, payload={"from": before, "to": after, **change.payload})
