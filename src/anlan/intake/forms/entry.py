"""What a call-taker types, read as it is meant: a category by its key or first letters, a time by its clock."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from anlan.core.refusals import Refused
from anlan.intake.models import Category
from anlan.intake.words import label, listed

CLOCK = re.compile(r"^(\d{1,2})[:：.]?(\d{2})$")
MOMENT = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})[ T](\d{1,2})[:：](\d{2})$")
SLACK = dt.timedelta(minutes=1)


def category_of(typed: str, categories: Sequence[Category]) -> Category:
    """Find the category by its number in the list, its code, or the first letters of any of its names."""
    text = typed.strip().casefold()
    if text.isdecimal() and len(text) < 10 and 1 <= int(text) <= len(categories):
        return categories[int(text) - 1]
    exact = [category for category in categories if text in _names(category)]
    found = exact or [category for category in categories if text and _begins(category, text)]
    if len(found) == 1:
        return found[0]
    if found:
        raise Refused("several_categories", "what", names=listed(label(category) for category in found))
    raise Refused("which_category", "what")


def received_at(typed: str, zone: ZoneInfo, at: dt.datetime) -> dt.datetime:
    """Read 14:07, 1407 or 2016-06-28 14:07 in the city's time."""
    text = typed.strip()
    here = at.astimezone(zone)
    try:
        if clock := CLOCK.match(text):
            moment = here.replace(hour=int(clock[1]), minute=int(clock[2]), second=0, microsecond=0)
        elif day := MOMENT.match(text):
            moment = dt.datetime(*map(int, day.groups()), tzinfo=zone)  # type: ignore[arg-type,misc]
        else:
            raise Refused("which_time", "received")
    except ValueError as error:  # 25:61 is none
        raise Refused("which_time", "received") from error
    if moment > at + SLACK:
        raise Refused("time_to_come", "received")
    return min(moment.astimezone(dt.UTC), at)


def _names(category: Category) -> set[str]:
    return {name.casefold() for name in (category.code, category.name, category.name_en) if name}


def _begins(category: Category, text: str) -> bool:
    """Whether any name, or any word of one, begins with the text."""
    words = {word for name in _names(category) for word in (name, *re.split(r"[\s_,]+", name))}
    return any(word.startswith(text) for word in words)
