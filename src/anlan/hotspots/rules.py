"""Pure decisions: what may be studied, what may be adopted, and which number each place carries on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from anlan import analysis
from anlan.core.refusals import Refused

ANALYSABLE = frozenset({"flooding", "hazards", "infrastructure", "environment", "fire", "traffic"})
ROAD_ENDS = ("大道", "路", "街", "巷", "桥", "弄")
LIMITS = {
    "radius_m": (20.0, 1000.0),
    "min_episodes": (1, 50),
    "episode_gap_h": (1.0, 720.0),
    "min_reports": (1, 100),
}


def require_analysable(groups: Mapping[str, str]) -> None:
    """Refuse categories of offences, disputes and the like: places of people are not ranked here."""
    refused = sorted(code for code, group in groups.items() if group not in ANALYSABLE)
    if refused:
        raise Refused("category_not_analysable", "categories", refused=", ".join(refused))


def require_period(since: dt.date, until: dt.date, today: dt.date) -> None:
    """Refuse a period that ends before it begins, or that has not begun."""
    if until < since:
        raise Refused("period_reversed", "until")
    if since > today:
        raise Refused("period_not_begun", "since")


def require_parameters(parameters: Mapping[str, Any]) -> None:
    """Refuse a parameter out of its range, saying the range."""
    for name, (low, high) in LIMITS.items():
        value = parameters.get(name)
        if value is not None and not low <= value <= high:
            raise Refused("parameter_out_of_range", name, low=low, high=high)


def require_adoptable(since: dt.date, until: dt.date, last: tuple[dt.date, dt.date] | None) -> None:
    """Refuse to adopt a study whose period does not go on after the last adopted one; it may begin with it."""
    if last is not None and (since < last[0] or until <= last[1]):
        raise Refused("study_not_later", since=last[0], until=last[1])


@dataclass(frozen=True)
class Numbering:
    """What adopting a study does to the sites.

    `of_place` gives each place its number (None: the next free one) and what it is; `of_site` what becomes of the
    sites that no place carries on: gone, or merged into the site with the number given.
    """

    of_place: Mapping[int, tuple[int | None, str]]
    of_site: Mapping[int, tuple[str, int | None]]

    def counts(self) -> dict[str, int]:
        """Return how many places and sites there are of each kind."""
        kinds = [kind for _, kind in self.of_place.values()] + [
            kind for kind, _ in self.of_site.values() if kind == "gone"
        ]
        return {kind: kinds.count(kind) for kind in ("kept", "grown", "shrunk", "split", "merged", "new", "gone")}


def number_places(
    standing: Sequence[analysis.Outline], vanished: Sequence[analysis.Outline], places: Sequence[analysis.Outline]
) -> Numbering:
    """Match a study's places (ids = ranks) with the sites (ids = numbers) that stand, then the rest with those gone.

    A split's largest part keeps the number, a merge's largest part keeps its own; a place that comes back where a site
    was gone carries on that site's number.
    """
    first = analysis.match_places(standing, places)
    of_place = {int(place.id): (_number(first, int(place.id)), str(first.kind_of_new(place.id))) for place in places}
    of_site: dict[int, tuple[str, int | None]] = {}
    carried = {number for number, _ in of_place.values() if number is not None}
    for site in standing:
        if int(site.id) not in carried:
            heir = first.successor_of[site.id]
            of_site[int(site.id)] = ("gone", None) if heir is None else ("merged", of_place[int(heir)][0])
    fresh = [place for place in places if of_place[int(place.id)][1] == "new"]
    again = analysis.match_places(vanished, fresh)
    for place in fresh:
        number = _number(again, int(place.id))
        if number is not None:
            of_place[int(place.id)] = (number, str(again.kind_of_new(place.id)))
    return Numbering(of_place, of_site)


def _number(matching: analysis.Matching, rank: int) -> int | None:
    number = matching.number_from[rank]
    return None if number is None else int(number)


def shared_label(words: Collection[str], *, at_least: int = 3) -> str:
    """Return the place words that several different reports share: a name of the place, not one person's words."""
    counts: dict[str, int] = {}
    for text in words:
        for name in {text.strip(), _road(text)} - {""}:
            counts[name] = counts.get(name, 0) + 1
    shared = [(count, len(name), name) for name, count in counts.items() if count >= at_least]
    return max(shared)[2][:120] if shared else ""


def _road(words: str) -> str:
    """Return the words up to the end of the first road's name, for places that reports put differently."""
    ends = [(words.find(end, 2) + len(end)) for end in ROAD_ENDS if words.find(end, 2) >= 0]
    return words.strip()[: min(ends)] if ends and min(ends) <= 14 else ""
