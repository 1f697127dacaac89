"""What a citizen reads on the tracking page: lines in plain words, and where the report stands now.

Intake tells of what it knows (received, read, added to, withdrawn). A later stage adds its own lines with `tells`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from anlan.intake.models import Report


@dataclass(frozen=True)
class Line:
    """One line of the timeline: `state` is done, now, next or late; a deadline is shown as "by"."""

    state: str
    title: str
    words: str = ""
    at: dt.datetime | None = None
    is_deadline: bool = False


@dataclass(frozen=True)
class Standing:
    """Where a report stands, with what comes next and by when; `state` names the mark, `word` stands beside it.

    `asks` is what the page asks its reporter then: for `more`, whether it was put `right`, or nothing.
    """

    title: str
    lead: str
    state: str
    word: str
    due: dt.datetime | None = None
    asks: str = "more"


@dataclass(frozen=True)
class Told:
    """What one stage has to say about a report; the latest stage that has a standing says where it stands."""

    lines: tuple[Line, ...] = ()
    standing: Standing | None = None


TO_COME = frozenset({"next", "late"})
Teller = Callable[[Report, dt.datetime], Told]
_tellers: list[Teller] = []


def tells(teller: Teller) -> Teller:
    """Register a stage's teller; stages load in their order, so a later one has the last word."""
    _tellers.append(teller)
    return teller


def tell(report: Report, at: dt.datetime) -> tuple[Standing, list[Line]]:
    """Return where the report stands and its lines in order of time, what is to come last.

    Only the stage that says where it stands says what is to come: an earlier one waits for nothing any more.
    """
    accounts = [teller(report, at) for teller in _tellers]
    last = [each for each in accounts if each.standing][-1]
    assert last.standing is not None
    lines = [line for each in accounts for line in each.lines if each is last or line.state not in TO_COME]
    return last.standing, _in_order(lines)


def _in_order(lines: Iterable[Line]) -> list[Line]:
    far = dt.datetime.max.replace(tzinfo=dt.UTC)
    return sorted(lines, key=lambda line: (line.state in TO_COME, line.at or far))
