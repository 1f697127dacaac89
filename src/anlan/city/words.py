"""Place words and free words, synthesised: street names of common form, not the city's own."""

from __future__ import annotations

from typing import Final

from numpy.random import Generator

FIRST: Final = (
    "清潭", "兰陵", "关河", "劳动", "怀德", "丽华", "通江", "龙江", "广化", "红梅", "东方", "清凉", "永宁", "新冶",
    "茶山", "飞龙", "晋陵", "青洋", "长江", "博爱", "和平", "延陵", "锦绣", "常新", "白云", "芦墅", "梅港", "雕庄",
    "翠竹", "桃园", "勤业", "荷花", "花园", "北环", "西新", "邮电",
)  # fmt: skip
SIDES: Final = ("东", "南", "西", "北", "中", "")
ENDS: Final = ("路", "路", "路", "街", "巷", "大道")
MARKS: Final = (
    "铁路桥下", "下穿通道", "菜场门口", "小学门口", "加油站旁", "公交站台", "地铁口", "小区北门",
    "小区南门", "医院急诊口", "工地围挡边", "桥洞", "涵洞口", "路口", "农贸市场后门", "幼儿园门前",
    "高架匝道口", "体育场段",
)  # fmt: skip
BITS: Final = ("", "", "", "那边", "附近", "往北一点", "往南一点", "对面")
FLOODS: Final = (
    "积水很深，车子过不去", "路上全是水", "水漫到人行道上了", "水没过脚踝", "电瓶车熄火了",
    "下水道往外冒水", "一下雨就淹", "水快到膝盖了", "有人推着车走", "积水一个多小时没退",
    "请派人来抽水", "车轮淹了一半", "井盖附近有旋涡，很危险",
)  # fmt: skip


def street(draw: Generator) -> str:
    """Return a street's name."""
    return f"{_one(draw, FIRST)}{_one(draw, SIDES)}{_one(draw, ENDS)}"


def mark(draw: Generator) -> str:
    """Return something that one can see there."""
    return _one(draw, MARKS)


def told(draw: Generator, road: str, seen: str) -> str:
    """Return a place as one caller puts it."""
    form = draw.random()
    if form < 0.15:
        return road
    return f"{road}{seen}" if form < 0.7 else f"{road}{seen}{_one(draw, BITS)}"


def said(draw: Generator) -> str:
    """Return what one caller says of the water."""
    first, second = _one(draw, FLOODS), _one(draw, FLOODS)
    return first if first == second or draw.random() < 0.5 else f"{first}，{second}"


def _one(draw: Generator, choices: tuple[str, ...]) -> str:
    return choices[int(draw.integers(len(choices)))]
