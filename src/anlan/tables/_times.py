"""Times as people write them; the order of day and month is decided by a whole column, never by a row."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any
from unicodedata import normalize
from zoneinfo import ZoneInfo

from anlan.tables._errors import Note, note

_HALF = r"(?P<half>上午|下午|中午|凌晨|清晨|早上|傍晚|晚上)?\s*"
_HMS = r"(?P<H>\d{1,2})(?:[:时時点點](?P<M>\d{1,2})?(?:[:分](?P<S>\d{1,2}))?(?P<frac>\.\d+)?[分秒]?"
_HMS += r"|\.(?P<M2>\d{2})(?:\.(?P<S2>\d{2}))?)\s*(?P<ampm>[ap]\.?m\.?)?"
_CLOCK = r"(?:(?:[T,\s]+|(?<=日))" + _HALF + _HMS + r")?\s*(?P<zone>Z|UTC|GMT|(?<=[\d\s])[+-]\d{2}:?\d{2})?\s*"
_YEAR_FIRST = re.compile(r"\s*(?P<y>\d{4})[/.\-年](?P<m>\d{1,2})[/.\-月](?P<d>\d{1,2})日?" + _CLOCK, re.IGNORECASE)
_YEAR_LAST = re.compile(
    r"\s*(?P<a>\d{1,2})(?P<sep>[/.\-])(?P<b>\d{1,2})(?P=sep)(?P<y>\d{4}|\d{2})" + _CLOCK, re.IGNORECASE
)
_NAMED_DAY = re.compile(
    r"\s*(?P<d>\d{1,2})[\s\-]+(?P<name>[a-z]{3})[a-z]*\.?[\s\-,]+(?P<y>\d{4}|\d{2})" + _CLOCK, re.IGNORECASE
)
_NAMED_MONTH = re.compile(r"\s*(?P<name>[a-z]{3})[a-z]*\.?\s+(?P<d>\d{1,2}),?\s+(?P<y>\d{4})" + _CLOCK, re.IGNORECASE)
_WEEKDAY = re.compile(r"\s*(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+", re.IGNORECASE)
_IN_CHINESE = re.compile(r"\s*[(]?(?:星期|周|礼拜)[一二三四五六日天][)]?\s*")
_TIME_ALONE = re.compile(r"\s*" + _HALF + _HMS + r"\s*", re.IGNORECASE)
_DIGITS_ALONE = re.compile(r"(\d{1,2})(\d{2})(\d{2})?(?:\.0)?")
_PACKED = re.compile(r"(\d{4})(\d{2})(\d{2})(?:[\sT]?(\d{2})(\d{2})(\d{2})?)?")
_SERIAL = re.compile(r"\d{5}(?:[.,]\d+)?")
_EPOCH = re.compile(r"1\d{9}(?:\d{3})?")
_DOTTED = re.compile(r"[T\s]\d{1,2}\.\d{2}(\.\d{2})?$")  # 08.05 is no fraction of an hour
_CENTURY = 70  # years of two digits are 1970 to 2069
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
    """Return a moment in UTC; a time without zone is local time in `tz`, and a pair is a day with a time of day.

    `order` ("dmy", "mdy" or "ymd") says how to read dates such as 3/4/2015 or 3/4/15; without it these raise
    `AmbiguousTime`.
    """
    return read_moment(value, tz, order)[0]


def read_moment(value: Any, tz: str, order: str | None = None) -> tuple[datetime, str | None]:
    """Return a moment in UTC, and "skipped" or "twice" where clocks were put forward or back just then."""
    moment = _local(value, order)
    if moment.tzinfo is not None:
        return moment.astimezone(UTC), None
    here = zone(tz)
    first = moment.replace(tzinfo=here)
    if tz == "UTC":
        return first.astimezone(UTC), None
    before, after = first.utcoffset(), moment.replace(tzinfo=here, fold=1).utcoffset()
    if before == after or before is None or after is None:
        return first.astimezone(UTC), None
    return first.astimezone(UTC), "skipped" if before < after else "twice"


def clock_changes(skipped: int, twice: int, name: str, tz: str) -> tuple[Note, ...]:
    """Say how many times without a zone stand in an hour that clocks skipped, or that came twice."""
    counts = {"clocks_skipped": skipped, "clocks_twice": twice}
    return tuple(note(code, count=count, column=name, tz=tz) for code, count in counts.items() if count)


@dataclass
class DayOrder:
    """What the cells of a column say about the order of day, month and year: asked of all of them, never of one."""

    proofs: set[str] = field(default_factory=set)
    short: set[str] = field(default_factory=lambda: {"dmy", "mdy", "ymd"})
    firsts: set[str] = field(default_factory=set)
    lasts: set[str] = field(default_factory=set)

    def see(self, value: Any) -> None:
        """Note what a cell says."""
        text = value[0] if isinstance(value, tuple) else value
        found = _YEAR_LAST.fullmatch(text) if isinstance(text, str) and not text[:4].isdigit() else None
        if found is None:
            return
        if len(found["y"]) == 4:
            self.proofs |= _orders(int(found["a"]), int(found["b"])) if _is_proof(found) else set()
            return
        fits = _orders(int(found["a"]), int(found["b"]))
        if 1 <= int(found["b"]) <= 12 and 1 <= int(found["y"]) <= 31:
            fits |= {"ymd"}
        self.short &= fits
        self.firsts.add(found["a"])
        self.lasts.add(found["y"])

    @property
    def order(self) -> str | None:
        """The order that the cells prove, or None where they prove none or contradict each other."""
        if not self.firsts:
            return next(iter(self.proofs)) if len(self.proofs) == 1 else None
        left = self.short & self.proofs if self.proofs else self.short
        if len(self.firsts) > len(self.lasts):  # many days of few years
            left = left - {"ymd"}
        return next(iter(left)) if len(left) == 1 else None


def order_of(values: Iterable[Any]) -> str | None:
    """Return the order of day and month that the values of a column prove, or None where they prove none or both."""
    seen = DayOrder()
    for value in values:
        seen.see(value)
    return seen.order


def is_day(value: Any) -> bool:
    """Whether a cell is a date that is written as one: not a bare number."""
    if isinstance(value, datetime | date):
        return True
    if not isinstance(value, str) or not 6 <= len(value) <= 60 or not re.search(r"\d\D", value):
        return False
    try:
        return not re.fullmatch(r"\d*[.,]?\d*", value.strip()) and bool(parse_time(value, "UTC"))
    except AmbiguousTime:
        return True
    except (ValueError, OverflowError):
        return False


def time_of_day(value: Any) -> timedelta:
    """Return a time of day that stands without a date: 23:50, 23.50.00, 2350, a cell of Excel."""
    if isinstance(value, timedelta):
        found = value
    elif isinstance(value, datetime | time):
        found = timedelta(hours=value.hour, minutes=value.minute, seconds=value.second, microseconds=value.microsecond)
    elif isinstance(value, float) and 0 <= value < 1:
        found = timedelta(seconds=round(value * 86400, 3))
    else:
        found = _written_time_of_day(str(value).strip())
    if not timedelta() <= found <= timedelta(days=1):
        raise ValueError(f"{value!r} is no time of day")
    return found


def _written_time_of_day(text: str) -> timedelta:
    text = text if text.isascii() else normalize("NFKC", text)
    if found := _TIME_ALONE.fullmatch(text):
        return _clock(found)
    if found := _DIGITS_ALONE.fullmatch(text.zfill(4) if text.isdigit() else text):
        hour, minute, second = (int(part or 0) for part in found.groups())
        if hour <= 24 and minute <= 59 and second <= 59:
            return timedelta(hours=hour, minutes=minute, seconds=second)
    try:  # a time of day that a program keeps with the first day of its calendar
        moment = _local(text, None)
    except ValueError:
        raise ValueError(f"{text[:40]!r} is no time of day") from None
    if (moment.year, moment.month) not in {(1899, 12), (1900, 1), (1970, 1)}:
        raise ValueError(f"{text[:40]!r} is no time of day")
    return moment - datetime(moment.year, moment.month, moment.day, tzinfo=moment.tzinfo)


def _orders(first: int, second: int) -> set[str]:
    """Return which of day and month can stand first."""
    fits = {"dmy"} if 1 <= second <= 12 and 1 <= first <= 31 else set()
    return fits | ({"mdy"} if 1 <= first <= 12 and 1 <= second <= 31 else set())


def _is_proof(found: re.Match[str]) -> bool:
    return len(_orders(int(found["a"]), int(found["b"]))) == 1


def _local(value: Any, order: str | None) -> datetime:
    if isinstance(value, tuple):
        day, clock = value
        return datetime.combine(_local(day, order).date(), time()) + time_of_day(clock)
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - the zone follows
    if isinstance(value, bool) or value is None:
        raise ValueError(f"{value!r} is no time")
    if isinstance(value, int | float):
        return _counted(f"{value:.9f}".rstrip("0").rstrip("."))
    text = str(value).strip()
    try:
        iso = ("-" in text or "T" in text) and not _DOTTED.search(text)
        return _plausible(datetime.fromisoformat(text)) if iso else _other(text, order)
    except ValueError as error:
        if isinstance(error, AmbiguousTime):
            raise
        return _other(text, order)


def _other(text: str, order: str | None) -> datetime:
    if not text.isascii():
        text = _IN_CHINESE.sub(" ", normalize("NFKC", text)).strip()
    bare = _WEEKDAY.sub("", text, count=1) if text[:1].isalpha() else text
    for pattern in (_YEAR_FIRST, _YEAR_LAST, _NAMED_DAY, _NAMED_MONTH):
        if found := pattern.fullmatch(bare):
            year, month, day = _calendar(found, order)
            moment = datetime(year, month, day) + _clock(found)  # noqa: DTZ001 - the zone follows
            return _plausible(_in_zone(moment, found["zone"]))
    if bare != text and re.search("[a-z]{3}", bare, re.IGNORECASE):  # RFC 1123 with a named zone, and ctime
        return _plausible(parsedate_to_datetime(text))
    return _counted(text)


def _in_zone(moment: datetime, said: str | None) -> datetime:
    if not said:
        return moment
    if said[0] not in "+-":
        return moment.replace(tzinfo=UTC)
    return datetime.fromisoformat(f"{moment.isoformat()}{said}")


def _calendar(found: re.Match[str], order: str | None) -> tuple[int, int, int]:
    parts = found.groupdict()
    year = int(parts["y"]) if len(parts["y"]) == 4 else _of_century(int(parts["y"]))
    if "a" in parts:
        return _numbered(found, year, order)
    if "name" in parts:
        if parts["name"].lower() not in _MONTHS:
            raise ValueError(f"{found[0]!r} names no month")
        return year, _MONTHS[parts["name"].lower()], int(parts["d"])
    return year, int(parts["m"]), int(parts["d"])


def _numbered(found: re.Match[str], year: int, order: str | None) -> tuple[int, int, int]:
    """Return year, month and day of three numbers, in the order that is known or that they prove."""
    first, second, short = int(found["a"]), int(found["b"]), len(found["y"]) == 2
    fits = _orders(first, second)
    if short and order == "ymd":
        return _of_century(first), second, int(found["y"])
    if not short and len(fits) == 1:
        order = next(iter(fits))
    elif found["sep"] == "." and order is None:
        order = "dmy"
    if order not in {"dmy", "mdy"} and (short or first != second):
        raise AmbiguousTime(f"{found[0].strip()!r} can be read in two ways: say which of day and month stands first")
    return (year, second, first) if order == "dmy" else (year, first, second)


def _of_century(year: int) -> int:
    return year + (2000 if year < _CENTURY else 1900)


def _clock(found: re.Match[str]) -> timedelta:
    hour = int(found["H"] or 0)
    minute, second = int(found["M"] or found["M2"] or 0), int(found["S"] or found["S2"] or 0)
    half, part = (found["ampm"] or "").lower().replace(".", ""), found["half"]
    if (half == "pm" or part in {"下午", "傍晚", "晚上", "中午"}) and hour < 12 and not (part == "中午" and hour > 9):
        hour += 12
    if (half == "am" or part in {"上午", "凌晨", "清晨", "早上"}) and hour == 12:
        hour = 0
    if part == "晚上" and hour == 12:  # midnight, of this day or the next: never guessed
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
