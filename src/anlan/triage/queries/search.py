"""Open incidents found by what a desk remembers of them: the end of a number, the matter, the area."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final

from anlan.core.city.areas import areas_at, local_day
from anlan.core.models import AreaVersion
from anlan.core.people.actors import Actor
from anlan.intake.models import Category
from anlan.triage.models import Incident
from anlan.triage.words import urgency_words

SHOWN: Final = 8  # more than that nobody compares; one word more finds fewer
MOST_WORDS: Final = 5
PARTS: Final = re.compile(r"[\s,;，、；]+")
SIGNS: Final = re.compile(r"[^0-9a-z]")


@dataclass(frozen=True)
class Candidate:
    """An open incident that may be meant, and the smallest area in which it lies."""

    incident: Incident
    area: AreaVersion | None

    @property
    def urgency(self) -> str:
        """How soon somebody has to go, in words."""
        return urgency_words(self.incident.urgency)


@dataclass(frozen=True)
class Search:
    """What was asked for, what was found, and how many more there are."""

    asked: str
    found: list[Candidate]
    more: int


def incidents_like(asked: str, actor: Actor, at: dt.datetime, *, beside: Incident | None = None) -> Search:
    """Return open incidents that the actor may see and of which every word is true, the latest first, beside one.

    A word is the end of a number, or a part of a category's or an area's name in either language.
    """
    words = [word for word in PARTS.split(asked.strip().casefold()) if word][:MOST_WORDS]
    if not words:
        return Search(asked, [], 0)
    seen = Incident.objects.visible_to(actor).open().select_related("category_at_call", "category_confirmed")
    found = []
    for incident in seen.order_by("-opened_at", "-pk"):
        areas = _areas(incident, at)
        if incident != beside and all(_is_true(word, incident, areas) for word in words):
            found.append(Candidate(incident, next((a for a in reversed(areas) if a.area.kind != "zone"), None)))
    return Search(asked, found[:SHOWN], max(0, len(found) - SHOWN))


def _is_true(word: str, incident: Incident, areas: tuple[AreaVersion, ...]) -> bool:
    digits = SIGNS.sub("", word)
    if any(sign.isdigit() for sign in digits) and SIGNS.sub("", incident.number.casefold()).endswith(digits):
        return True
    named: list[Category | AreaVersion] = [incident.category_at_call, incident.category, *areas]
    names = [name for thing in named for name in (thing.name, thing.name_en)]
    return any(word in name.casefold() for name in names)


def _areas(incident: Incident, at: dt.datetime) -> tuple[AreaVersion, ...]:
    if incident.lon is None or incident.lat is None:
        return ()
    return areas_at(incident.lon, incident.lat, local_day(at))
