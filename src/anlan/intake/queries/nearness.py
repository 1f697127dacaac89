"""Whether two reports may tell of the same thing: near in time, and near in place or alike in words."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from anlan.core.people.actors import Actor
from anlan.geo import distance_m
from anlan.intake.models import Category, Report
from anlan.intake.rules.reach import reach_of
from anlan.intake.states import COUNTED

WINDOW = dt.timedelta(minutes=60)
NEAR_M = 500.0
LIKELY_M = 100.0
ALIKE = 0.45
LIKELY_ALIKE = 0.75
SHOWN = 6
COMPARED = 400  # the latest reports of the hour are enough even in a storm


@dataclass(frozen=True)
class Near:
    """An earlier report that may tell of the same thing; place words are compared by machine and never shown here."""

    report: Report
    distance_m: float | None
    words_alike: bool
    likely: bool


def alike(words: str, others: str) -> float:
    """Return how alike two place words are, 0 to 1: the share of common pairs of letters (Dice)."""
    first, second = _pairs(words), _pairs(others)
    return 2 * len(first & second) / (len(first) + len(second)) if first and second else 0.0


def possible_repeats(
    *,
    actor: Actor,
    at: dt.datetime,
    category: Category | None,
    place_words: str,
    point: tuple[float, float] | None,
    precision_m: float | None = None,
) -> list[Near]:
    """Return earlier reports of the last hour that may tell of the same thing, the likeliest first.

    Two vague pins may mean one place: what is near follows the errors of both, what is likely only sharp ones.
    """
    if not point and len(place_words) < 2:
        return []
    recent = (
        Report.objects.visible_to(actor)
        .filter(received_at__gt=at - WINDOW, received_at__lte=at, validity__in=COUNTED)
        .select_related("category", "personal")
        .order_by("-received_at")[:COMPARED]
    )
    found = [
        near for near in (_compared(report, category, place_words, point, precision_m) for report in recent) if near
    ]
    return sorted(found, key=lambda near: (not near.likely, near.distance_m is None, near.distance_m or 0.0))[:SHOWN]


def possible_repeats_of(report: Report, actor: Actor) -> list[Near]:
    """Return earlier reports that may tell of the same thing as one that is stored."""
    words = report.personal.place_words if hasattr(report, "personal") else ""
    point = (report.lon, report.lat) if report.lon is not None and report.lat is not None else None
    found = possible_repeats(
        actor=actor,
        at=report.received_at,
        category=report.category,
        place_words=words,
        point=point,
        precision_m=report.precision_m,
    )
    return [near for near in found if near.report.pk != report.pk]


def _compared(
    report: Report,
    category: Category | None,
    place_words: str,
    point: tuple[float, float] | None,
    precision_m: float | None,
) -> Near | None:
    same = category is None or report.category.group == category.group
    words = report.personal.place_words if hasattr(report, "personal") else ""
    likeness = alike(place_words, words)
    metres = None
    if point and report.lon is not None and report.lat is not None:
        metres = float(distance_m(*point, report.lon, report.lat))
    reach = reach_of((precision_m or 0.0) + (report.precision_m or 0.0), NEAR_M)
    near = metres is not None and metres <= reach.radius_m
    if not same or not (near or likeness >= ALIKE):
        return None
    likely = (metres is not None and metres <= LIKELY_M and not reach.is_vague) or likeness >= LIKELY_ALIKE
    return Near(report, metres, likeness >= ALIKE, likely)


def _pairs(text: str) -> set[str]:
    letters = "".join(letter for letter in text.casefold() if letter.isalnum())
    return {letters[start : start + 2] for start in range(len(letters) - 1)}
