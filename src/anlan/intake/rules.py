"""Pure decisions about a report: plain values in, a checked report or a refusal out."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from anlan.intake.refusals import Refusal, ReportRefused

TEXT_LIMITS = {"place_words": 300, "words": 4000, "name": 80, "contact": 120}
SOURCE_LIMITS = {"source": 64, "source_id": 128}
CHANNELS = ("phone_110", "hotline_12345", "app", "web", "grid_worker", "sensor", "partner", "import")
VALIDITIES = ("valid", "repeat", "misdial", "nuisance")
CARRY_NO_MATTER = frozenset({"misdial", "nuisance"})  # such a call has no place
DEPTH_CM = (0, 1000)
PRECISION_M = (0, 20_000)
CLOCK_TOLERANCE = dt.timedelta(minutes=5)  # clocks of honest systems differ
FIRST_YEAR = 1990  # a report's number carries two digits of the year
_PLAIN_FIELDS = ("channel", "category", "received_at", "device_time", "validity", "precision_m", "depth_cm")
FIELDS = frozenset((*_PLAIN_FIELDS, "lon", "lat", "crs", *SOURCE_LIMITS, *TEXT_LIMITS))
MASK = "*" * 18
_RESIDENT_ID = re.compile(r"(?<![0-9])[0-9](?:[ \-.]?[0-9]){16}[ \-.]?[0-9Xx](?![0-9])")
_FULL_WIDTH = str.maketrans({chr(0xFF10 + n): str(n) for n in range(10)} | {"Ｘ": "X", "ｘ": "x", "　": " ", "－": "-"})
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True)
class Facts:
    """What the rules need to know about this city and this moment."""

    at: dt.datetime
    categories: Mapping[str, int]
    bounds: tuple[float, float, float, float] | None  # west, south, east, north
    latest: dt.datetime | None = None  # up to when a time told is none of the future, if later than `at`


@dataclass(frozen=True)
class Checked:
    """A report that may be stored: columns and personal content apart, and what was masked in it."""

    columns: dict[str, Any]
    personal: dict[str, str]
    masked: tuple[str, ...] = ()
    tracking_code: str = ""


def check(row: Mapping[str, Any], facts: Facts) -> Checked:
    """Return the row as it may be stored, or raise ReportRefused for the first thing that is wrong with it."""
    for name in row:
        if name not in FIELDS:
            refuse(name[:40].replace("\0", ""), "unknown_field")
    personal, masked = _words(row)
    columns = {
        "channel": _one_of(row, "channel", CHANNELS, "unknown_channel"),
        "category_id": _category(row, facts),
        **_times(row, facts),
        **_source(row),
        **_place(row, facts, personal),
        "precision_m": _number(row, "precision_m", PRECISION_M),
        "depth_cm": _depth(row),
        "validity": _one_of({"validity": row.get("validity") or "valid"}, "validity", VALIDITIES, "unknown_validity"),
    }
    return Checked(columns, personal, masked)


def refuse(name: str, code: str, **limits: Any) -> NoReturn:
    """Raise the refusal of one field."""
    raise ReportRefused(Refusal(name, code, limits))


def mask_resident_ids(text: str) -> str:
    """Replace resident-ID numbers: their first digits are origin, the rest is the person everywhere."""
    plain = text.translate(_FULL_WIDTH)
    pieces, last = [], 0
    for found in _RESIDENT_ID.finditer(plain):
        if is_resident_id(found.group()):
            pieces += [text[last : found.start()], MASK]
            last = found.end()
    return "".join([*pieces, text[last:]]) if pieces else text


def is_resident_id(text: str) -> bool:
    """Whether 18 digits are a resident-ID number: a birth date inside, and the check digit of GB 11643."""
    digits = re.sub(r"[^0-9Xx]", "", text).upper()
    if len(digits) != 18 or not digits[:17].isascii():
        return False
    year, month, day = int(digits[6:10]), int(digits[10:12]), int(digits[12:14])
    if not (1850 <= year <= 2100 and 1 <= month <= 12 and 1 <= day <= 31):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(digits[:17], _WEIGHTS, strict=True))
    return "10X98765432"[total % 11] == digits[17]


def _words(row: Mapping[str, Any]) -> tuple[dict[str, str], tuple[str, ...]]:
    personal: dict[str, str] = {}
    masked = []
    for name, most in TEXT_LIMITS.items():
        text = _text(row, name, most)
        kept = mask_resident_ids(text) if len(text) > 17 else text
        if kept != text:
            masked.append(name)
        personal[name] = kept
    return personal, tuple(masked)


def _text(row: Mapping[str, Any], name: str, most: int) -> str:
    text = row.get(name)
    if text is None or text == "":
        return ""
    if not isinstance(text, str):
        refuse(name, "not_text")
    if len(text) > most:
        refuse(name, "too_long", most=most)
    if "\0" in text:
        refuse(name, "nul")
    try:
        text.encode()
    except UnicodeEncodeError:
        refuse(name, "not_unicode")
    return str(text).strip()


def _one_of(row: Mapping[str, Any], name: str, known: tuple[str, ...], code: str) -> str:
    value = row.get(name)
    if value is None or value == "":
        refuse(name, "missing")
    if not isinstance(value, str) or value not in known:
        refuse(name, code, known=", ".join(known))
    return str(value)


def _category(row: Mapping[str, Any], facts: Facts) -> int:
    return facts.categories[_one_of(row, "category", tuple(facts.categories), "unknown_category")]


def _times(row: Mapping[str, Any], facts: Facts) -> dict[str, Any]:
    received = _time(row, "received_at") or facts.at
    if received > max(facts.at, facts.latest or facts.at) + CLOCK_TOLERANCE:
        refuse("received_at", "time_in_future")
    if received.year < FIRST_YEAR:
        refuse("received_at", "time_too_old", first=f"{FIRST_YEAR}-01-01")
    return {"received_at": received, "entered_at": facts.at, "device_time": _time(row, "device_time")}


def _time(row: Mapping[str, Any], name: str) -> dt.datetime | None:
    value = row.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, str):
        try:
            value = dt.datetime.fromisoformat(value)
        except ValueError:
            refuse(name, "not_a_time")
    if not isinstance(value, dt.datetime):
        refuse(name, "not_a_time")
    if value.tzinfo is None:
        refuse(name, "no_zone")
    try:
        return value.astimezone(dt.UTC)
    except OverflowError:
        refuse(name, "not_a_time")


def _source(row: Mapping[str, Any]) -> dict[str, Any]:
    source, source_id = (_text(row, name, most) for name, most in SOURCE_LIMITS.items())
    for name, text in (("source", source), ("source_id", source_id)):
        if len(text) > 17 and mask_resident_ids(text) != text:
            refuse(name, "resident_id")
    return {"source": source or row["channel"], "source_id": source_id or None}


def _number(row: Mapping[str, Any], name: str, limits: tuple[float, float] | None = None) -> float | None:
    value = row.get(name)
    if value is None or value == "":
        return None
    try:
        if isinstance(value, bool):
            raise TypeError
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        refuse(name, "not_a_number")
    if not math.isfinite(number):
        refuse(name, "not_a_number")
    if limits and not limits[0] <= number <= limits[1]:
        refuse(name, "out_of_range", low=limits[0], high=limits[1])
    return number


def _depth(row: Mapping[str, Any]) -> int | None:
    depth = _number(row, "depth_cm", DEPTH_CM)
    return None if depth is None else round(depth)


def _place(row: Mapping[str, Any], facts: Facts, personal: dict[str, str]) -> dict[str, Any]:
    x, y = _number(row, "lon"), _number(row, "lat")
    if x is None and y is None:
        if not personal["place_words"] and row.get("validity") not in CARRY_NO_MATTER:
            refuse("lon", "no_place")
        return {"lon": None, "lat": None, "source_crs": "", "source_x": None, "source_y": None}
    if x is None or y is None:
        refuse("lon" if x is None else "lat", "half_a_place")
    crs, lon, lat = _wgs84(row.get("crs") or "EPSG:4326", x, y)
    _require_inside(lon, lat, facts.bounds)
    return {"lon": round(lon, 7), "lat": round(lat, 7), "source_crs": crs, "source_x": x, "source_y": y}


def _wgs84(name: Any, x: float, y: float) -> tuple[str, float, float]:
    if name == "EPSG:4326":
        return name, x, y
    from anlan.geo import parse_crs, to_wgs84  # not before it is needed: it loads the tables of all projections

    try:
        crs = parse_crs(name)
    except (ValueError, TypeError, AttributeError):
        refuse("crs", "unknown_crs")
    try:
        lon, lat = to_wgs84(x, y, crs)
    except ValueError:
        refuse("lon", "not_convertible")
    if not (math.isfinite(lon) and math.isfinite(lat)):
        refuse("lon", "not_convertible")
    return str(crs), float(lon), float(lat)


def _require_inside(lon: float, lat: float, bounds: tuple[float, float, float, float] | None) -> None:
    west, south, east, north = bounds or (-180.0, -90.0, 180.0, 90.0)
    if west <= lon <= east and south <= lat <= north:
        return
    if bounds and west <= lat <= east and south <= lon <= north:
        refuse("lon", "swapped")
    refuse("lon", "outside_city", west=west, east=east, south=south, north=north)
