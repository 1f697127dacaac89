"""How the reference city mends what its study found: raised, instructed, signed for, planned, done, verified.

Delays, returns and refusals are drawn; whether a place holds after its works follows `HOLDS`, an assumption of the
simulation that no page knows of. What the estimate makes of it comes out as it does.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import numpy as np
from numpy.random import Generator

from anlan.city.flood import ZONE
from anlan.city.months import Month, flood_year, place_of, storms_of
from anlan.core.actors import Actor
from anlan.geo import distance_m
from anlan.hotspots.models import SiteVersion, Study
from anlan.prevention import actions
from anlan.prevention.models import ListedTask, Problem, Result, Task
from anlan.prevention.rules import PreventionRefused, ProblemState, TaskState

LEADS: Final = (("drainage", 0.6), ("roads", 0.2), ("water", 0.12), ("parks", 0.08))
HOLDS: Final = 0.6  # share of floods that a mended place does not have any more
INTERIM_HOLDS: Final = 0.2
AT_SITE_M: Final = 100.0
WORKS: Final = {
    "drainage": ("管道疏通并换管", "增设雨水口", "改造泵站", "清掏检查井"),
    "roads": ("抬高路面", "整修路沿与侧石", "清理雨水箅子"),
    "water": ("疏浚河道出口", "加装防倒灌闸门"),
    "parks": ("改造下凹绿地", "清理绿化带排水沟"),
}
INTERIM: Final = ("备移动泵并专人值守", "设警示牌与挡板", "雨前巡查清箅")
POSTS: Final = {"drainage": "管网科长", "roads": "设施科长", "water": "河道科长", "parks": "绿地科长"}
KEY_AREAS: Final = ("火车站广场周边", "某农贸市场", "城中村出租房集中区", "渣土车通行路段", "夜市街区",
                    "老旧小区消防通道", "学校周边道路", "医院门前道路", "客运站周边", "建材市场")  # fmt: skip
KEY_KINDS: Final = ("交通秩序", "消防隐患", "占道经营")
REFORMS: Final = 53
YEAR: Final = 2016
DUE: Final = (dt.date(YEAR, 5, 31), dt.date(YEAR, 8, 31), dt.date(YEAR, 11, 30))


def raise_others(seed: int, actor: Actor) -> None:
    """Raise the key areas and the reform items."""
    areas = [
        {"origin": "key_area", "title": f"{KEY_AREAS[n % 10]}（{n + 1:02d}）{KEY_KINDS[n % 3]}",
         "supervision_level": "province", "exit_criteria": "连续60日巡查无同类问题，经上级验收摘牌"} for n in range(31)
    ]  # fmt: skip
    reforms = [{"origin": "reform", "title": f"社区共治事项（{n + 1:02d}）"} for n in range(REFORMS)]
    actions.raise_problems(title="重点地区与共治事项", addressee="government", others=[*areas, *reforms], actor=actor,
                           at=_at(1, 20), key=f"city:{seed}:others")  # fmt: skip


def raise_sites(study: Study, seed: int, actor: Actor) -> None:
    """Raise every site of the adopted study."""
    sites = list(SiteVersion.objects.filter(study=study, place__isnull=False).values_list("site__number", flat=True))
    actions.raise_problems(
        title="2015年易涝点研判报告", addressee="government", study=study.pk, sites=sorted(sites),
        silence_words="本批点位都在主城区，各区均有上报，未见静默区。", actor=actor, at=_at(2, 15),
        key=f"city:{seed}:sites",
    )  # fmt: skip


INSTRUCTED: Final = {"key_area": (1, 28, "常政办〔2016〕6号"), "reform": (2, 1, "常政办〔2016〕7号"),
                     "site": (3, 7, "常政办〔2016〕21号")}  # fmt: skip


def assign(origin: str, seed: int, actor: Actor) -> None:
    """Instruct, sign for, return, arbitrate and plan what is raised: who owns it decides."""
    dice = np.random.default_rng([seed, YEAR, list(INSTRUCTED).index(origin), 21])
    on_month, on_day, reference = INSTRUCTED[origin]
    raised = Problem.objects.filter(origin=origin, state=ProblemState.RAISED)
    numbers = list(raised.values_list("number", flat=True))
    _assign(numbers, reference, _at(on_month, on_day), dice, actor, listed=origin == "key_area")


def _assign(
    numbers: list[str], reference: str, at: dt.datetime, dice: Generator, actor: Actor, *, listed: bool
) -> None:
    codes, shares = [code for code, _ in LEADS], [share for _, share in LEADS]
    lead = dict(zip(numbers, map(str, dice.choice(codes, len(numbers), p=shares)), strict=True))
    level = "province" if listed else ""
    for code in codes:
        some = [number for number in numbers if lead[number] == code]
        helpers = [other for other in ("drainage", "roads") if other != code]
        if some:
            actions.instruct(problems=some, reference=reference, on=at.date(), lead=code, supporting=helpers,
                             supervision_level=level, actor=actor, at=at)  # fmt: skip
    for number in [number for number in numbers if dice.random() < 0.05]:
        lead[number] = _returned(number, lead[number], reference, at, dice, actor)
    for code in codes:
        some = [number for number in numbers if lead[number] == code]
        if some:
            signed = at + dt.timedelta(days=2 + 8 * float(dice.random()) ** 3)
            actions.sign_for(problems=some, actor=actor, at=signed)
            _plan(some, str(code), signed + dt.timedelta(days=7), dice, actor)


def _returned(number: str, lead: str, reference: str, at: dt.datetime, dice: Generator, actor: Actor) -> str:
    """Let a lead return it, once or twice; after the second time the arbiter decides."""
    day = dt.timedelta(days=1)
    other = "drainage" if lead != "drainage" else "roads"
    actions.return_problem(problem=number, reason="产权不属本单位", actor=actor, at=at + day)
    actions.instruct(
        problems=[number], reference=reference, on=(at + day).date(), lead=other, actor=actor, at=at + 2 * day
    )
    if dice.random() < 0.25:
        actions.return_problem(problem=number, reason="现场核实非本单位管养", actor=actor, at=at + 3 * day)
        actions.arbitrate(problem=number, lead=lead, reason="按设施移交清单，由其负责", actor=actor, at=at + 5 * day)
        return lead
    return other


def _plan(numbers: list[str], lead: str, at: dt.datetime, dice: Generator, actor: Actor) -> None:
    """Plan something for this season at half of the places, and works with a deadline in summer, autumn or winter."""
    rows: list[dict[str, Any]] = []
    for number in numbers:
        common = {"problem": number, "responsible": POSTS[lead]}
        if dice.random() < 0.5:
            rows.append(common | {"kind": "interim", "title": str(dice.choice(INTERIM)), "due_on": dt.date(YEAR, 5, 15),
                                  "criterion": "降雨前到位，夜间有人"})  # fmt: skip
        due = DUE[int(dice.choice(len(DUE), p=[0.45, 0.3, 0.25]))]
        rows.append(common | {"kind": "permanent", "title": str(dice.choice(WORKS[lead])), "due_on": due,
                              "criterion": "按图施工，闭水试验合格"})  # fmt: skip
    actions.plan_tasks(tasks=rows, actor=actor, at=at)


def issue_lists(month: Month) -> None:
    """Issue one numbered list a month out of what is due next."""
    at = month.begins + dt.timedelta(days=3, hours=9)
    listed = ListedTask.objects.values("task")
    waiting = Task.objects.filter(state=TaskState.OPEN, due_on__gt=at.date()).exclude(pk__in=listed)
    tasks = list(waiting.order_by("due_on", "number")[:6])
    if tasks:
        kind = "易涝点整治" if tasks[0].problem.origin == "site" else "综合治理"
        actions.issue_list(tasks=[one.number for one in tasks], kind=kind, due_on=max(one.due_on for one in tasks),
                           issuer="government", actor=month.actor, at=at)  # fmt: skip


def work(month: Month) -> None:
    """Finish what is finished this month, let somebody else verify it, and grant what is asked in time."""
    rows = []
    for task in Task.objects.filter(state__in=[TaskState.OPEN, TaskState.REFUSED]).select_related("problem"):
        fate = Fate.of(task, month.seed)
        if fate.extended and task.due_on == task.first_due_on and _within(month, task.due_on - dt.timedelta(days=5)):
            actions.extend(task=task.number, due_on=task.due_on + dt.timedelta(days=30), reason="雨季施工窗口不足",
                           actor=month.actor, at=_noon(task.due_on - dt.timedelta(days=5)))  # fmt: skip
        if fate.done_on is not None and _within(month, fate.done_on):
            rows.append((fate.done_on, task, fate))
    rows.sort(key=lambda row: (row[0], row[1].number))
    words = "已完工，现场照片与验收单见附件"
    actions.finish_tasks(
        rows=[{"task": task.number, "words": words, "at": _noon(day)} for day, task, _ in rows],
        actor=month.actor, at=month.ends,
    )  # fmt: skip
    verified = [
        {"task": task.number, "passed": not fate.refused, "words": "闭水试验不合格" if fate.refused else "",
         "at": _noon(day + dt.timedelta(days=3))} for day, task, fate in rows
    ]  # fmt: skip
    actions.verify_tasks(rows=verified, by="government", actor=month.actor, at=month.ends)
    _redo([(day, task) for day, task, fate in rows if fate.refused], month)


def _redo(refused: list[tuple[dt.date, Task]], month: Month) -> None:
    """Do again what was refused, twelve days later; the second time it passes."""
    for day, task in refused:
        again = _noon(day + dt.timedelta(days=12))
        actions.finish_tasks(rows=[{"task": task.number, "words": "返工后重新试验", "at": again}], actor=month.actor,
                             at=again)  # fmt: skip
        actions.verify(task=task.number, passed=True, by="government", actor=month.actor,
                       at=again + dt.timedelta(days=4))  # fmt: skip


def record_storms(month: Month) -> None:
    """Write down the storms that the gauges saw."""
    for start, end, peak in storms_of(month):
        actions.record_storm(start=start, end=end, peak_mm_h=peak, source="雨量站（模拟）", actor=month.actor,
                             at=end + dt.timedelta(hours=12))  # fmt: skip


def after_the_rain(month: Month) -> None:
    """Strike off what rain has tested, and plan again where it failed."""
    at = month.ends - dt.timedelta(hours=4)
    for number in Problem.objects.filter(state=ProblemState.ACCEPTED).values_list("number", flat=True):
        try:
            actions.strike_off(problem=number, reference="省挂牌办〔2016〕摘牌", actor=month.actor, at=at)
        except PreventionRefused:
            continue  # no storm has tested it yet
    again = [
        {"problem": one.number, "kind": "permanent", "title": "复发点位再整治", "responsible": POSTS[one.lead.code],
         "due_on": (at + dt.timedelta(days=60)).date(), "criterion": "按图施工，闭水试验合格"}
        for one in Problem.objects.filter(state=ProblemState.REOPENED).select_related("lead") if one.lead
    ]  # fmt: skip
    if again:
        actions.plan_tasks(tasks=again, actor=month.actor, at=at)


def climb(month: Month) -> None:
    """Let the ladder take its steps, once a week."""
    for n in range(4):
        actions.escalate_overdue(actor=month.actor, at=month.begins + dt.timedelta(days=7 * n + 6, hours=8))


class Fate:
    """What comes of one task, drawn from its number."""

    def __init__(self, done_on: dt.date | None, *, extended: bool, refused: bool) -> None:
        self.done_on, self.extended, self.refused = done_on, extended, refused

    @classmethod
    def of(cls, task: Task, seed: int) -> Fate:
        """Return it: most in time, some later by a grant, some late, a few not this year."""
        dice = np.random.default_rng([seed, int(task.number.removeprefix(f"T-{YEAR}-")), 31])
        chance, early, late = dice.random(), dice.integers(1, 25), dice.integers(2, 75)
        refused = bool(dice.random() < 0.08) and task.state == TaskState.OPEN
        if chance < 0.72:
            return cls(task.due_on - dt.timedelta(days=int(early)), extended=False, refused=refused)
        if chance < 0.84:
            return cls(task.first_due_on + dt.timedelta(days=int(early)), extended=True, refused=refused)
        if chance < 0.97:
            return cls(task.first_due_on + dt.timedelta(days=int(late)), extended=False, refused=refused)
        return cls(None, extended=False, refused=False)


class Ground:
    """Which true places hold by now: what works do to them, as the simulation has it."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.since: dict[int, tuple[dt.datetime, float]] = {}

    def look(self) -> None:
        """Read which tasks passed, and when."""
        flood = flood_year(self.seed, YEAR)
        places = np.array([place_of(flood, n) for n in range(len(flood.place_x))])
        passed = Result.objects.filter(passed=True, task__problem__site__isnull=False).select_related("task__problem")
        for row in passed.order_by("verified_at"):
            problem = row.task.problem
            if problem.lon is None or problem.lat is None:
                continue
            apart = distance_m(problem.lon, problem.lat, places[:, 0], places[:, 1])
            near = int(np.argmin(apart))
            if apart[near] > AT_SITE_M:
                continue
            holds = HOLDS if row.task.kind == Task.Kind.PERMANENT else INTERIM_HOLDS
            if near not in self.since or holds > self.since[near][1]:
                self.since[near] = (row.verified_at, holds)

    def fails(self, place: int, at: dt.datetime) -> bool:
        """Whether a place floods in the storm of that day, if the rain would flood it without works."""
        begun = self.since.get(place)
        if begun is None or at < begun[0]:
            return True
        storm = (at - dt.timedelta(hours=2)).date().toordinal()
        return bool(np.random.default_rng([self.seed, place, storm]).random() >= begun[1])


def _at(month: int, day: int) -> dt.datetime:
    return dt.datetime(YEAR, month, day, 9, 30, tzinfo=ZONE)


def _noon(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(12), ZONE)


def _within(month: Month, day: dt.date) -> bool:
    return month.begins.date() <= day < month.ends.date()
