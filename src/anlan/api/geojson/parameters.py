"""What an address of a collection asks for."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

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
        words = {"name": name, "unknown": unknown[0], "known": ", ".join(sorted(known))}
        raise BadQuery(_("%(name)s takes no %(unknown)s; write some of: %(known)s") % words)
    category = query.get("category", "")
    if category and not Category.objects.filter(code=category).exists():
        raise BadQuery(_("this city has no category %(category)s") % {"category": category})
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
        raise BadQuery(_("bbox is west,south,east,north in degrees, such as bbox=119.9,31.7,120.0,31.8")) from None
    if not (west <= east and south <= north):
        raise BadQuery(_("bbox is west,south,east,north: west before east, south before north"))
    return west, south, east, north


def _whole(text: str, name: str, least: int, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(most)) and least <= int(text) <= most):
        words = {"name": name, "least": least, "most": most}
        raise BadQuery(_("%(name)s is a whole number from %(least)d to %(most)d") % words)
    return int(text)


def _day(text: str, name: str) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise BadQuery(_("%(name)s is a day such as 2016-06-28") % {"name": name}) from None
    if day and not 1900 <= day.year <= 2200:
        raise BadQuery(_("%(name)s is a day from 1900 to 2200") % {"name": name})
    return day
