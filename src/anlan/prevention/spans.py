"""Time drawn: every task's days on the one scale of its list, so that what is late is seen before it is read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 160.0


@dataclass(frozen=True)
class Times:
    """When a task was given, until when at first and until when now, and when its works were done."""

    given: dt.date
    first_due: dt.date
    due: dt.date
    done: dt.date | None


@dataclass(frozen=True)
class Stretch:
    """A piece of a bar."""

    x: float
    width: float


@dataclass(frozen=True)
class Span:
    """One task: the days allowed, those granted later and those beyond the deadline; deadline and day of the works."""

    allowed: Stretch
    granted: Stretch
    beyond: Stretch
    due: float
    done: float | None


@dataclass(frozen=True)
class Scale:
    """The bars of a list between its first and its last day, and where today lies while something is to be done."""

    first: dt.date
    last: dt.date
    today: float | None
    spans: list[Span]


def scaled(tasks: Sequence[Times], today: dt.date) -> Scale | None:
    """Draw tasks on one scale; none without a task."""
    if not tasks:
        return None
    first = min(min(task.given, task.first_due) for task in tasks)
    waits = any(task.done is None for task in tasks)
    last = max(max(task.due, task.done or today) for task in tasks)
    days = max((last - first).days, 1)

    def x(day: dt.date) -> float:
        return round(WIDTH * (min(max(day, first), last) - first).days / days, 1)

    def stretch(begin: dt.date, end: dt.date) -> Stretch:
        return Stretch(x(begin), round(max(x(end) - x(begin), 0.0), 1))

    spans = [
        Span(stretch(task.given, task.first_due), stretch(task.first_due, task.due),
             stretch(task.due, task.done or today), x(task.due), x(task.done) if task.done else None)
        for task in tasks
    ]  # fmt: skip
    return Scale(first, last, x(today) if waits else None, spans)


@dataclass(frozen=True)
class Part:
    """One state of a bar: its mark, its words and number, and where it lies."""

    mark: str
    words: str
    n: int
    x: float
    width: float
    fits: bool  # its number stands over it


def bar(states: Sequence[tuple[str, str, int]], length: int = 400) -> list[Part]:
    """Lay states out as one stacked bar; an empty one keeps its place in the legend only."""
    whole = sum(n for _, _, n in states)
    shown = max(1, sum(1 for _, _, n in states if n))
    room = length - 1.5 * (shown - 1)
    parts, x = [], 0.0
    for name, words, n in states:
        width = room * n / whole if whole else 0.0
        parts.append(Part(name, words, n, round(x, 1), round(width, 1), width >= 8 * len(str(n))))
        x += width + 1.5 if n else 0
    return parts
