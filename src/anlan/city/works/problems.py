"""What the reference city raises in its year: sites and silent areas, key areas, reforms, rounds, campaign, opinion."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.random import Generator

from anlan.city.town.ground import ZONE
from anlan.city.works.handovers import Handed, Paper, assign
from anlan.city.works.matters import POSTS, Matter, matters, themes
from anlan.city.year.month import Month
from anlan.city.year.opinion import raised_by_callers
from anlan.hotspots.models import SiteVersion, Study
from anlan.prevention import actions
from anlan.prevention.models import Problem
from anlan.prevention.rules import RESERVE
from anlan.prevention.states import ProblemState

YEAR: Final = 2016
DAY: Final = dt.timedelta(days=1)
LEADS: Final = (("drainage", 0.6), ("roads", 0.2), ("water", 0.12), ("parks", 0.08))
WORKS: Final = {
    "drainage": ("管道疏通并换管", "增设雨水口", "改造泵站", "清掏检查井"),
    "roads": ("抬高路面", "整修路沿与侧石", "清理雨水箅子"),
    "water": ("疏浚河道出口", "加装防倒灌闸门"),
    "parks": ("改造下凹绿地", "清理绿化带排水沟"),
}
INTERIM: Final = ("备移动泵并专人值守", "设警示牌与挡板", "雨前巡查清箅")
DUE: Final = (dt.date(YEAR, 5, 31), dt.date(YEAR, 8, 31), dt.date(YEAR, 11, 30))
QUARTERS: Final = {1: "四季度", 4: "一季度", 7: "二季度", 10: "三季度"}  # raised in the month after


@dataclass(frozen=True)
class Batch:
    """What is raised together: the report's title, its days, the instruction's number, and how long works take."""

    name: str
    title: str
    raised: tuple[int, int]
    instructed: tuple[int, int]
    reference: str
    days: tuple[int, ...]
    of: Callable[[], list[Matter]]


def batches_of(month: Month) -> list[Batch]:
    """Return what is raised in a month, in the order of its days."""
    return [batch for batch in _batches() if (month.year, month.month) == (YEAR, batch.raised[0])]


def _batches() -> tuple[Batch, ...]:
    return (
        _opinion(1, (1, 11), (1, 15), 4),
        Batch("key_area", "重点地区挂牌督办建议", (1, 20), (1, 28), "常政办〔2016〕6号", (90, 120, 150),
              lambda: matters("key_area")),
        Batch("reform", "社区共治与改革事项", (1, 20), (2, 1), "常政办〔2016〕7号", (150, 210, 270),
              lambda: matters("reform")),
        _opinion(4, (4, 8), (4, 12), 33),
        Batch("spring", "春季大排查隐患", (4, 11), (4, 14), "常政办〔2016〕35号", (60, 75, 90),
              lambda: matters("hazard", "spring")),
        Batch("campaign", "夏季“利剑”“清水蓝天”与渣土运输专项行动", (6, 13), (6, 16), "常政办〔2016〕58号",
              (60, 75, 90), lambda: matters("campaign", "summer")),
        _opinion(7, (7, 8), (7, 12), 66),
        _opinion(10, (10, 10), (10, 14), 101),
        Batch("autumn", "秋季大巡查隐患", (10, 10), (10, 13), "常政办〔2016〕99号", (60, 75, 90),
              lambda: matters("hazard", "autumn")),
        Batch("winter", "岁末消防安全巡查隐患", (12, 19), (12, 22), "常政办〔2016〕131号", (45, 60),
              lambda: matters("hazard", "winter")),
    )  # fmt: skip


def _opinion(month: int, raised: tuple[int, int], instructed: tuple[int, int], paper: int) -> Batch:
    until = dt.datetime(YEAR, month, 1, tzinfo=ZONE)
    since = (until - 80 * DAY).replace(day=1)
    title = f"{since.year}年{QUARTERS[month]}12345群众反映集中事项"
    return Batch(f"opinion {month:02d}", title, raised, instructed, f"常政办〔2016〕{paper}号", (60, 90, 120),
                 lambda: raised_by_callers(since, until, QUARTERS[month]))  # fmt: skip


def raise_batch(batch: Batch, month: Month, end: dt.datetime) -> None:
    """Raise a batch, and let it be handed on and planned."""
    found = batch.of()
    if not found:
        return
    answer = actions.raise_problems(
        title=batch.title, addressee="government", others=[matter.row for matter in found], actor=month.actor,
        at=_at(*batch.raised), key=f"city:{month.seed}:{batch.name}",
    )  # fmt: skip
    dice = np.random.default_rng([month.seed, *_at(*batch.raised).timetuple()[:3], len(batch.name), 21])
    paper = Paper(batch.reference, _at(*batch.instructed), "", end, month.actor)
    handed = [_handed(number, matter, batch, dice) for number, matter in zip(answer["problems"], found, strict=True)]
    assign(_raised(handed), paper, dice)


def _handed(number: str, matter: Matter, batch: Batch, dice: Generator) -> Handed:
    """Plan something at once at two of three, and the works that end it."""
    how, at = matter.how, _at(*batch.instructed).date()
    tasks = []
    if dice.random() < 0.67:
        tasks.append(_task("interim", how.interim, how.post, at + 45 * DAY, how.criterion))
    tasks.append(_task("permanent", matter.works, how.post, at + int(dice.choice(batch.days)) * DAY, how.criterion))
    return Handed(number, how.lead, how.supporting, tuple(tasks))


def raise_sites(month: Month, end: dt.datetime) -> None:
    """Raise every site of the adopted study, and the areas that it found silent as far as the reserve goes."""
    study = Study.objects.adopted().earliest("pk")
    sites = sorted(SiteVersion.objects.filter(study=study, place__isnull=False).values_list("site__number", flat=True))
    reserve = len(sites) // RESERVE
    silent = [found["area"] for found in json.loads(study.outcome or "{}").get("silent", [])][: max(1, reserve)]
    words = (
        "" if len(silent) >= reserve else f"研判只识别出{len(silent)}处静默区，已全部列入，少于应预留的{reserve}处。"
    )
    answer = actions.raise_problems(
        title="2015年易涝点研判报告", addressee="government", study=study.pk, sites=sites, silent_areas=silent,
        silence_words=words, actor=month.actor, at=_at(2, 15), key=f"city:{month.seed}:sites",
    )  # fmt: skip
    dice = np.random.default_rng([month.seed, YEAR, 2, 21])
    quiet = dict.fromkeys(answer["problems"][len(answer["problems"]) - len(silent) :])
    handed = [_silent(number) if number in quiet else _site(number, dice) for number in answer["problems"]]
    assign(_raised(handed), Paper("常政办〔2016〕21号", _at(3, 7), "", end, month.actor), dice)


def _site(number: str, dice: Generator) -> Handed:
    """Plan something for this season at half of the places, and works for summer, autumn or winter."""
    codes, shares = [code for code, _ in LEADS], [share for _, share in LEADS]
    lead, due = str(dice.choice(codes, p=shares)), DUE[int(dice.choice(len(DUE), p=[0.45, 0.3, 0.25]))]
    helpers = tuple(other for other in ("drainage", "roads") if other != lead)
    tasks = [_task("permanent", str(dice.choice(WORKS[lead])), POSTS[lead], due, themes()["flood"].criterion)]
    if dice.random() < 0.5:
        tasks.append(
            _task("interim", str(dice.choice(INTERIM)), POSTS[lead], dt.date(YEAR, 5, 15), "降雨前到位，夜间有人")
        )
    return Handed(number, lead, helpers, tuple(tasks))


def _silent(number: str) -> Handed:
    """Plan to go and look, and to make reporting easy there."""
    how = themes()["silence"]
    tasks = (_task("interim", how.interim, how.post, dt.date(YEAR, 5, 15), how.criterion),
             _task("permanent", "开通属地上报渠道并公布", how.post, dt.date(YEAR, 8, 31), how.criterion))  # fmt: skip
    return Handed(number, how.lead, how.supporting, tasks)


def _task(kind: str, title: str, responsible: str, due_on: dt.date, criterion: str) -> dict[str, Any]:
    return {"kind": kind, "title": title, "responsible": responsible, "due_on": due_on, "criterion": criterion}


def _raised(handed: Sequence[Handed]) -> list[Handed]:
    """Return those that nobody has got yet: a build that was cut off goes on where it stood."""
    waiting = set(Problem.objects.filter(state=ProblemState.RAISED).values_list("number", flat=True))
    return [problem for problem in handed if problem.number in waiting]


def _at(month: int, day: int) -> dt.datetime:
    return dt.datetime(YEAR, month, day, 9, 30, tzinfo=ZONE)
