"""What an address of a collection asks for."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from anlan.intake.models import Category

MOST = 10_000
PARAMETERS = {"bbox", "limit", "offset", "lang"}
OF_INCIDENTS = {"since", "until", "category"}


class BadQuery(ValueError):
    """A parameter cannot be read; the message says how to write it."""


@dataclass(frozen=True)
class Asked:
    """What an address asks for."""

    bbox: tuple[float, float, float, float] | None
    limit: int
    offset: int
    since: dt.date | None
    until: dt.date | None
    category: str


def parse(name: str, query: dict[str, str]) -> Asked:
    """Read the parameters of a collection's address."""
    known = PARAMETERS | (OF_INCIDENTS if name == "incidents" else set())
    if unknown := sorted(set(query) - known):
        raise BadQuery(f"{name} takes no {unknown[0]}; write some of: {', '.join(sorted(known))}")
    category = query.get("category", "")
    if category and not Category.objects.filter(code=category).exists():
        raise BadQuery(f"this city has no category {category}")
    return Asked(
        bbox=_bbox(query.get("bbox", "")),
        limit=_whole(query.get("limit", "1000"), "limit", 1, MOST),
        offset=_whole(query.get("offset", "0"), "offset", 0, 10**9),
        since=_day(query.get("since", ""), "since"),
        until=_day(query.get("until", ""), "until"),
        category=category,
    )


def _bbox(text: str) -> tuple[float, float, float, float] | None:
    if not text:
        return None
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise BadQuery("bbox is west,south,east,north in degrees, such as bbox=119.9,31.7,120.0,31.8") from None
    if not (west <= east and south <= north):
        raise BadQuery("bbox is west,south,east,north: west before east, south before north")
    return west, south, east, north


def _whole(text: str, name: str, least: int, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(most)) and least <= int(text) <= most):
        raise BadQuery(f"{name} is a whole number from {least} to {most}")
    return int(text)


def _day(text: str, name: str) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise BadQuery(f"{name} is a day such as 2016-06-28") from None
    if day and not 1900 <= day.year <= 2200:
        raise BadQuery(f"{name} is a day from 1900 to 2200")
    return day
