"""Times as people write them; the order of day and month is decided by a whole column, never by a row."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

_CLOCK = r"(?:[T,\s]+(?P<half>上午|下午|中午|凌晨|晚上)?\s*(?P<H>\d{1,2})[:时点](?P<M>\d{1,2})?(?:[:分](?P<S>\d{1,2}))?"
_CLOCK += r"(?P<frac>\.\d+)?[分秒]?\s*(?P<ampm>[ap]\.?m\.?)?)?\s*"
_YEAR_FIRST = re.compile(r"\s*(?P<y>\d{4})[/.\-年](?P<m>\d{1,2})[/.\-月](?P<d>\d{1,2})日?" + _CLOCK, re.IGNORECASE)
_YEAR_LAST = re.compile(r"\s*(?P<a>\d{1,2})(?P<sep>[/.\-])(?P<b>\d{1,2})(?P=sep)(?P<y>\d{4})" + _CLOCK, re.IGNORECASE)
_NAMED_DAY = re.compile(
    r"\s*(?P<d>\d{1,2})[\s\-]+(?P<name>[a-z]{3})[a-z]*\.?[\s\-,]+(?P<y>\d{4})" + _CLOCK, re.IGNORECASE
)
_NAMED_MONTH = re.compile(r"\s*(?P<name>[a-z]{3})[a-z]*\.?\s+(?P<d>\d{1,2}),?\s+(?P<y>\d{4})" + _CLOCK, re.IGNORECASE)
_PACKED = re.compile(r"(\d{4})(\d{2})(\d{2})(?:[\sT]?(\d{2})(\d{2})(\d{2})?)?")
_SERIAL = re.compile(r"\d{5}(?:[.,]\d+)?")
_EPOCH = re.compile(r"1\d{9}(?:\d{3})?")
_MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}
_EXCEL_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - Excel counts local days from here


class AmbiguousTime(ValueError):
    """A date whose day and month could be either way round."""


@lru_cache(maxsize=16)
def zone(name: str) -> ZoneInfo:
    """Return a time zone by its name, or say what a name looks like."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(
            f"{name!r} is no time zone; write one such as Asia/Shanghai, America/New_York or UTC"
        ) from error


def parse_time(value: Any, tz: str, *, order: str | None = None) -> datetime:
    """Return a moment in UTC; a time without zone is local time in `tz`.

    `order` ("dmy" or "mdy") says how to read dates such as 3/4/2015; without it these raise `AmbiguousTime`.
    """
    moment = _local(value, order)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone(tz))
    return moment.astimezone(UTC)


def order_of(values: Iterable[Any]) -> str | None:
    """Return the order of day and month that the values of a column prove, or None where they prove none or both."""
    proofs = {order for value in values if (order := proof_of_order(value))}
    return proofs.pop() if len(proofs) == 1 else None


def proof_of_order(value: Any) -> str | None:
    """Return "dmy" or "mdy" where one cell can only be read so."""
    found = _YEAR_LAST.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return None
    first, second = int(found["a"]), int(found["b"])
    return "dmy" if first > 12 >= second else "mdy" if second > 12 >= first else None


def _local(value: Any, order: str | None) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - the zone follows
    if isinstance(value, bool) or value is None:
        raise ValueError(f"{value!r} is no time")
    if isinstance(value, int | float):
        return _counted(f"{value:.9f}".rstrip("0").rstrip("."))
    text = value.strip()
    try:
        return _plausible(datetime.fromisoformat(text)) if "-" in text or "T" in text else _other(text, order)
    except ValueError as error:
        if isinstance(error, AmbiguousTime):
            raise
        return _other(text, order)


def _other(text: str, order: str | None) -> datetime:
    for pattern in (_YEAR_FIRST, _YEAR_LAST, _NAMED_DAY, _NAMED_MONTH):
        if found := pattern.fullmatch(text):
            year, month, day = _calendar(found, order)
            return _plausible(datetime(year, month, day) + _clock(found))  # noqa: DTZ001 - the zone follows
    return _counted(text)


def _calendar(found: re.Match[str], order: str | None) -> tuple[int, int, int]:
    parts = found.groupdict()
    if "a" in parts:
        first, second = int(parts["a"]), int(parts["b"])
        order = proof_of_order(f"{first}/{second}/{parts['y']}") or ("dmy" if parts["sep"] == "." else order)
        if order is None and first != second:
            raise AmbiguousTime(
                f"{found[0].strip()!r} can be read in two ways: say which of day and month stands first"
            )
        return (int(parts["y"]), second, first) if order == "dmy" else (int(parts["y"]), first, second)
    if "name" in parts:
        if parts["name"].lower() not in _MONTHS:
            raise ValueError(f"{found[0]!r} names no month")
        return int(parts["y"]), _MONTHS[parts["name"].lower()], int(parts["d"])
    return int(parts["y"]), int(parts["m"]), int(parts["d"])


def _clock(found: re.Match[str]) -> timedelta:
    hour, minute, second = (int(found[name] or 0) for name in "HMS")
    half = (found["ampm"] or "").lower().replace(".", "")
    if (
        (half == "pm" or found["half"] in {"下午", "晚上", "中午"})
        and hour < 12
        and not (found["half"] == "中午" and hour > 9)
    ):
        hour += 12
    if (half == "am" or found["half"] in {"上午", "凌晨"}) and hour == 12:
        hour = 0
    if found["half"] == "晚上" and hour == 12:  # midnight, of this day or the next: never guessed
        raise ValueError(f"{found[0].strip()!r} can be meant in two ways; write 0:00 or 24:00")
    if hour > 24 or minute > 59 or second > 60 or (hour == 24 and (minute or second)):
        raise ValueError(f"{found[0].strip()!r} is no time of day")
    return timedelta(hours=hour, minutes=minute, seconds=second + float(found["frac"] or 0))


def _counted(text: str) -> datetime:
    """Read what is all digits: 20150626, 20150626080500, an Excel serial day, seconds or milliseconds since 1970."""
    if found := _PACKED.fullmatch(text):
        year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
        if 1800 <= year <= 2200 and 1 <= month <= 12:
            return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - the zone follows
    if _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(text) / (1000 if len(text) == 13 else 1), UTC)
    if _SERIAL.fullmatch(text):
        days = float(text.replace(",", "."))
        if 20000 <= days < 80000:
            return _EXCEL_ZERO + timedelta(seconds=round(days * 86400, 3))
    raise ValueError(f"{text[:40]!r} is no time that is known here")


def _plausible(moment: datetime) -> datetime:
    if not 1800 <= moment.year <= 2200:
        raise ValueError(f"the year {moment.year} cannot be meant")
    return moment
