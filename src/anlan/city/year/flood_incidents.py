"""The floods of one month: what of them is reported while places are mended, and the incidents made of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import numpy as np

from anlan.city.year.flood import STORMS, flood_year
from anlan.city.year.lives import Crews, flood_life
from anlan.city.year.month import Month
from anlan.geo import distance_m
from anlan.intake.models import Report

SAME_M: Final = 150.0  # callers about one flood stand about so far apart
SAME: Final = dt.timedelta(hours=3)
HOLDERS: Final = (("drainage", 0.72), ("roads", 0.16), ("water", 0.12))
CELL: Final = SAME_M / 111_000
Fails = Callable[[int, dt.datetime], bool]  # whether a place still floods in a storm at that moment


def always(place: int, at: dt.datetime) -> bool:
    """Say that nothing was mended yet."""
    return True


def floods_of(month: Month, fails: Fails) -> Iterator[dict[str, Any]]:
    """Return a month's flood reports without those of places that hold by then."""
    if month.year not in STORMS:
        return
    flood = flood_year(month.seed, month.year)
    for report in flood.reports:
        if report["received_at"].month != month.month:
            continue
        place = int(flood.of_place[report["n"]])
        if place < 0 or fails(place, report["received_at"]):
            yield report


def flood_rows(
    reports: Sequence[Report], crews: Crews, dice: np.random.Generator, end: dt.datetime
) -> Iterator[dict[str, Any]]:
    """Return the row of each flood that these reports tell of, in the order in which they were entered."""
    codes, shares = [code for code, _ in HOLDERS], [share for _, share in HOLDERS]
    for group in _groups(reports):
        first, opened = group[0], group[0].entered_at
        linked = [(report.pk, max(opened, report.entered_at)) for report in group]
        place = (first.lon, first.lat) if first.lon is not None and first.lat is not None else None
        yield flood_life(linked, place, str(dice.choice(codes, p=shares)), crews, dice, end)


def _groups(reports: Sequence[Report]) -> list[list[Report]]:
    """Put reports together that a call-taker would take for one flood: near each other and soon after each other."""
    groups: list[list[Report]] = []
    at: dict[tuple[int, int], list[int]] = {}
    for report in reports:
        if report.lon is None or report.lat is None:
            groups.append([report])
            continue
        x, y = int(report.lon / CELL), int(report.lat / CELL)
        near = [n for i in (x - 1, x, x + 1) for j in (y - 1, y, y + 1) for n in at.get((i, j), ())]
        found = next((n for n in reversed(near) if _same(groups[n][0], report)), None)
        if found is None:
            at.setdefault((x, y), []).append(len(groups))
            groups.append([report])
        else:
            groups[found].append(report)
    return groups


def _same(first: Report, report: Report) -> bool:
    if report.entered_at - first.entered_at > SAME or first.category_id != report.category_id:
        return False
    if first.lon is None or first.lat is None or report.lon is None or report.lat is None:
        return False
    return float(distance_m(first.lon, first.lat, report.lon, report.lat)) <= SAME_M
