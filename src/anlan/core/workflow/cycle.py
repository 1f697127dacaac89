"""A life cycle: offers on pages, the verb's check, entries and history read the same table of moves."""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from django.db import models

from anlan.core import ledger
from anlan.core.city.current import city_read_once
from anlan.core.people.actors import Actor
from anlan.core.refusals import Refused
from anlan.core.time import deadlines
from anlan.core.time.deadlines import Timed
from anlan.core.workflow.moves import Change, Move, NotYours, Step, Words, from_to

R = TypeVar("R", bound=models.Model)
Verb = TypeVar("Verb", bound=Callable[..., Any])
Every = Callable[[Any, Change, str, str, Mapping[str, Any], dt.datetime], Change]


@dataclass(frozen=True)
class Workflow(Generic[R]):
    """The life cycle of one kind of record; `stage` names its entries, `subject` the record in the ledger."""

    model: type[R]
    stage: str
    moves: tuple[Move, ...]
    subject: Callable[[R], str]
    every: Every = from_to  # what each move adds to its change
    seen: Callable[[R], str] | None = None  # what a page keeps, to notice a step that somebody else took meanwhile
    line: Callable[[Step, Actor], models.Model] | None = None  # a row of the history that pages show
    heard: Callable[[str, Step], None] | None = None  # clocks, and what else follows each entry in its transaction
    timed: Callable[[Step], Timed] | None = None  # which named clock runs on the record from this step on
    doors: dict[str, Callable[..., Any]] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Move:
        """Return a move by its name."""
        return next(known for known in self.moves if known.name == name)

    def refusal(
        self, made: Move, actor: Actor, record: R, at: dt.datetime, seen: str | None = None
    ) -> Refused | NotYours | None:
        """Return why this actor cannot make this move with this record now: not theirs, stale, too late, guarded."""
        if code := made.who(actor, record):
            return NotYours(actor, made.name, code)
        if seen and self.seen and self.seen(record) != seen:
            return Refused("step_taken_meanwhile", number=str(record), state=_label(record))
        if _state(record) not in made.source:
            return Refused("stands_already", number=str(record), state=_label(record))
        return made.when(record, at) if made.when else None

    def may(self, name: str, actor: Actor, record: R, at: dt.datetime) -> bool:
        """Whether a move is this actor's with this record now; what costs nothing is asked first."""
        made = self[name]
        return _state(record) in made.source and self.refusal(made, actor, record, at) is None

    def require(
        self, name: str, records: Iterable[R], *, seen: str | None = None, actor: Actor, at: dt.datetime
    ) -> None:
        """Raise why this actor cannot make this move with one of these records now."""
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
        actor: Actor,
        at: dt.datetime,
    ) -> Step:
        """Make a move with a record in memory, or raise why not; `store` writes what was decided."""
        made, values = self[name], values or {}
        self.require(name, [record], seen=seen, actor=actor, at=at)
        before, change = _state(record), made.apply(record, values, at)
        after = str(change.to or next(iter(made.to)))
        if after not in made.to or (change.to is None and len(made.to) > 1):
            raise LookupError(f"{name} leads to {sorted(made.to)}, not to {change.to!r}")
        change = self.every(record, change, before, after, values, at)
        for column, value in {**change.fields, "state": after}.items():
            setattr(record, column, value)
        return Step(record, made, change, before, after, at)

    def store(self, steps: Sequence[Step], actor: Actor) -> None:
        """Write what was decided: each record once, each step's line of history, entry and clocks in order."""
        if not steps:
            return
        records = list({id(step.record): step.record for step in steps}.values())
        changed = {"state"}.union(*(step.change.fields for step in steps))
        self.model._default_manager.bulk_update(records, sorted(changed), batch_size=200)
        if self.line:
            lines = [self.line(step, actor) for step in steps]
            type(lines[0])._default_manager.bulk_create(lines, batch_size=500)
        ledger.append_rows([self._entry(step, actor) for step in steps if step.move.past])
        if self.timed:
            deadlines.begin([self.timed(step) for step in steps])
        if self.heard:
            for step in steps:
                self.heard(self._kind(step), step)

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
        self.store(steps, actor)
        return steps

    def door(self, name: str, shape: Callable[[str, dict[str, Any]], dict[str, Any]]) -> Callable[[Verb], Verb]:
        """Name the verb by which a page makes a move; `shape` turns the number and what was typed into arguments."""
        assert self[name].label, f"{name} is offered to nobody"

        def register(verb: Verb) -> Verb:
            takes = inspect.signature(verb).parameters

            def press(number: str, seen: str | None, asked: dict[str, Any], **who: Any) -> Any:
                known = {name: value for name, value in {"seen": seen, **who}.items() if name in takes}
                return verb(**shape(number, asked), **known)

            self.doors[name] = press
            return verb

        return register

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

    def _kind(self, step: Step) -> str:
        return f"{self.stage}.{step.move.kind(step.after)}"

    def _entry(self, step: Step, actor: Actor) -> dict[str, Any]:
        payload = ledger.canonical(dict(step.change.payload))
        return ledger.row_of(self._kind(step), actor, step.at, self.subject(step.record), payload)


def _state(record: Any) -> str:
    return str(record.state)


def _label(record: Any) -> Words:
    label: Words = record.get_state_display()
    return label
