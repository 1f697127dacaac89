"""How the reference city hands on what is raised: instructed, returned by a wrong house, signed for and planned."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from numpy.random import Generator

from anlan.core.people.actors import Actor
from anlan.prevention import actions

DAY: Final = dt.timedelta(days=1)
WRONG_HOUSE: Final = 0.05  # share that is given to a wrong house first
AGAIN: Final = 0.25  # of those, sent back a second time, so that the arbiter decides
REASONS: Final = (
    "产权不属本单位，建议转设施权属单位",
    "经现场核实，不在本单位管养范围",
    "按“三定”规定，不属本单位职责",
)


@dataclass(frozen=True)
class Handed:
    """One problem, whose it is, and the tasks that its lead will plan."""

    number: str
    lead: str
    supporting: tuple[str, ...]
    tasks: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Paper:
    """The government's instruction; what would come after `end` is not done any more."""

    reference: str
    at: dt.datetime
    level: str
    end: dt.datetime
    actor: Actor


def assign(handed: Sequence[Handed], paper: Paper, dice: Generator) -> None:
    """Instruct, sign for, return, arbitrate and plan what is raised: who owns it decides in the end."""
    if paper.at >= paper.end:
        return
    astray = {one.number for one in handed if dice.random() < WRONG_HOUSE}
    first = [replace(one, lead=_other(one.lead)) if one.number in astray else one for one in handed]
    for (lead, supporting), some in _by_lead(first).items():
        helpers = [other for other in supporting if other != lead]
        actions.instruct(problems=some, reference=paper.reference, on=paper.at.date(), lead=lead, supporting=helpers,
                         supervision_level=paper.level, actor=paper.actor, at=paper.at)  # fmt: skip
    open_ = [one for one in handed if one.number not in astray or _sent_on(one, paper, dice)]
    for some in _by_lead(open_).values():
        signed = paper.at + dt.timedelta(days=6 + 4 * float(dice.random()) ** 3)
        if signed < paper.end:
            actions.sign_for(problems=some, actor=paper.actor, at=signed)
            _plan([one for one in open_ if one.number in some], signed + 7 * DAY, paper)


def _other(lead: str) -> str:
    return "drainage" if lead != "drainage" else "roads"


def _by_lead(handed: Sequence[Handed]) -> dict[tuple[str, tuple[str, ...]], list[str]]:
    found: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for one in handed:
        found.setdefault((one.lead, one.supporting), []).append(one.number)
    return found


def _sent_on(one: Handed, paper: Paper, dice: Generator) -> bool:
    """Let the wrong house return it, now and then the right one too, until the arbiter decides; say if it got there."""
    reason, again, why = str(dice.choice(REASONS)), dice.random() < AGAIN, str(dice.choice(REASONS))
    at = paper.at + DAY
    if at + DAY >= paper.end:
        return False
    actions.return_problem(problem=one.number, reason=reason, actor=paper.actor, at=at)
    actions.instruct(problems=[one.number], reference=paper.reference, on=at.date(), lead=one.lead,
                     supporting=one.supporting, actor=paper.actor, at=at + DAY)  # fmt: skip
    if not again or at + 2 * DAY >= paper.end:
        return True
    actions.return_problem(problem=one.number, reason=why, actor=paper.actor, at=at + 2 * DAY)
    if at + 4 * DAY >= paper.end:
        return False
    actions.arbitrate(problem=one.number, lead=one.lead, reason="按设施移交清单与职责清单，由其牵头", actor=paper.actor,
                      at=at + 4 * DAY)  # fmt: skip
    return True


def _plan(handed: Sequence[Handed], at: dt.datetime, paper: Paper) -> None:
    rows = [task | {"problem": one.number} for one in handed for task in one.tasks]
    if rows and at < paper.end:
        actions.plan_tasks(tasks=rows, actor=paper.actor, at=at)
