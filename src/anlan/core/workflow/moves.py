"""One move of a life cycle, as a stage declares it; what it changes in one record; and what came of making it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any, NamedTuple

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


NOTHING: Mapping[str, Any] = MappingProxyType({})


class Change(NamedTuple):
    """What a move does to one record, as plain values; `to` only where the move leads to one of several states.

    `clock` is the named clock that runs on the record from then on, `due_at` a moment that a person chose for it.
    `giver` is who held the record before, where somebody else does from now on; lines of history and clocks ask for it.
    """

    fields: Mapping[str, Any] = NOTHING
    payload: Mapping[str, Any] = NOTHING
    words: str = ""
    to: str | None = None
    clock: str | None = None
    due_at: dt.datetime | None = None
    giver: Any = None
    first: Mapping[str, Any] = NOTHING  # the payload of the entry that comes before the move's own


Apply = Callable[[Any, Mapping[str, Any], dt.datetime], Change]
Guard = Callable[[Any, dt.datetime], Refused | None]


def state_only(record: Any, values: Mapping[str, Any], at: dt.datetime) -> Change:
    """Change the state and nothing else."""
    return Change()


@dataclass(frozen=True)
class Move:
    """One step of a life cycle: from where, to where, whose, when, what it does, and what pages call it.

    One without a label follows from another move and is offered to nobody. `past` (the entry's kind, without the
    stage; empty where the other move's entry says it), `said` (what pages say of the entry) and `history` (the name in
    the history, if not the move's own) are told by target where that differs.
    """

    name: str
    source: frozenset[str]
    to: frozenset[str]
    who: Who
    past: str | Mapping[str, str]
    first: str = ""  # an entry that comes before the move's own, with a payload of its own
    skips: frozenset[str] = frozenset()  # also from here in a history of the past, where a step without a stamp misses
    when: Guard | None = None
    apply: Apply = state_only
    history: str | Mapping[str, str] = ""
    due: frozenset[str] = frozenset()  # the states in which this is the step that is waited for
    turn: str = ""  # who is waited for then
    label: Words = ""
    said: Words | dict[str, Words] = ""
    key: str = ""
    form: Any = None
    whose: Words = ""  # said to somebody whose move it is not
    elsewhere: str = ""  # the refusal where it stands in another state, if not the life cycle's
    aside: bool = False  # possible, and not what a page asks for where it is not due
    undo_s: int = 0  # so many seconds long whoever made it can take it back
    opens: bool = False  # its form stands open where it is due
    mark: str = "done"  # in the history: "now" where somebody is to act anew, "late" where what was done failed

    @cached_property
    def only(self) -> str | None:
        """The state to which it leads, where that is one."""
        return next(iter(self.to)) if len(self.to) == 1 else None

    def kind(self, to: str) -> str:
        """Return what the entry is called."""
        return self.past if isinstance(self.past, str) else self.past[to]

    def called(self, to: str) -> str:
        """Return what the history calls it."""
        return (self.history if isinstance(self.history, str) else self.history[to]) or self.name

    def tells(self, to: str) -> Words:
        """Return what pages say of the entry."""
        return self.said[to] if isinstance(self.said, dict) else self.said


def move(
    name: str, source: Iterable[str], to: Iterable[str], *, due: Iterable[str] = (), skips: Iterable[str] = (),
    **rest: Any,
) -> Move:  # fmt: skip
    """Declare a move; a single state may be written without brackets."""
    return Move(name, _states(source), _states(to), due=_states(due), skips=_states(skips), **rest)


def _states(given: Iterable[str]) -> frozenset[str]:
    return frozenset([str(given)] if isinstance(given, str) else map(str, given))


class Step(NamedTuple):
    """One move made with one record, or an act that changes no state: where it stood, what changed, when.

    `known` is what the clocks may ask of the record as it was then.
    """

    record: Any
    move: Move | None
    change: Change
    before: str
    after: str
    at: dt.datetime
    kind: str
    known: Any = None
    kept: Mapping[str, Any] | None = None  # columns as they were, where the move can be taken back

    @property
    def is_told(self) -> bool:
        """Whether an entry of its own says it; else another move's entry does."""
        return self.move is None or bool(self.move.past)

    @property
    def called(self) -> str:
        """What the history calls the move."""
        return self.move.called(self.after) if self.move else ""


def from_to(record: Any, change: Change, before: str, after: str, values: Mapping[str, Any], at: dt.datetime) -> Change:
    """Say in the entry where the record stood before and stands now."""
    return change._replace(payload={"from": before, "to": after, **change.payload})
