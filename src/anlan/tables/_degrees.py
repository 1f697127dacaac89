"""Coordinates as people write them: degrees, minutes and seconds, and both of a point in one cell."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from unicodedata import normalize

from anlan.tables._cells import as_text, parse_number

Pair = tuple[float, float]
LON_LAT, LAT_LON = "lon_lat", "lat_lon"
_SIDE = r"[NSEWnsew]|北纬|南纬|东经|西经|北緯|南緯|東經|西經|北|南|东|西|東"
_PARTS = r"(?P<d>[+-]?\d{1,3}(?:\.\d+)?)(?:\s*[°º˚度]\s*|\s+|-)"
_PARTS += r"(?:(?P<m>\d{1,2}(?:\.\d+)?)(?:\s*['′’‘分]|\s+|-|(?=\s*$)|(?=\s*[NSEWnsew]))\s*)?"
_PARTS += r"(?:(?P<s>\d{1,2}(?:\.\d+)?)\s*(?:[\"″”“秒]|''|′′|’’)?\s*)?"
_DMS = re.compile(rf"\s*(?P<before>{_SIDE})?\s*:?\s*{_PARTS}(?P<after>{_SIDE})?\s*")
_SIDED = re.compile(rf"\s*(?P<before>{_SIDE})?\s*:?\s*(?P<d>[+-]?\d+(?:\.\d+)?)\s*[°º˚度]?\s*(?P<after>{_SIDE})?\s*")
_EAST, _WEST, _NORTH, _SOUTH = "EeＥ东東", "WwＷ西", "NnＮ北", "SsＳ南"
_WKT = re.compile(r"\s*(?:SRID=\d+;)?POINT\s*(?:Z|M|ZM)?\s*\(\s*(\S+)\s+(\S+)[^)]*\)\s*", re.IGNORECASE)
_GEOJSON = re.compile(r'.*"coordinates":\s*\[\s*([^,\]\s]+)\s*,\s*([^,\]\s]+).*', re.DOTALL)
_BRACKETS = re.compile(r"[(\[{（【](?P<inner>[^()\[\]{}（）【】]+)[)\]}）】]\s*$")
_PLAIN = re.compile(r"([+-]?\d{1,3}(?:\.\d+)?)\s*(?:[,;，；、/|\s]|\s+-\s+)\s*([+-]?\d{1,3}(?:\.\d+)?)")
_MARK = re.compile(rf"[°º˚度'′’‘\"″”“]|\d\s*(?:{_SIDE})\s*$|^\s*(?:{_SIDE})\W*\d")
_ORDERS = {
    LON_LAT: re.compile(r"(lon|lng|long|x|经|經).*(lat|y|纬|緯)", re.IGNORECASE),
    LAT_LON: re.compile(r"(lat|y|纬|緯).*(lon|lng|long|x|经|經)", re.IGNORECASE),
}


def parse_degrees(value: Any) -> float:
    """Return a coordinate as a number: 119.97, 119°58'11"E, N 31 46.2', 东经119度58分11秒."""
    try:
        return parse_number(value)
    except ValueError:
        if not isinstance(value, str) or not _MARK.search(value):
            raise
    return _with_side(value)[0]


def is_degrees(value: Any) -> bool:
    """Whether a cell can be read as a coordinate."""
    try:
        parse_degrees(value)
    except ValueError:
        return False
    return True


def parse_pair(value: Any, order: str) -> Pair:
    """Return longitude and latitude that stand in one cell; what the cell itself says of their order goes first."""
    first, second, said = _pair(value)
    return (first, second) if (said or order) == LON_LAT else (second, first)


def is_pair(value: Any) -> bool:
    """Whether a cell holds both coordinates of a point."""
    try:
        _pair(value)
    except ValueError:
        return False
    return True


def order_of_pairs(name: str, values: Iterable[Any]) -> tuple[str, bool]:
    """Return which of longitude and latitude stands first in a column, and whether its name or cells prove it."""
    pairs = []
    for value in values:
        try:
            pairs.append(_pair(value))
        except ValueError:
            continue
    if pairs and all(said for _, _, said in pairs):
        return str(pairs[0][2]), True
    beyond = {LON_LAT: 0, LAT_LON: 0}
    for first, second, said in pairs:
        if not said:
            beyond[LON_LAT] += abs(first) > 90 >= abs(second)
            beyond[LAT_LON] += abs(second) > 90 >= abs(first)
    if max(beyond.values()) and beyond[LON_LAT] != beyond[LAT_LON]:
        return max(beyond, key=lambda order: beyond[order]), True
    called = next((order for order, pattern in _ORDERS.items() if pattern.search(name)), None)
    return (called, True) if called else (LAT_LON, False)


def _pair(value: Any) -> tuple[float, float, str | None]:
    """Return the two coordinates of a cell as they stand, and their order where the cell says it."""
    text = value if isinstance(value, str) else as_text(value)
    if (found := _WKT.fullmatch(text)) or (text.lstrip().startswith("{") and (found := _GEOJSON.fullmatch(text))):
        return parse_number(found[1]), parse_number(found[2]), LON_LAT
    if (found := _BRACKETS.search(text)) and any(sign.isdigit() for sign in found["inner"]):
        text = found["inner"]
    text = normalize("NFKC", text).strip()
    if found := _PLAIN.fullmatch(text):
        first, second = float(found[1]), float(found[2])
        if "." in text and max(abs(first), abs(second)) <= 180 and min(abs(first), abs(second)) <= 90:
            return first, second, None
    if not _MARK.search(text):
        raise ValueError(f"{text[:40]!r} is no pair of coordinates")
    for at in _cuts(text):
        try:
            (first, side), (second, other) = _with_side(text[:at]), _with_side(text[at:].lstrip(" ,;/|、"))
        except ValueError:
            continue
        if (side, other) in {("lon", "lat"), ("lat", "lon")}:
            return first, second, LON_LAT if side == "lon" else LAT_LON
        if not side and not other:
            return first, second, None
    raise ValueError(f"{text[:40]!r} is no pair of coordinates")


def _cuts(text: str) -> list[int]:
    """Return where a cell could be cut into two coordinates: at a sign between, else at each blank or side."""
    at = [found.start() for found in re.finditer(r"[,;/|、]", text)]
    sides = [found.span() for found in re.finditer(rf"\s+|{_SIDE}", text)]
    return at or sorted({end for span in sides for end in span} - {0, len(text)})


def _with_side(value: str) -> tuple[float, str | None]:
    """Return degrees of a text, negative in the west and south, and which coordinate its side says that it is."""
    text = normalize("NFKC", value).strip()
    found = _SIDED.fullmatch(text) or _DMS.fullmatch(text)
    if found is None or (found["before"] and found["after"]):
        raise ValueError(f"{value[:40]!r} is no coordinate")
    parts = found.groupdict()
    minutes, seconds = float(parts.get("m") or 0), float(parts.get("s") or 0)
    if minutes >= 60 or seconds >= 60:
        raise ValueError(f"{value[:40]!r} is no coordinate")
    degrees = abs(float(found["d"])) + minutes / 60 + seconds / 3600
    side = (found["before"] or found["after"] or "")[:1]
    negative = found["d"].startswith("-") or (side != "" and side in _WEST + _SOUTH)
    kind = "lon" if side and side in _EAST + _WEST else "lat" if side and side in _NORTH + _SOUTH else None
    return (-degrees if negative else degrees), kind
