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
    astray = {problem.number for problem in handed if dice.random() < WRONG_HOUSE}
    first = [replace(problem, lead=_other(problem.lead)) if problem.number in astray else problem for problem in handed]
    for (lead, supporting), some in _by_lead(first).items():
        helpers = [other for other in supporting if other != lead]
        actions.instruct(problems=some, reference=paper.reference, on=paper.at.date(), lead=lead, supporting=helpers,
                         supervision_level=paper.level, actor=paper.actor, at=paper.at)  # fmt: skip
    open_ = [problem for problem in handed if problem.number not in astray or _sent_on(problem, paper, dice)]
    for some in _by_lead(open_).values():
        signed = paper.at + dt.timedelta(days=6 + 4 * float(dice.random()) ** 3)
        if signed < paper.end:
            actions.sign_for(problems=some, actor=paper.actor, at=signed)
            _plan([problem for problem in open_ if problem.number in some], signed + 7 * DAY, paper)


def _other(lead: str) -> str:
    return "drainage" if lead != "drainage" else "roads"


def _by_lead(handed: Sequence[Handed]) -> dict[tuple[str, tuple[str, ...]], list[str]]:
    found: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for problem in handed:
        found.setdefault((problem.lead, problem.supporting), []).append(problem.number)
    return found


def _sent_on(problem: Handed, paper: Paper, dice: Generator) -> bool:
    """Let the wrong house return it, now and then the right one too, until the arbiter decides; say if it got there."""
    reason, again, why = str(dice.choice(REASONS)), dice.random() < AGAIN, str(dice.choice(REASONS))
    at = paper.at + DAY
    if at + DAY >= paper.end:
        return False
    actions.return_problem(problem=problem.number, reason=reason, actor=paper.actor, at=at)
    actions.instruct(problems=[problem.number], reference=paper.reference, on=at.date(), lead=problem.lead,
                     supporting=problem.supporting, actor=paper.actor, at=at + DAY)  # fmt: skip
    if not again or at + 2 * DAY >= paper.end:
        return True
    actions.return_problem(problem=problem.number, reason=why, actor=paper.actor, at=at + 2 * DAY)
    if at + 4 * DAY >= paper.end:
        return False
    actions.arbitrate(problem=problem.number, lead=problem.lead, reason="按设施移交清单与职责清单，由其牵头",
                      actor=paper.actor, at=at + 4 * DAY)  # fmt: skip
    return True


def _plan(handed: Sequence[Handed], at: dt.datetime, paper: Paper) -> None:
    rows = [task | {"problem": problem.number} for problem in handed for task in problem.tasks]
    if rows and at < paper.end:
        actions.plan_tasks(tasks=rows, actor=paper.actor, at=at)
