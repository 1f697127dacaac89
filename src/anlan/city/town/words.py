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

MATTERS: Final = {
    "traffic_accident": ("两车追尾，没人受伤", "电动车和汽车碰了", "车撞护栏了", "有人受伤，请快来", "擦碰，双方在吵"),
    "traffic_jam": ("路口堵死了", "信号灯坏了，车乱走", "货车抛锚占了车道"),
    "parking": ("消防通道被车堵了", "人行道上停满了车", "车停在我家库门口"),
    "fire": ("楼道里冒烟", "垃圾桶着火了", "厨房起火，人出来了", "电瓶车充电着火", "闻到焦味，看不到火"),
    "ebike_theft": ("电瓶车昨晚停楼下，早上没了", "电瓶车连锁一起不见了", "只剩下车锁"),
    "theft": ("店里少了东西", "车窗被砸，包没了", "家里门被撬了"),
    "robbery": ("手机被抢了", "包被骑车的人抢走了"),
    "fraud": ("接到冒充客服的电话，钱转出去了", "刷单被骗", "网上买东西，付了款人没了", "说是公检法要我转账"),
    "fight": ("饭店门口几个人打起来了", "有人在打架", "喝多了动手"),
    "home_violence": ("家里人动手打人，我害怕", "隔壁一直在喊救命"),
    "dispute": ("工资没结清，在门口吵", "邻居漏水不肯修", "买卖说不拢，吵起来了", "押金不退"),
    "lost_property": ("包忘在出租车上了", "手机丢了", "捡到一个钱包"),
    "person_in_need": ("老人被锁在屋里", "孩子走散了", "有人坐在河边，请来看看", "钥匙断在锁里"),
    "police_complaint": ("上次报警没人回复", "对处理有意见"),
    "noise": ("工地半夜还在施工", "楼下广场音乐很响", "饭店排烟机太吵"),
    "utilities": ("整栋楼停电了", "水管爆了", "闻到煤气味", "自来水发黄"),
    "consult": ("问一下居住证怎么办", "医保在哪里报销", "公交改线了吗"),
    "consumer": ("买的东西是坏的，店家不退", "预付卡的店关门了"),
    "stray_dog": ("有条大狗没拴绳", "流浪狗追人"),
    "danger_spot": ("井盖没了", "树枝要掉下来了", "护栏断了一截", "电线垂到地上"),
    "other": ("想问一件事", "没听清", "后来自己解决了"),
}  # fmt: skip


def street(draw: Generator) -> str:
    """Return a street's name."""
    return f"{_one(draw, FIRST)}{_one(draw, SIDES)}{_one(draw, ENDS)}"


def mark(draw: Generator) -> str:
    """Return something that one can see there."""
    return _one(draw, MARKS)


def place_words(draw: Generator, road: str, seen: str) -> str:
    """Return a place as one caller puts it."""
    form = draw.random()
    if form < 0.15:
        return road
    return f"{road}{seen}" if form < 0.7 else f"{road}{seen}{_one(draw, BITS)}"


def said(draw: Generator) -> str:
    """Return what one caller says of the water."""
    first, second = _one(draw, FLOODS), _one(draw, FLOODS)
    return first if first == second or draw.random() < 0.5 else f"{first}，{second}"


def matter(draw: Generator, code: str) -> str:
    """Return what one caller says of a matter of this category."""
    return _one(draw, MATTERS[code])


def _one(draw: Generator, choices: tuple[str, ...]) -> str:
    return choices[int(draw.integers(len(choices)))]
