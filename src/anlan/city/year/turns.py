"""Incidents that take a turn, by the single verbs: sent back twice, told apart, called in again, raised, reassigned.

The bulk path walks incidents that go straight on; these few go the longer way, a share of the calls up to `MOST` a
month: each step is a verb of its own and costs milliseconds. What would come after the simulated time is not done.
"""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from typing import Final

import numpy as np

from anlan.city.year.calls import CALLS_A_YEAR
from anlan.city.year.course import Course, Over
from anlan.city.year.month import Month
from anlan.core.city.current import city_read_once
from anlan.core.ledger.writes import write
from anlan.dispatch import actions as dispatch
from anlan.dispatch.models import Assignment, Unit
from anlan.triage import actions as triage

SHARE: Final = 0.0016  # of all calls
MOST = 60  # a month, at whatever scale
ASTRAY: Final = (  # category, words, two wrong houses with their reasons, whose it is and why
    ("danger_spot", "人行道上通信井盖塌了，边上没有围挡", ("roads", "井盖非市政雨污水井，权属为管线单位"),
     ("drainage", "现场开盖为电力通道，不是排水设施"), ("power", "井内为电力管沟，由供电公司修复")),
    ("noise", "厂区风机整夜轰响，睡不着", ("roads", "工业噪声不属城管职责"), ("ecology", "该处为在建工地夜间施工"),
     ("roads", "夜间施工噪声由城管部门查处")),
    ("utilities", "路面冒热水，带一股煤气味", ("gas", "现场检测无燃气泄漏"), ("tapwater", "自来水管网压力正常"),
     ("gas", "探坑确认为燃气管道旁热力管破损，由燃气公司会同处置")),
    ("danger_spot", "河边护栏断了十几米，孩子常在那里玩", ("water", "护栏属景观绿带"), ("parks", "该段未移交园林管养"),
     ("water", "按河道管理范围划界，由水利部门修复")),
    ("stray_dog", "厂房里养了七八条狗，没拴也没证", ("roads", "在厂区内部，不属公共区域"),
     ("market", "不涉及经营行为"), ("roads", "养犬登记由城管部门负责")),
)  # fmt: skip
APART: Final = (  # two matters that were taken for one: category, words and holder of each
    (("noise", "烧烤店音响太吵", "roads"), ("danger_spot", "烧烤店门口电线挂下来了", "power")),
    (("utilities", "整个小区没水", "tapwater"), ("utilities", "楼道里一股煤气味", "gas")),
    (("danger_spot", "路灯杆歪了快倒了", "roads"), ("danger_spot", "行道树枝折了压在车上", "parks")),
)
AGAIN: Final = (  # it was not over: category, words, who holds it, what the caller says the next time
    ("noise", "工地半夜浇混凝土", "roads", "上次说处理了，今晚又在施工"),
    ("utilities", "楼上漏水到楼下，总阀关不上", "tapwater", "修过一次，还在漏"),
    ("danger_spot", "路中间井盖响，翻起来一角", "roads", "垫了一下又翻了，车都绕着走"),
    ("consumer", "健身房关门不退卡", "market", "答应三天退款，过了一周没退"),
)
URGENT: Final = (  # category, words, then what makes it urgent
    ("person_in_need", "老人一个人在家，敲门没人应", "邻居听见里面有呻吟声"),
    ("traffic_accident", "电动车倒在路中间", "人卡在车下，有血"),
    ("fight", "烧烤摊前有人推搡", "有人拿了酒瓶，围了十几个人"),
    ("fire", "阳台杂物冒烟", "火窜到楼上了，屋里还有人"),
)
REASONS: Final = ("来电人再次来电，反映问题未解决", "回访时上报人称情况仍在", "复核发现现场未恢复")


def sent_back_twice(course: Course) -> None:
    """It goes to the wrong house twice, and the arbiter decides."""
    category, said, first, second, (owner, why) = ASTRAY[int(course.dice.integers(len(ASTRAY)))]
    number = course.opened(category, said)
    for to, reason in (first, second):
        course.does(triage.divert, 5, number=number, to=to)
        course.does(triage.return_incident, 90, number=number, reason=reason)
    course.does(triage.arbitrate, 240, number=number, to=owner, reason=why)
    course.ended(number)


def told_apart(course: Course) -> None:
    """Two callers are taken for one matter, until somebody sees that they told of two."""
    first, other = APART[int(course.dice.integers(len(APART)))]
    number = course.opened(*first[:2])
    report = course.hear(*other[:2], typical=6)
    course.does(triage.link_report, 1, number=number, report_id=report)
    second = course.does(triage.split_incident, 12, number=number, report_ids=[report])["into"]
    for matter, to in ((number, first[2]), (second, other[2])):
        course.does(triage.divert, 3, number=matter, to=to)
    course.ended(number)
    course.ended(second)


def linked_by_mistake(course: Course) -> None:
    """A report is put to the wrong incident, taken away again, and gets an incident of its own."""
    first, other = APART[int(course.dice.integers(len(APART)))]
    number = course.opened(*first[:2])
    report = course.hear(*other[:2], typical=4)
    course.does(triage.link_report, 1, number=number, report_id=report)
    course.does(triage.unlink_report, 8, number=number, report_id=report)
    own = course.does(triage.open_incident, 1, report_id=report)["incident"]
    course.does(triage.divert, 2, number=own, to=other[2])
    course.does(triage.divert, 2, number=number, to=first[2])
    course.ended(own)
    course.ended(number, "not_found")


def called_again(course: Course) -> None:
    """It is closed, the caller calls again, and it is taken up again."""
    category, said, holder, later = AGAIN[int(course.dice.integers(len(AGAIN)))]
    number = course.opened(category, said)
    course.does(triage.divert, 4, number=number, to=holder)
    course.ended(number)
    report = course.hear(category, later, typical=900, validity="repeat")
    course.does(triage.reopen, 2, number=number, reason=str(course.dice.choice(REASONS)))
    course.does(triage.link_report, 2, number=number, report_id=report)
    course.does(triage.divert, 5, number=number, to=holder)
    course.ended(number)


def grew_urgent(course: Course) -> None:
    """More is heard: the desk raises it, a crew goes, another one goes in its place and asks for backup."""
    category, said, worse = URGENT[int(course.dice.integers(len(URGENT)))]
    number = course.opened(category, said)
    for n in range(int(course.dice.integers(1, 5))):
        report = course.hear(category, worse, typical=2, validity="repeat" if n else "valid")
        course.does(triage.link_report, 0.5, number=number, report_id=report)
    course.does(triage.set_urgency, 0.5, number=number, urgency=1)
    first, second, third = _free("fire" if category == "fire" else "mobile", course.at)
    sent = course.does(dispatch.dispatch_unit, 0.5, number=number, unit=first)["assignment"]
    course.does(dispatch.stamp, 0.6, assignment=sent, step="acknowledged")
    going = course.does(dispatch.reassign, 2, assignment=sent, unit=second)["assignment"]
    for step, typical in (("acknowledged", 0.6), ("en_route", 1.0), ("on_scene", 5.0)):
        course.does(dispatch.stamp, typical, assignment=going, step=step)
    course.does(dispatch.ask_backup, 1, assignment=going)
    backup = course.does(dispatch.dispatch_unit, 1, number=number, unit=third)["assignment"]
    for step, typical in (("acknowledged", 0.6), ("en_route", 1.0), ("on_scene", 5.0)):
        course.does(dispatch.stamp, typical, assignment=backup, step=step)
    for crew in (going, backup):
        course.does(dispatch.resolve_on_scene, 4, assignment=crew, disposal="done")
    for crew in (going, backup):
        course.does(dispatch.stamp, 10, assignment=crew, step="cleared")
    course.does(triage.close_incident, 120, number=number)


KINDS: Final = (sent_back_twice, told_apart, linked_by_mistake, called_again, grew_urgent)


def live_turns(month: Month, end: dt.datetime) -> None:
    """Live a month's incidents that take a turn, one kind after the other."""
    dice = np.random.default_rng([month.seed, month.year, month.month, 43])
    count = min(MOST, int(dice.poisson(CALLS_A_YEAR / 12 * month.scale * SHARE)))
    first = int(dice.integers(len(KINDS)))
    with write(), city_read_once():
        for n in range(count):
            course = Course(month, n, end, np.random.default_rng([month.seed, month.year, month.month, n, 47]))
            with suppress(Over):
                KINDS[(first + n) % len(KINDS)](course)


def _free(kind: str, at: dt.datetime) -> list[str]:
    """Return three units of a kind that are nowhere else in the hours from now."""
    about = (at - dt.timedelta(days=7), at + dt.timedelta(hours=6))  # nobody is out for a week
    there = Assignment.objects.filter(dispatched_at__range=about)
    busy = there.exclude(ended_at__lt=at).values("unit")
    free = Unit.objects.filter(kind=kind, active=True).exclude(pk__in=busy).order_by("code")
    codes = list(free.values_list("code", flat=True)[:3])
    if len(codes) < 3:
        raise Over
    return codes
