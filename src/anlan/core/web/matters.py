"""What waits for somebody, by clock: each stage says what it has, and the first page and the rail count it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final

from anlan.core.city.areas import local_day
from anlan.core.people.actors import Actor

MOST: Final = 200  # of one stage: nobody works through more from one page
AHEAD: Final = dt.timedelta(days=7)
GROUPS: Final = ("late", "today", "week", "open")


@dataclass(frozen=True)
class Press:
    """A step that asks for nothing and is pressed where it is listed: its move, what the list showed, its key."""

    move: str
    seen: str
    key: str


@dataclass(frozen=True)
class Matter:
    """One thing that waits for somebody's next step, until when, and what its button says."""

    number: str
    title: str
    note: str
    url: str
    due_at: dt.datetime | None
    step: str
    due_day: bool = False  # due with the day, not at a moment of it
    stage: str = ""
    press: Press | None = None

    def group(self, at: dt.datetime) -> str:
        """Return where it stands on the page: late, due today, later, or without a clock."""
        if self.due_at is None:
            return "open"
        if self.due_at <= at:
            return "late"
        return "today" if local_day(self.due_at - dt.timedelta(microseconds=1)) == local_day(at) else "week"


Source = Callable[[Actor, dt.datetime], Iterable[Matter]]
Presser = Callable[[str, Press, Actor, dt.datetime, str | None], None]
_sources: dict[str, Source] = {}
_pressers: dict[str, Presser] = {}


def waits(stage: str) -> Callable[[Source], Source]:
    """Register what a stage has for somebody: what is due within a week or has no clock, the soonest due first."""

    def register(source: Source) -> Source:
        _sources[stage] = source
        return source

    return register


def presses(stage: str) -> Callable[[Presser], Presser]:
    """Register how a step of a stage is pressed from a list: number, step, who, when, and the form's key.

    It goes through the stage's own door: what is not theirs, or stands elsewhere by now, is refused there.
    """

    def register(presser: Presser) -> Presser:
        _pressers[stage] = presser
        return presser

    return register


def presser_of(stage: str) -> Presser | None:
    """Return how a stage's steps are pressed, if it has such."""
    return _pressers.get(stage)


@dataclass(frozen=True)
class Count:
    """How many matters of a stage wait, and the most urgent kind of them: that one number stands on the rail."""

    n: int
    mark: str  # late, warn or idle


def matters_of(actor: Actor, at: dt.datetime, stages: Iterable[str]) -> list[Matter]:
    """Return what waits for somebody in these stages, the soonest due first."""
    found = [
        replace(matter, stage=stage)
        for stage in stages
        if stage in _sources
        for matter in list(_sources[stage](actor, at))[:MOST]
    ]
    furthest = dt.datetime.max.replace(tzinfo=dt.UTC)
    return sorted(found, key=lambda matter: (matter.due_at or furthest, matter.number))


def count_of(matters: Iterable[Matter], at: dt.datetime) -> Count | None:
    """Return the one number for the rail: what is late, else what is due today, else what waits."""
    groups = [matter.group(at) for matter in matters]
    for group, mark in (("late", "late"), ("today", "warn")):
        if n := groups.count(group):
            return Count(n, mark)
    return Count(len(groups), "idle") if groups else None
