"""The morning on which the demonstration begins: shifts on duty, and the desk as its people left it a moment ago.

An icy morning in the week before the Spring Festival. Each story below is walked by the verbs of the desk and of the
crews, each step so many minutes before the moment; what is open then waits for whoever opens the demonstration.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from anlan.city.town import words
from anlan.city.town.units import CENTRES
from anlan.city.year.rota import write_ahead
from anlan.core.people.actors import Actor
from anlan.dispatch import actions as dispatch
from anlan.dispatch.queries.units import candidates
from anlan.intake.actions import receive_report
from anlan.prevention import actions as prevention
from anlan.prevention.models import Task
from anlan.prevention.states import TaskState
from anlan.triage import actions as triage
from anlan.triage.models import Incident

MINUTE: Final = dt.timedelta(minutes=1)
TYPED: Final = 0.5  # minutes from a call to its entry
NOT_OURS: Final = "现场核实，权属单位为其他部门"


@dataclass(frozen=True)
class Story:
    """A matter, when its calls came (minutes before the moment, one a caller), and what was done since."""

    code: str
    calls: tuple[float, ...]
    done: tuple[tuple[float, str, str], ...] = ()  # minutes before the moment, verb, to whom or which kind of unit
    say: str = ""
    channel: str = "phone_110"
    sorted: bool = True  # else it waits in the queue for whoever opens the demonstration


STORIES: Final = (
    Story("utilities", (1470,), ((1466, "hand_over", "tapwater"),), "水管冻裂，楼道里结冰了", "hotline_12345"),
    Story("danger_spot", (1290,), ((1284, "hand_over", "parks"), (1210, "return", ""), (1195, "hand_over", "roads"),
                                   (1010, "return", "")), "冰溜子挂在路灯杆上，要掉下来了"),
    Story("dispute", (190,), ((186, "hand_over", "mediation"), (150, "sign", "")), "工资没结清，在工地门口吵"),
    Story("fight", (150,), ((149, "send", "mobile"), (148.4, "acknowledged", ""), (147.2, "en_route", ""),
                            (143, "on_scene", ""), (138.5, "resolved", ""), (134, "cleared", ""))),
    Story("utilities", (95, 88, 80), ((92, "hand_over", "tapwater"), (71, "sign", "")), "路口水管爆了，水漫到路上结冰"),
    Story("noise", (75,), ((70, "hand_over", "roads"), (22, "return", "")), "工地一早打桩，楼都在抖", "hotline_12345"),
    Story("traffic_accident", (52,), ((51, "send", "traffic"), (50.2, "acknowledged", ""), (49, "en_route", ""),
                                      (38, "on_scene", ""), (15, "resolved", ""), (12, "field_feedback", ""))),
    Story("traffic_accident", (34, 32), ((33, "send", "traffic"), (32.5, "acknowledged", ""), (31, "en_route", ""),
                                         (22, "on_scene", "")), "桥面结冰，三车相撞，有人受伤"),
    Story("fire", (21,), ((20.5, "send", "fire"), (20, "acknowledged", ""), (19, "en_route", ""), (9, "on_scene", ""),
                          (7, "backup", "")), "出租房里取暖器着火，冒浓烟"),
    Story("home_violence", (17,), ((16, "send", "patrol"), (15.3, "acknowledged", ""), (14, "en_route", ""))),
    Story("waterlogging", (14,), ((12, "send", "works"), (11, "acknowledged", ""), (9, "en_route", "")),
          "水管爆了，下穿道里积水快结冰"),
    Story("consumer", (16,), ((12, "hand_over", "market"),), "", "app"),
    Story("person_in_need", (9,), ((8, "send", "patrol"), (7.2, "acknowledged", ""), (6, "en_route", "")),
          "老人在冰上滑倒了，起不来"),
    Story("fight", (4,), ((3.4, "send", "mobile"), (2.9, "acknowledged", ""), (1.4, "en_route", ""))),
    Story("danger_spot", (4.5,), (), "井盖没了，上面盖了层雪看不出来", "app"),
    Story("traffic_jam", (2.5, 1.2), (), "高架匝道结冰，车都停住了"),
    Story("ebike_theft", (0.8,)),
    Story("danger_spot", (24,), (), "树枝被雪压断，挂在人行道上面", "web", sorted=False),
    Story("noise", (6.5,), (), "对面工地又开工了", "hotline_12345", sorted=False),
    Story("utilities", (2,), (), "小区停水了，没看到通知", "web", sorted=False),
)  # fmt: skip


def begin_day(seed: int, moment: dt.datetime, actor: Actor) -> None:
    """Put the mobile teams on duty, and walk each story up to the moment."""
    write_ahead(moment, actor)
    dice = np.random.default_rng([seed, moment.year, moment.month, moment.day, 51])
    for n, story in enumerate(STORIES, 1):
        _walk(story, f"simulated-{seed}-morning", n, dice, moment, actor)
    ask_for_time(moment, actor)


def ask_for_time(moment: dt.datetime, actor: Actor) -> None:
    """Leave an officer's request for a later deadline on the supervisors' desk since yesterday afternoon, once."""
    waiting = Task.objects.filter(state=TaskState.OPEN, organisation__code="drainage", due_on__gt=moment.date())
    task = waiting.order_by("due_on", "number").first()
    if task is not None and not task.requests.exists():
        prevention.ask_extension(task=task.number, due_on=task.due_on + dt.timedelta(days=30),
                                 reason="春节前后停工，节后工人返岗再施工", actor=actor,
                                 at=moment - dt.timedelta(hours=18))  # fmt: skip


def _walk(story: Story, source: str, n: int, dice: np.random.Generator, moment: dt.datetime, actor: Actor) -> None:
    (before, first), *more = _heard(story, f"{n:02d}", source, dice, moment, actor)
    if not story.sorted:
        return
    opened = moment - (before - TYPED) * MINUTE
    number = triage.open_incident(report_id=first, actor=actor, at=opened)["incident"]
    steps = [(ago - TYPED, "link", str(pk)) for ago, pk in more] + list(story.done)
    for ago, verb, to in sorted(steps, reverse=True):
        _do(number, verb, to, actor, moment - ago * MINUTE)


def _heard(
    story: Story, name: str, source: str, dice: np.random.Generator, moment: dt.datetime, actor: Actor
) -> list[tuple[float, int]]:
    """Receive a story's reports; return how many minutes ago each was told, and its id."""
    lon, lat, spread, _ = list(CENTRES.values())[int(dice.integers(3))]
    place: dict[str, Any] = {
        "lon": round(float(dice.normal(lon, spread / 2)), 6), "lat": round(float(dice.normal(lat, spread / 2)), 6),
        "precision_m": 50.0, "place_words": words.place_words(dice, words.street(dice), words.mark(dice)),
    }  # fmt: skip
    heard = []
    for again, ago in enumerate(story.calls, 1):
        said = story.say if story.say and again == 1 else words.matter(dice, story.code)
        report = receive_report(
            **place, channel=story.channel, category=story.code, received_at=moment - ago * MINUTE, source=source,
            source_id=f"{name}-{again}", words=said, actor=actor, at=moment - (ago - TYPED) * MINUTE,
        )  # fmt: skip
        heard.append((ago, int(report["report_id"])))
    return heard


def _do(number: str, verb: str, to: str, actor: Actor, at: dt.datetime) -> None:
    """Take one step of a story."""
    incident = Incident.objects.get(number=number)
    who: dict[str, Any] = {"actor": actor, "at": at}
    if verb == "link":
        triage.link_report(number=number, report_id=int(to), **who)
    elif verb == "hand_over":
        triage.hand_over(number=number, to=to, diverted=incident.category.code != "fire", **who)
    elif verb == "sign":
        triage.sign_for(number=number, **who)
    elif verb == "return":
        triage.return_incident(number=number, reason=NOT_OURS, **who)
    elif verb == "send":
        for near in candidates(incident, at, actor, to)[:1]:  # where all are out, the call waits
            dispatch.dispatch_unit(number=number, unit=near.unit.code, **who)
    else:
        for sent in incident.assignments.all():
            _stamp(sent.pk, verb, who)


def _stamp(assignment: int, step: str, who: dict[str, Any]) -> None:
    if step == "resolved":
        dispatch.resolve_on_scene(assignment=assignment, disposal="done", **who)
    elif step == "backup":
        dispatch.ask_backup(assignment=assignment, **who)
    else:
        dispatch.stamp(assignment=assignment, step=step, **who)
