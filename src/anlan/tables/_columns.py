"""Which column is what, told by its name and proved by its cells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from anlan.tables._cells import parse_number
from anlan.tables._times import AmbiguousTime, parse_time

LON = (
    "lon",
    "lng",
    "long",
    "longitude",
    "londd",
    "经度",
    "经度坐标",
    "lonwgs84",
    "lngwgs84",
    "xlon",
    "x",
    "xcoord",
    "东坐标",
)
LAT = ("lat", "latitude", "latdd", "纬度", "纬度坐标", "latwgs84", "ylat", "y", "ycoord", "北坐标")
TIME = (
    "receivedat", "dt", "datetime", "timestamp", "接报时间", "报警时间", "来电时间", "受理时间", "上报时间", "发生时间",
    "createddate", "createdat", "created", "requesteddatetime", "reporteddate", "reportedat", "opened", "dateopened",
    "eventtime", "reporttime", "time", "时间", "date", "日期",
)  # fmt: skip
ID = (
    "id", "reportid", "recordid", "recid", "uniquekey", "servicerequestid", "caseid", "incidentid", "number",
    "reportnumber",
    "编号", "接报编号", "工单编号", "警单编号", "事件编号", "objectid", "sourceid",
)  # fmt: skip
WORDS = (
    "placewords", "地点", "地点描述", "地址", "事发地址", "报警地点", "incidentaddress", "address", "location", "place",
    "street", "streetname",
)  # fmt: skip
_ENOUGH = 0.5
_FIRST_YEAR = 1950


@dataclass(frozen=True)
class Columns:
    """The columns in use: longitude (or east), latitude (or north), time, identity, place words."""

    lon: str | None = None
    lat: str | None = None
    time: str | None = None
    id: str | None = None
    words: str | None = None


def guess_columns(columns: Iterable[str], sample: Sequence[Mapping[str, Any]]) -> Columns:
    """Guess which column holds what; a column whose cells do not fit its name is not taken."""
    names = tuple(columns)
    cells = {name: [value for row in sample if (value := row.get(name)) not in (None, "")] for name in names}
    return Columns(
        lon=_first(names, LON, lambda name: _share(cells[name], _is_number) >= _ENOUGH),
        lat=_first(names, LAT, lambda name: _share(cells[name], _is_number) >= _ENOUGH),
        time=_first(names, TIME, lambda name: _share(cells[name], _is_recent_time) >= _ENOUGH)
        or next((name for name in names if cells[name] and _share(cells[name], _is_written_time) >= 0.95), None),
        id=_first(names, ID, lambda name: len(set(map(str, cells[name]))) == len(cells[name]) == len(sample)),
        words=_first(names, WORDS, lambda name: _share(cells[name], _is_words) >= _ENOUGH),
    )


def plain_name(name: str) -> str:
    """Return a column name without case, blanks and signs."""
    return re.sub(r"[\W_]+", "", name).lower()


def _first(names: tuple[str, ...], known: tuple[str, ...], fits: Any) -> str | None:
    by_plain = {plain_name(name): name for name in reversed(names)}
    return next((by_plain[plain] for plain in known if plain in by_plain and fits(by_plain[plain])), None)


def _share(cells: list[Any], fits: Any) -> float:
    return sum(map(fits, cells)) / len(cells) if cells else 1.0


def _is_number(value: Any) -> bool:
    try:
        parse_number(value)
    except ValueError:
        return False
    return True


def _is_recent_time(value: Any) -> bool:
    """Whether a cell is a time with a date that can be meant; a clock time kept with the date 1900-01-01 is none."""
    try:
        return parse_time(value, "UTC").year >= _FIRST_YEAR
    except AmbiguousTime:
        return True
    except (ValueError, TypeError, OverflowError):
        return False


def _is_written_time(value: Any) -> bool:
    return not isinstance(value, int | float) and bool(re.search(r"\D", str(value))) and _is_recent_time(value)


def _is_words(value: Any) -> bool:
    return isinstance(value, str) and not re.fullmatch(r"[\s\d.,()+\-]*", value)
