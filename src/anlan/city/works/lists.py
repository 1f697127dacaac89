"""The twelve task lists that the supervisor issues in the year: by theme and season, each with its own due day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

from anlan.city.town.ground import ZONE
from anlan.city.year.month import Month
from anlan.prevention import actions
from anlan.prevention.models import ListedTask, Task
from anlan.prevention.states import TaskState

YEAR: Final = 2016
LINES: Final = 10  # as many as one sheet holds


@dataclass(frozen=True)
class Listed:
    """One list: when it is issued, what it is called, until when, and which tasks belong together."""

    issued: tuple[int, int]
    kind: str
    due: tuple[int, int]
    asks: dict[str, Any]

    @property
    def at(self) -> dt.datetime:
        """When it is issued."""
        return dt.datetime(YEAR, *self.issued, 9, tzinfo=ZONE)


def _of(origin: str, *leads: str, **asks: Any) -> dict[str, Any]:
    led = {"problem__lead__code__in": leads} if leads else {}
    return {"problem__origin": origin, **led, **asks}


LISTS: Final = (
    Listed((3, 7), "重点地区交通与治安秩序整治", (6, 30), _of("key_area", "traffic_police", "police")),
    Listed((3, 7), "重点地区消防与安全隐患整治", (6, 30), _of("key_area", "fire", "housing", "safety")),
    Listed(
        (4, 6), "重点地区市容环境与食品安全整治", (6, 30), _of("key_area", "roads", "food_drug", "ecology", "water")
    ),
    Listed((4, 11), "汛前易涝点临时措施", (5, 16), _of("site", kind=Task.Kind.INTERIM)),
    Listed((5, 9), "春季大排查隐患整改", (7, 15), _of("hazard")),
    Listed((6, 6), "主汛期易涝点根治工程", (8, 31), _of("site", kind=Task.Kind.PERMANENT)),
    Listed((7, 11), "“利剑”“清水蓝天”专项整治", (9, 30), _of("campaign", "food_drug", "ecology", "water")),
    Listed((7, 11), "渣土运输专项整治", (9, 30), _of("campaign", "roads")),
    Listed((8, 8), "上半年群众反映集中事项", (10, 31), _of("opinion")),
    Listed((9, 5), "汛后易涝点根治工程", (11, 30), _of("site", kind=Task.Kind.PERMANENT)),
    Listed((9, 12), "社区共治与改革事项", (11, 30), _of("reform")),
    Listed((11, 14), "秋冬火灾防控隐患整改", (12, 30), _of("hazard")),
)


def lists_of(month: Month) -> list[Listed]:
    """Return the lists of a month in the order of their days."""
    return [listed for listed in LISTS if month.year == YEAR and listed.issued[0] == month.month]


def issue(listed: Listed, month: Month) -> None:
    """Issue a list of what is open, belongs to it and is due by its day: first what is due first."""
    due_on = dt.date(YEAR, *listed.due)
    waiting = Task.objects.filter(state=TaskState.OPEN, due_on__gt=listed.at.date(), due_on__lte=due_on, **listed.asks)
    on_lists = ListedTask.objects.values("task")
    tasks = waiting.exclude(pk__in=on_lists).order_by("due_on", "number").values_list("number", flat=True)[:LINES]
    if tasks:
        actions.issue_list(tasks=list(tasks), kind=listed.kind, due_on=due_on, issuer="government", actor=month.actor,
                           at=listed.at)  # fmt: skip
