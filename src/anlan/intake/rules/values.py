"""Single values of a report as strangers send them: text, choice, number, moment; each read or refused."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Mapping
from typing import Any

from anlan.core.refusals import Refused

FULL_WIDTH_DIGITS = str.maketrans("０１２３４５６７８９＋－（）　", "0123456789+-() ")


def text_of(row: Mapping[str, Any], name: str, most: int) -> str:
    """Return a text, stripped; nothing where none was sent."""
    text = row.get(name)
    if text is None or text == "":
        return ""
    if not isinstance(text, str):
        raise Refused("not_text", name)
    if len(text) > most:
        raise Refused("too_long", name, most=most)
    if "\0" in text:
        raise Refused("nul", name)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Refused("not_unicode", name) from None
    return text.strip()


def one_of(row: Mapping[str, Any], name: str, known: Collection[str], code: str) -> str:
    """Return one of the known values; `code` refuses any other."""
    value = row.get(name)
    if value is None or value == "":
        raise Refused("missing", name)
    if not isinstance(value, str) or value not in known:
        raise Refused(code, name, known=", ".join(known))
    return str(value)


def moment_of(row: Mapping[str, Any], name: str) -> dt.datetime | None:
    """Return a moment in UTC, or None where none was sent."""
    value = row.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, str):
        try:
            value = dt.datetime.fromisoformat(value)
        except ValueError:
            raise Refused("not_a_time", name) from None
    if not isinstance(value, dt.datetime):
        raise Refused("not_a_time", name)
    if value.tzinfo is None:
        raise Refused("no_zone", name)
    try:
        return value if value.tzinfo is dt.UTC else value.astimezone(dt.UTC)
    except OverflowError:
        raise Refused("not_a_time", name) from None


def number_of(row: Mapping[str, Any], name: str, limits: tuple[float, float] | None = None) -> float | None:
    """Return a number within limits, or None where none was sent."""
    value = row.get(name)
    if value is None or value == "":
        return None
    try:
        if isinstance(value, bool):
            raise TypeError
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise Refused("not_a_number", name) from None
    if not math.isfinite(number):
        raise Refused("not_a_number", name)
    if limits and not limits[0] <= number <= limits[1]:
        raise Refused("out_of_range", name, low=limits[0], high=limits[1])
    return number
