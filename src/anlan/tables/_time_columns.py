"""Which column says when something was received: told by its name, proved by its cells, never one of an end."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from anlan.tables._errors import Note, note
from anlan.tables._times import AmbiguousTime, is_day, parse_time, time_of_day

Cells = Mapping[str, list[Any]]
KNOWN = (
    "receivedat", "dt", "datetime", "timestamp", "接报时间", "报警时间", "来电时间", "受理时间", "上报时间", "发生时间",
    "createddate", "createdat", "created", "requesteddatetime", "reporteddate", "reportedat", "opened", "dateopened",
    "eventtime", "reporttime", "time", "时间", "date", "日期",
)  # fmt: skip
_BEGIN = re.compile(
    r"receiv|creat|report|open|request|submit|initiat|log(ged|time|date)|call|incident|occur|event|start|beg[ia]n|"
    r"accident|crash|offen[cs]e|complaint|filed|from\b|\bfr\b|added|enter|intake|rpt|"
    r"接|报|报警|来电|受理|上报|发生|创建|留言|投诉|反映|登记|提交|案发|事发|立案|诉求|开始|起始|录入|申报|举报|建单|"
    r"接|報|來電|創建|發生|受理|開始|錄入",
    re.IGNORECASE,
)
_END = re.compile(
    r"complet|clos(e|ing|ure)|resol(v|ution)|finish|\bend|end(ed|ing)?\b|enddate|endtime|\bdue|deadline|target|expect|"
    r"updat|modif|chang|\blast|clear|arriv|dispatch|respon|acknowl|expir|archiv|settle|fixed|done|until|\bto\b|"
    r"assign|enroute|en route|on ?scene|sign(ed|off)|follow|review|export|extract|download|load|print|birth|\bdob\b|"
    r"完成|完结|出警|出动|办结|结案|结束|关闭|办毕|反馈|回访|截止|更新|修改|到期|期限|到达|到场|派|答复|回复|归档|审核|出动|处置|"
    r"处理|解决|办理|签收|导出|打印|出生|生日|下载|回单|销案|撤销|終|結|關閉|完畢|截至",
    re.IGNORECASE,
)
_CLOCK_NAME = re.compile(r"time|\btm\b|tm$|hour|clock|时间|时刻|時間|时分|钟点", re.IGNORECASE)
_STEM = re.compile(
    r"datetime|date|time|\bdt\b|\btm\b|dt$|tm$|day|hour|日期|时间|时刻|日|時間|时|of|[\W_]+", re.IGNORECASE
)
_SPLIT = re.compile(r"(?<=[a-z])(?=[A-Z])|[\W_]+")
_DOTTED = re.compile(r"([01]?\d|2[0-4])\.[0-5]\d\.[0-5]\d")
_ENOUGH = 0.5
_MOSTLY = 0.95
_FIRST_YEAR = 1950
_TRIED = 100


@dataclass(frozen=True)
class FoundTime:
    """The column of times, that of times of day where they stand apart, and what a reader should know."""

    time: str | None = None
    time_of_day: str | None = None
    notes: tuple[Note, ...] = ()


def find_time(cells: Cells, named: str | None = None, taken: Sequence[str | None] = ()) -> FoundTime:
    """Find the time of each record; a named column is kept, and joined with its time of day where it holds days only.

    Names of a beginning go before others, and those of an end come last, however they are written.
    """
    ranked = (
        [] if named else sorted((rank, name) for name in cells if (rank := _rank(name, cells)) and name not in taken)
    )
    time = named or (ranked[0][1] if ranked else None)
    if time is None:
        return FoundTime()
    notes = []
    if not named and _is_end(time):
        notes.append(note("time_of_end", column=time))
    elif not named and len(ranked) > 1:
        others = [other for _, other in ranked[1:6] if cells[other]]
        notes += [note("time_of_several", column=time, others=others)] if others else []
    if not _holds_days_only(cells[time]):
        return FoundTime(time, None, tuple(notes))
    clocks = [name for name in cells if name != time and name not in taken and _holds_clocks(name, cells[name])]
    same = [name for name in clocks if _stem(name) == _stem(time)]
    if len(same) == 1 and not named:
        notes.append(note("time_of_day_joined", column=same[0]))
        return FoundTime(time, same[0], tuple(notes))
    if clocks:
        notes.append(note("time_of_day_unused", column=time, others=clocks, first=clocks[0]))
    return FoundTime(time, None, tuple(notes))


def is_time(value: Any) -> bool:
    """Whether a cell is a time with a date that can be meant; a clock time kept with the date 1900-01-01 is none."""
    try:
        return parse_time(value, "UTC").year >= _FIRST_YEAR
    except AmbiguousTime:
        return True
    except (ValueError, TypeError, OverflowError):
        return False


def share(cells: Sequence[Any], fits: Any) -> float:
    """Return the share of cells that fit; of none all of them."""
    return sum(map(fits, cells)) / len(cells) if cells else 1.0


def _rank(name: str, cells: Cells) -> tuple[int, int, int] | None:
    """Return how far down a column stands among those that could be the time; None for one that cannot."""
    plain, column = plain_name(name), cells[name]
    place = list(cells).index(name)
    if column and all(_DOTTED.fullmatch(str(cell).strip()) for cell in column):  # 13.05.00: rather a time of day
        return (8, 0, place)
    if plain in KNOWN and share(column, is_time) >= _ENOUGH:
        return (0 if column else 9, KNOWN.index(plain), place)
    written = share(column[:_TRIED], lambda cell: is_day(cell) and is_time(cell))
    if not column or written < _ENOUGH:
        return None
    role = 6 if _is_end(name) else 1 if _BEGIN.search(_words(name)) else 3
    return (role + (written < _MOSTLY), 0, place)


def _is_end(name: str) -> bool:
    words = _words(name)
    found = _END.search(words)
    return found is not None and not (found[0].strip() == "to" and _BEGIN.search(words))


def _words(name: str) -> str:
    return " ".join(_SPLIT.split(name)).lower()


def plain_name(name: str) -> str:
    """Return a column name without case, blanks and signs."""
    return re.sub(r"[\W_]+", "", name).lower()


def _stem(name: str) -> str:
    return _STEM.sub("", _words(name)).lower()


def _holds_days_only(column: Sequence[Any]) -> bool:
    """Whether no cell says more than a day."""
    return bool(column) and share(column, _is_day_only) == 1.0


def _is_day_only(cell: Any) -> bool:
    if isinstance(cell, datetime):
        return (cell.hour, cell.minute, cell.second) == (0, 0, 0)
    if isinstance(cell, date):
        return True
    text = str(cell).strip()
    if re.fullmatch(r"[\d.,]+", text) and not re.fullmatch(r"(19|20)\d{6}", text):
        return False
    try:
        moment = parse_time(text, "UTC", order="dmy")
    except ValueError:
        try:
            moment = parse_time(text, "UTC", order="mdy")
        except (ValueError, OverflowError):
            return True  # one bad cell says nothing of the others
    return (moment.hour, moment.minute, moment.second) == (0, 0, 0)


def _holds_clocks(name: str, column: Sequence[Any]) -> bool:
    """Whether a column holds times of day; bare digits only where its name says so."""
    clocks = [cell for cell in column if _is_clock(cell)]
    if not clocks or len(clocks) < _ENOUGH * len(column):
        return False
    bare = all(isinstance(cell, int | float) or str(cell).strip().isdigit() for cell in clocks)
    return not bare or bool(_CLOCK_NAME.search(_words(name)))


def _is_clock(cell: Any) -> bool:
    if isinstance(cell, int) and not isinstance(cell, bool):
        cell = str(cell)
    try:
        time_of_day(cell)
    except (ValueError, TypeError, OverflowError):
        return False
    return not (isinstance(cell, datetime) and cell.year >= _FIRST_YEAR)
