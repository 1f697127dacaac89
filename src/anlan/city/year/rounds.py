"""The rounds of winter: what inspectors of public facilities find before the Spring Festival, and by when it is mended.

The season in which the demonstration opens: some of it is done by then, some due, late or waiting for the verifier.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from anlan.city.town import words
from anlan.city.town.ground import ZONE
from anlan.city.works.handovers import Handed, Paper, assign
from anlan.city.works.matters import POSTS, themes
from anlan.core.people.actors import Actor
from anlan.prevention import actions

DAY: Final = dt.timedelta(days=1)
SHARES: Final = (0.6, 0.2, 0.12, 0.08)  # of the leads in `FOUND`
FOUND: Final = {  # what is found, in English, and the works that end it
    "drainage": (("检查井盖松动", "Loose manhole cover", "更换防沉降井盖"),
                 ("雨水口篦子缺失", "Missing gully grate", "补装篦子"),
                 ("泵站护栏锈断", "Pump station railing rusted through", "更换护栏"),
                 ("管道错口致路面下陷", "Road sinking over a displaced pipe", "开挖修复管道接口")),
    "roads": (("人行道板破损", "Broken footway slabs", "翻铺人行道板"),
              ("限高架立柱倾斜", "Leaning height gantry", "加固立柱")),
    "water": (("河道护栏缺口", "Gap in a river railing", "补装护栏"),
              ("闸门启闭不灵", "Sluice gate that sticks", "检修启闭机")),
    "parks": (("行道树枯枝悬空", "Dead branch over a street", "修剪枯枝"),
              ("绿地井盖缺失", "Missing cover in a park", "补装井盖")),
}  # fmt: skip


@dataclass(frozen=True)
class Round:
    """When a round's report and its instruction went out, how much it found, and between which days works are due."""

    raised: dt.datetime
    instructed: dt.datetime
    reference: str
    finds: int
    due: tuple[dt.date, dt.date]


ROUNDS: Final = (
    Round(dt.datetime(2016, 12, 5, 9, 30, tzinfo=ZONE), dt.datetime(2016, 12, 8, 9, 30, tzinfo=ZONE),
          "常政办〔2016〕124号", 44, (dt.date(2017, 1, 9), dt.date(2017, 3, 10))),
    Round(dt.datetime(2017, 1, 16, 9, 30, tzinfo=ZONE), dt.datetime(2017, 1, 23, 9, 30, tzinfo=ZONE),
          "常政办〔2017〕5号", 14, (dt.date(2017, 2, 20), dt.date(2017, 4, 28))),
)  # fmt: skip


def make_round(n: int, seed: int, actor: Actor, end: dt.datetime) -> None:
    """Raise what a round found, and let it be handed on and planned as far as time is."""
    round_, dice = ROUNDS[n], np.random.default_rng([seed, 2017, n, 61])
    leads = [str(code) for code in dice.choice(list(FOUND), round_.finds, p=SHARES)]
    found = [FOUND[lead][int(dice.integers(len(FOUND[lead])))] for lead in leads]
    titles = [(f"{words.street(dice)}{words.mark(dice)}{chinese}", english) for chinese, english, _ in found]
    numbers = actions.raise_problems(
        title=f"节前市政设施巡查隐患（第{'一二'[n]}批）", addressee="government",
        others=[{"origin": "hazard", "title": title, "title_en": english} for title, english in titles],
        actor=actor, at=round_.raised, key=f"city:{seed}:round:{n}",
    )["problems"]  # fmt: skip
    handed = [Handed(number, lead, (), (_task(lead, works, round_, dice),))
              for number, lead, (_, _, works) in zip(numbers, leads, found, strict=True)]  # fmt: skip
    assign(handed, Paper(round_.reference, round_.instructed, "", end, actor), dice)


def _task(lead: str, works: str, round_: Round, dice: np.random.Generator) -> dict[str, Any]:
    first, last = round_.due
    due_on = first + int(dice.integers((last - first).days + 1)) * DAY
    return {"kind": "permanent", "title": works, "responsible": POSTS[lead], "due_on": due_on,
            "criterion": themes()["spots"].criterion}  # fmt: skip
