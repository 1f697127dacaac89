"""Which column is what, told by its name and proved by its cells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from anlan.tables._degrees import is_degrees, is_pair, order_of_pairs
from anlan.tables._errors import Note, note
from anlan.tables._time_columns import find_time, plain_name, share

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
ID = (
    "id", "reportid", "recordid", "recid", "uniquekey", "servicerequestid", "caseid", "incidentid", "number",
    "reportnumber",
    "编号", "接报编号", "工单编号", "警单编号", "事件编号", "objectid", "sourceid",
)  # fmt: skip
PAIR = (
    "latlong", "latlon", "latlng", "longlat", "lonlat", "lnglat", "经纬度", "经纬度坐标", "坐标", "coordinates",
    "coords", "coordinate", "location", "location1", "geolocation", "georeference", "point", "thegeom", "geom",
    "geometry", "position", "gps", "gps坐标", "位置",
)  # fmt: skip
# A number that tells records apart, by what it counts: never a bare 序号, which each export counts anew.
_NUMBERED = re.compile(
    r"(编号|单号|案号|流水号|受理号|警单号)$|"
    r"(incident|case|report|request|ticket|event|record|service|call|complaint|accident|crash|message)[\W_]*"
    r"(id|no|nbr|num|number|key)[\W_]*$",
    re.IGNORECASE,
)
_EAST = re.compile(r"\b(lon|lng|long|longitude)\b|经度|經度|东经", re.IGNORECASE)
_NORTH = re.compile(r"\b(lat|latitude)\b|纬度|緯度|北纬", re.IGNORECASE)
WORDS = (
    "placewords", "地点", "地点描述", "地址", "事发地址", "报警地点", "incidentaddress", "address", "location", "place",
    "street", "streetname", "案发地点", "事发地点", "诉求地点", "反映地点", "详细地址", "具体地址", "地點", "地址描述",
)  # fmt: skip
_ENOUGH = 0.5
_MOSTLY = 0.95


@dataclass(frozen=True)
class Columns:
    """The columns in use: longitude (or east), latitude (or north), time, identity, place words.

    `lon` and `lat` are the same column where one cell holds both; `time_of_day` is one that stands apart from the day.
    """

    lon: str | None = None
    lat: str | None = None
    time: str | None = None
    id: str | None = None
    words: str | None = None
    time_of_day: str | None = None


@dataclass(frozen=True)
class Guess:
    """The columns, the order of coordinates where one cell holds both, and what was guessed, in words."""

    columns: Columns
    pairs: str | None = None
    notes: tuple[Note, ...] = ()


def guess_columns(columns: Iterable[str], sample: Sequence[Mapping[str, Any]], named: Columns | None = None) -> Guess:
    """Guess which column holds what beside those that are named; one whose cells do not fit its name is not taken."""
    names, said = tuple(columns), named or Columns()
    cells = {name: [value for row in sample if (value := row.get(name)) not in (None, "")] for name in names}
    lon, lat = _coordinates(names, cells, said)
    pairs, sure = order_of_pairs(lon, cells[lon]) if lon and lon == lat else (None, True)
    time = find_time(cells, said.time, (lon, lat))
    found = Columns(
        lon=lon,
        lat=lat,
        time=time.time,
        time_of_day=said.time_of_day or time.time_of_day,
        id=said.id or _identity(names, cells, len(sample)),
        words=said.words or _first(names, WORDS, lambda name: name != lon and share(cells[name], _is_words) >= _ENOUGH),
    )
    unsure = [] if sure else [note("latitude_first", column=lon)]
    return Guess(found, pairs, (*time.notes * (said.time_of_day is None), *unsure))


def _coordinates(
    names: tuple[str, ...], cells: Mapping[str, list[Any]], said: Columns
) -> tuple[str | None, str | None]:
    """Find longitude and latitude: two columns, or one that holds both."""
    if said.lon and said.lat:
        return said.lon, said.lat

    def fits(name: str) -> bool:
        return share(cells[name], is_degrees) >= _ENOUGH

    lon = said.lon or _first(names, LON, fits) or _only(names, _EAST, lambda name: fits(name) and cells[name])
    lat = said.lat or _first(names, LAT, fits) or _only(names, _NORTH, lambda name: fits(name) and cells[name])
    if (lon and lat) or said.lon or said.lat:
        return lon, lat
    both = _first(names, PAIR, lambda name: cells[name] and share(cells[name], is_pair) >= _ENOUGH)
    both = both or next((name for name in names if cells[name] and share(cells[name], is_pair) >= _MOSTLY), None)
    return (both, both) if both else (lon, lat)


def _identity(names: tuple[str, ...], cells: Mapping[str, list[Any]], rows: int) -> str | None:
    def is_unique(name: str) -> bool:
        return len(set(map(str, cells[name]))) == len(cells[name]) == rows

    return _first(names, ID, is_unique) or next(
        (name for name in names if _NUMBERED.search(name.strip()) and is_unique(name)), None
    )


def _first(names: tuple[str, ...], known: tuple[str, ...], fits: Any) -> str | None:
    by_plain = {plain_name(name): name for name in reversed(names)}
    return next((by_plain[plain] for plain in known if plain in by_plain and fits(by_plain[plain])), None)


def _only(names: tuple[str, ...], pattern: re.Pattern[str], fits: Any) -> str | None:
    """Return the only column whose name holds a word; of several none, for one of them would be a guess."""
    found = [name for name in names if pattern.search(re.sub(r"[_\d]+|(?<=[a-z])(?=[A-Z])", " ", name)) and fits(name)]
    return found[0] if len(found) == 1 else None


def _is_words(value: Any) -> bool:
    return isinstance(value, str) and not re.fullmatch(r"[\s\d.,()+\-]*", value)
