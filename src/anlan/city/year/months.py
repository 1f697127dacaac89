"""One simulated month: what is heard goes in as it was entered, and incidents are made of it, in the order of time."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from anlan.city.town.codes import CODED, code_of
from anlan.city.town.ground import PLANE
from anlan.city.year.calls import Call, month_of_calls
from anlan.city.year.flood import STORMS, ZONE, FloodYear, simulate
from anlan.city.year.lives import Crews, flood_life, life_of
from anlan.core.people.actors import Actor
from anlan.dispatch.actions import run_incidents
from anlan.geo import distance_m
from anlan.intake.actions import receive_reports
from anlan.intake.models import Report
from anlan.triage.models import IncidentReport

BATCH: Final = 4000
SAME_M: Final = 150.0  # callers about one flood stand about so far apart
SAME: Final = dt.timedelta(hours=3)
HOLDERS: Final = (("drainage", 0.72), ("roads", 0.16), ("water", 0.12))
CELL: Final = SAME_M / 111_000
Fails = Callable[[int, dt.datetime], bool]  # whether a place still floods in a storm at that moment


@dataclass(frozen=True)
class Month:
    """What a month is made of."""

    seed: int
    year: int
    month: int
    scale: float
    actor: Actor
    until: dt.datetime | None = None  # the last one ends at the demonstration's moment

    @property
    def name(self) -> str:
        """As people write it."""
        return f"{self.year}-{self.month:02d}"

    @property
    def begins(self) -> dt.datetime:
        """Its first moment."""
        return dt.datetime(self.year, self.month, 1, tzinfo=ZONE)

    @property
    def ends(self) -> dt.datetime:
        """The first moment of the next, or the moment at which the simulated time ends."""
        return self.until or (self.begins + dt.timedelta(days=32)).replace(day=1)


def always(place: int, at: dt.datetime) -> bool:
    """Say that nothing was mended yet."""
    return True


def live(month: Month, crews: Crews, end: dt.datetime, fails: Fails) -> int:
    """Receive a month's reports and make its incidents; what is there stays. Return how many reports went in."""
    calls = month_of_calls(month.seed, month.year, month.month, month.scale)
    _number(calls, month)
    calls = _told_by(calls, month.until)
    floods = list(_floods(month, fails))
    accepted = 0
    for n, (batch, wet) in enumerate(_batches(calls, floods)):
        rows = sorted([row for call in batch for row in call.rows] + wet, key=lambda row: row["entered_at"])
        if not rows:
            continue
        at = max(rows[-1]["entered_at"], month.begins)
        answer = receive_reports(rows=[_sent(row) for row in rows], actor=month.actor, at=at)
        if answer["refused"]:
            raise RuntimeError(f"the simulated city was refused: {answer['refused'][0]}")
        accepted += answer["accepted"]
        _make_incidents(month, n, batch, wet, crews, end, at)
    return accepted


def _told_by(calls: list[Call], until: dt.datetime | None) -> list[Call]:
    """Return what was entered by then."""
    if until is None:
        return calls
    told = [replace(call, rows=tuple(row for row in call.rows if row["entered_at"] <= until)) for call in calls]
    return [call for call in told if call.rows]


def _make_incidents(
    month: Month, n: int, batch: Sequence[Call], wet: Sequence[dict[str, Any]], crews: Crews, end: dt.datetime,
    at: dt.datetime,
) -> None:  # fmt: skip
    """Make incidents of those reports of a batch that tell of none yet."""
    dice = np.random.default_rng([month.seed, month.year, month.month, n, 5])
    known = _ids(
        [call.rows[0]["source"] for call in batch[:1]], [row["source_id"] for call in batch for row in call.rows]
    )
    rows = [life_of(call, [known[row["source_id"]] for row in call.rows], crews, dice, end) for call in batch]
    rows += _flood_rows(wet, crews, dice, end)  # drawn for all, so that a build that was cut off draws the same
    taken = _taken([row["reports"][0][0] for row in rows])
    rows = sorted((row for row in rows if row["reports"][0][0] not in taken), key=lambda row: row["reports"][0][1])
    for start in range(0, len(rows), BATCH):
        run_incidents(rows=rows[start : start + BATCH], actor=month.actor, at=at)


def _taken(reports: Sequence[int]) -> set[int]:
    """Return which of these reports tell of an incident; in a build that goes straight on, none does."""
    links = IncidentReport.objects.filter(unlinked_at=None)
    if not reports or not links.filter(report_id__gte=min(reports)).exists():
        return set()
    about = links.filter(report_id__gte=min(reports), report_id__lte=max(reports))
    return set(about.values_list("report_id", flat=True))


def _ids(sources: Sequence[str], wanted: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(wanted), 900):
        some = wanted[start : start + 900]
        told = Report.objects.filter(source__in=sources, source_id__in=some).values_list("source_id", "pk")
        found |= {str(source_id): pk for source_id, pk in told}
    return found


def _number(calls: Sequence[Call], month: Month) -> None:
    for n, call in enumerate(calls, 1):
        for again, row in enumerate(call.rows, 1):
            row["source_id"] = f"{month.year}{month.month:02d}-{n:06d}-{again}"


def _batches(calls: list[Call], floods: list[dict[str, Any]]) -> Iterator[tuple[list[Call], list[dict[str, Any]]]]:
    """Cut a month into batches of whole days."""
    days: dict[int, tuple[list[Call], list[dict[str, Any]]]] = {}
    for call in calls:
        days.setdefault(call.rows[0]["received_at"].day, ([], []))[0].append(call)
    for row in floods:
        days.setdefault(row["received_at"].day, ([], []))[1].append(row)
    held: tuple[list[Call], list[dict[str, Any]]] = ([], [])
    for day in sorted(days):
        some, wet = days[day]
        if held[0] and len(held[0]) + len(some) + len(held[1]) + len(wet) > BATCH:
            yield held
            held = ([], [])
        held[0].extend(some)
        held[1].extend(wet)
    yield held


@functools.lru_cache(maxsize=2)
def flood_year(seed: int, year: int) -> FloodYear:
    """Return a simulated year of floods, kept while its months are walked."""
    return simulate(seed, year)


def place_of(flood: FloodYear, place: int) -> tuple[float, float]:
    """Return where a true place lies."""
    lon, lat = PLANE.inverse(flood.place_x[place], flood.place_y[place])
    return float(lon), float(lat)


def _floods(month: Month, fails: Fails) -> Iterator[dict[str, Any]]:
    """Return a month's flood reports without those of places that hold by then."""
    if month.year not in STORMS:
        return
    flood = flood_year(month.seed, month.year)
    for row in flood.reports:
        if row["received_at"].month != month.month:
            continue
        place = int(flood.of_place[row["n"]])
        if place < 0 or fails(place, row["received_at"]):
            yield row


def storms_of(month: Month) -> list[tuple[dt.datetime, dt.datetime, float]]:
    """Return a month's storms as rain gauges saw them: start, end, peak in mm an hour."""
    found = []
    for start, hours, strength in STORMS.get(month.year, ()):
        begins = dt.datetime.strptime(f"{month.year}-{start}", "%Y-%m-%d %H").replace(tzinfo=ZONE)
        if begins.month == month.month:
            found.append((begins, begins + dt.timedelta(hours=hours), round(18 + 22 * strength, 1)))
    return found


def _sent(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row as its source sends it: what it does not know is not there."""
    sent = {name: value for name, value in row.items() if name != "n" and value not in {None, ""}}
    if row["channel"] in CODED and row["validity"] == "valid":
        sent["tracking_code"] = code_of(row["source"], row["source_id"])
    return sent


def _flood_rows(
    wet: Sequence[dict[str, Any]], crews: Crews, dice: np.random.Generator, end: dt.datetime
) -> Iterator[dict[str, Any]]:
    if not wet:
        return
    known = _ids([wet[0]["source"]], [row["source_id"] for row in wet])
    told = Report.objects.filter(pk__in=known.values())
    codes, shares = [code for code, _ in HOLDERS], [share for _, share in HOLDERS]
    for group in _groups(list(told.order_by("entered_at", "pk"))):
        first, opened = group[0], group[0].entered_at
        reports = [(one.pk, max(opened, one.entered_at)) for one in group]
        place = (first.lon, first.lat) if first.lon is not None and first.lat is not None else None
        yield flood_life(reports, place, str(dice.choice(codes, p=shares)), crews, dice, end)


def _groups(reports: list[Report]) -> list[list[Report]]:
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
