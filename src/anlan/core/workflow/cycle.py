"""A life cycle: offers on pages, the verb's check, entries and history read the same table of moves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import models

from anlan.core import ledger
from anlan.core.city.current import city_read_once
from anlan.core.ledger.updates import update
from anlan.core.ledger.verbs import verb as ledger_verb
from anlan.core.models import Undo
from anlan.core.people.actors import Actor
from anlan.core.refusals import Refused
from anlan.core.time import deadlines
from anlan.core.time.deadlines import Timed
from anlan.core.workflow import undo
from anlan.core.workflow.moves import NOTHING, Change, Move, NotYours, Step, Words, from_to

R = TypeVar("R", bound=models.Model)
Verb = TypeVar("Verb", bound=Callable[..., Any])
Every = Callable[[Any, Change, str, str, Mapping[str, Any], dt.datetime], Change]
Shape = Callable[[str, Any], dict[str, Any]]


@dataclass(frozen=True)
class Door:
    """How a page presses a move: its verb, and how number and form become arguments; a verb takes what was `seen`."""

    verb: Callable[..., Any]
    shape: Shape

    def __call__(self, number: str, seen: str | None, asked: Mapping[str, Any], **who: Any) -> Any:
        """Call the verb with what was typed, and with what the page showed where it kept anything."""
        return self.verb(**self.shape(number, asked), **({} if seen is None else {"seen": seen}), **who)


@dataclass(frozen=True)
class Workflow(Generic[R]):
    """The life cycle of one kind of record; `stage` names its entries, `subject` the record in the ledger."""

    model: type[R]
    stage: str
    moves: tuple[Move, ...]
    subject: Callable[[R], str]
    every: Every | None = from_to  # what each move adds to its change
    about: Callable[[R], Mapping[str, Any]] = lambda record: {}  # what each entry says of its record
    known: Callable[[R], Any] = lambda record: None  # what clocks may ask, kept with each step as it was then
    seen: Callable[[R], str] | None = None  # what a page keeps, to notice a step that somebody else took meanwhile
    line: Callable[[Step, Actor], models.Model | None] | None = None  # a row of the history that pages show
    heard: Callable[[str, Step], None] | None = None  # clocks, and what else follows each entry in its transaction
    timed: Callable[[Step], Timed] | None = None  # which named clock runs on the record from this step on
    stale: str = "step_taken_meanwhile"  # the refusal where a page no longer holds
    elsewhere: str = "stands_already"  # the refusal where the record stands in a state that a move does not begin at
    theirs: Mapping[str, type[NotYours]] = field(default_factory=dict)  # what is raised for a code of `who`
    undone: str = ""  # the kind of the entry that takes a move back, without the stage
    doors: dict[str, Door] = field(default_factory=dict)

    @cached_property
    def _by_name(self) -> dict[str, Move]:
        return {known.name: known for known in self.moves}

    def __getitem__(self, name: str) -> Move:
        """Return a move by its name; a KeyError where the life cycle has none of it."""
        return self._by_name[name]

    def kind(self, name: str, to: str = "") -> str:
        """Return the kind of the entry that a move leaves."""
        return f"{self.stage}.{self[name].kind(to)}"

    def refusal(
        self, made: Move, actor: Actor, record: R, at: dt.datetime, seen: str | None = None, past: bool = False
    ) -> Refused | NotYours | None:
        """Return why this actor cannot make this move with this record now: not theirs, stale, too late, guarded.

        In a history of the past, which another system recorded, a move begins also where a step without a stamp misses.
        """
        if code := made.who(actor, record):
            return self.theirs.get(code, NotYours)(actor, made.name, code)
        if seen and (refused := self.outdated(record, seen)):
            return refused
        if (state := _state(record)) not in made.source and not (past and state in made.skips):
            return Refused(made.elsewhere or self.elsewhere, number=str(record), state=_label(record))
        return made.when(record, at) if made.when else None

    def outdated(self, record: R, seen: str) -> Refused | None:
        """Return why a page does not hold any more that showed a record as it was `seen`."""
        if self.seen is None or self.seen(record) == seen:
            return None
        return Refused(self.stale, number=str(record), state=_label(record))

    def may(self, name: str, actor: Actor, record: R, at: dt.datetime) -> bool:
        """Whether a move is this actor's with this record now; what costs nothing is asked first."""
        made = self[name]
        return _state(record) in made.source and self.refusal(made, actor, record, at) is None

    def require(
        self, name: str, records: Iterable[R], *, seen: str | None = None, actor: Actor, at: dt.datetime
    ) -> None:
        """Raise why this actor cannot make this move with one of these records now."""
        with city_read_once():
            for record in records:
                if refused := self.refusal(self[name], actor, record, at, seen):
                    raise refused

    def offers(self, actor: Actor, record: R, at: dt.datetime) -> list[Move]:
        """Return the moves that this actor can make with this record now, in the order of their declaration."""
        return [known for known in self.moves if known.label and self.may(known.name, actor, record, at)]

    def decide(
        self,
        name: str,
        record: R,
        values: Mapping[str, Any] | None = None,
        *,
        seen: str | None = None,
        past: bool = False,
        actor: Actor,
        at: dt.datetime,
    ) -> Step:
        """Make a move with a record in memory, or raise why not; `store` writes what was decided."""
        made, values = self[name], values or {}
        if refused := self.refusal(made, actor, record, at, seen, past):
            raise refused
        before, change = _state(record), made.apply(record, values, at)
        after = str(change.to or made.only)
        if after not in made.to:
            raise LookupError(f"{name} leads to {sorted(made.to)}, not to {change.to!r}")
        if self.every:
            change = self.every(record, change, before, after, values, at)
        kept = undo.columns_of(record, ["state", *change.fields]) if made.undo_s and not actor.is_system else None
        for column, value in change.fields.items():
            setattr(record, column, value)
        record.state = after  # type: ignore[attr-defined]
        kind = f"{self.stage}.{made.kind(after)}"
        return Step(record, made, change, before, after, at, kind, self.known(record), kept)

    def note(
        self, past: str, record: R, at: dt.datetime, fields: Mapping[str, Any] | None = None, **payload: Any
    ) -> Step:
        """Change a record in memory by an act that is no move: its entry and its clocks are those of the life cycle."""
        for column, value in (fields or {}).items():
            setattr(record, column, value)
        change, state = Change(fields or NOTHING, payload), _state(record)
        return Step(record, None, change, state, state, at, f"{self.stage}.{past}", self.known(record))

    def store(
        self,
        steps: Sequence[Step],
        actor: Actor,
        *,
        write: Callable[[], None] | None = None,
        heard: Callable[[], None] | None = None,
    ) -> None:
        """Write what was decided: each record once, each step's line of history, entry and clocks in order.

        Whoever makes many new records writes them with their lines, and their clocks, all at once.
        """
        if write:
            write()
        else:
            self._write(steps, actor)
        ledger.append_rows(list(self._entries(steps, actor)))
        if self.timed:
            deadlines.begin([self.timed(step) for step in steps])
        if heard:
            heard()
        elif self.heard:
            for step in steps:
                if step.is_told:
                    self.heard(step.kind, step)

    def _write(self, steps: Sequence[Step], actor: Actor) -> None:
        records = list({id(step.record): step.record for step in steps}.values())
        changed = {"state" for step in steps if step.move}.union(*(step.change.fields for step in steps))
        if changed:
            update(self.model, records, sorted(changed))
        lines = [self.line(step, actor) for step in steps if step.move] if self.line else []
        if lines := [line for line in lines if line]:
            type(lines[0])._default_manager.bulk_create(lines, batch_size=500)

    def take(
        self,
        name: str,
        records: Sequence[R],
        values: Mapping[str, Any] | None = None,
        *,
        seen: str | None = None,
        actor: Actor,
        at: dt.datetime,
    ) -> list[Step]:
        """Make a move with one record or with many that are held under lock, all or none."""
        with city_read_once():  # many records ask for the same calendar
            steps = [self.decide(name, record, values, seen=seen, actor=actor, at=at) for record in records]
        with ExitStack() as keeping:
            for step in steps:
                if step.kept is not None and step.move:
                    kept = undo.kept(self.subject(step.record), step.move.name, step.kind, step.move.undo_s, step.kept,
                                     actor=actor, at=step.at)  # fmt: skip
                    keeping.enter_context(kept)
            self.store(steps, actor)
        return steps

    def take_back(self, record: R, kept: Undo | None = None, *, actor: Actor, at: dt.datetime) -> str:
        """Take back the last move of a record that is held under lock, within its seconds; return the move's name.

        The entry follows from that of the move; followers wait with a move until it stands. Who takes back what this
        move followed from has asked already whether it can be, and hands over what was `kept`.
        """
        subject = self.subject(record)
        found = kept or undo.require_undoable(subject, actor, at)
        after, name, cause = _state(record), found.move, found.entry_id
        columns = undo.give_back(found, record)
        record.save(update_fields=columns)
        payload = {**self.about(record), "move": name, "from": after, "to": _state(record)}
        with ledger.caused_by(cause):
            ledger.append(f"{self.stage}.{self.undone}", actor=actor, at=at, subject=subject, payload=payload)
        return name

    def door(self, name: str, shape: Shape) -> Callable[[Verb], Verb]:
        """Name the verb by which a page makes a move; `shape` turns the number and what was typed into arguments."""
        assert self[name].label, f"{name} is offered to nobody"

        def register(verb: Verb) -> Verb:
            self.doors[name] = Door(verb, shape)
            return verb

        return register

    def plain(self, name: str, lock: Callable[[list[str]], Sequence[R]]) -> Callable[..., str]:
        """Return the verb of a move that does nothing but the move, stored under the stage and the move's name."""

        @ledger_verb(f"{self.stage}.{name}")
        def run(
            *,
            number: str,
            seen: str | None = None,
            actor: Actor,
            at: dt.datetime,
            key: str | None = None,
            **values: Any,
        ) -> str:
            (step,) = self.take(name, lock([number]), values, seen=seen, actor=actor, at=at)
            return step.after

        return self.door(name, lambda number, asked: {"number": number, **asked})(run)

    @cached_property
    def said(self) -> dict[str, Words]:
        """What pages say of each kind of entry that a move leaves."""
        ways = [(known, to) for known in self.moves for to in known.to]
        return {f"{self.stage}.{known.kind(to)}": known.tells(to) for known, to in ways}

    def turn(self, state: str) -> str:
        """Return who is waited for in a state, or nobody."""
        return next((known.turn for known in self.moves if state in known.due), "nobody")

    def reachable(self, start: str) -> set[str]:
        """Return every state that the moves lead to from one."""
        reached: set[str] = set()
        waiting = [start]
        while waiting:
            state = waiting.pop()
            if state not in reached:
                reached.add(state)
                waiting += [to for known in self.moves if state in known.source for to in known.to]
        return reached

    def _entries(self, steps: Iterable[Step], actor: Actor) -> Iterator[dict[str, Any]]:
        record: R | None = None
        for step in steps:
            if step.record is not record:
                record = step.record
                about, subject = self.about(step.record), self.subject(step.record)
            if step.move and step.move.first:
                first = ledger.canonical({**about, **step.change.first})
                yield ledger.row_of(f"{self.stage}.{step.move.first}", actor, step.at, subject, first)
            if step.is_told:
                yield ledger.row_of(
                    step.kind, actor, step.at, subject, ledger.canonical({**about, **step.change.payload})
                )


def _state(record: Any) -> str:
    return str(record.state)


def _label(record: Any) -> Words:
    label: Words = record.get_state_display()
    return label
