"""The computing of a study: from reports up to a position to places. Slow, so never inside `write()`."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from anlan import analysis
from anlan.core.city.areas import area_index, outline
from anlan.core.city.current import city_zone
from anlan.core.ledger import canonical
from anlan.core.models import Area, LedgerEntry, LedgerPosition
from anlan.core.time.clock import stamp
from anlan.geo import AreaIndex, LocalProjection
from anlan.hotspots.models import Study
from anlan.intake.models import Report
from anlan.intake.states import COUNTED

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class Row:
    """What a study uses of a report."""

    number: str
    received: str
    lon: float
    lat: float
    day: float


@dataclass(frozen=True)
class Input:
    """The reports of a study, and those left out with the reason."""

    rows: tuple[Row, ...]
    found: int
    left_out: dict[str, int]
    hash: str


def compute(study: Study, tell: Tell = lambda done, total: None) -> tuple[Input, str]:
    """Return a study's input and its outcome as canonical JSON."""
    tell(0, 3)
    basis = study_input(study)
    tell(1, 3)
    text = canonical(_outcome(study, basis))
    tell(2, 3)
    return basis, text


def content_hash(outcome: str) -> str:
    """Return the hash under which an outcome is frozen."""
    return hashlib.sha256(outcome.encode()).hexdigest()


def study_input(study: Study) -> Input:
    """Read the reports of a study's period and categories as they stood at its position."""
    zone = city_zone()
    start = dt.datetime.combine(study.since, dt.time(), zone)
    end = dt.datetime.combine(study.until + dt.timedelta(days=1), dt.time(), zone)
    later, validity = _after(study.position)
    reports = Report.objects.filter(
        category__code__in=study.categories, received_at__gte=start, received_at__lt=end
    ).order_by("number")
    inside = _inside(study)
    rows, left_out, found = [], {"misdial_or_nuisance": 0, "no_coordinates": 0, "outside_area": 0}, 0
    for number, received, lon, lat, valid in reports.values_list("number", "received_at", "lon", "lat", "validity"):
        if number in later:
            continue
        found += 1
        if validity.get(number, valid) not in COUNTED:
            left_out["misdial_or_nuisance"] += 1
        elif lon is None or lat is None:
            left_out["no_coordinates"] += 1
        elif not inside(lon, lat):
            left_out["outside_area"] += 1
        else:
            rows.append(Row(number, stamp(received), lon, lat, (received - EPOCH) / dt.timedelta(days=1)))
    text = canonical([[row.number, row.received, row.lon, row.lat] for row in rows])
    return Input(tuple(rows), found, left_out, hashlib.sha256(text.encode()).hexdigest())


def _after(position: int) -> tuple[set[str], dict[str, str]]:
    """Return the numbers of reports received after a position, and validities as they were at it."""
    entries = LedgerEntry.objects.filter(
        pk__in=LedgerPosition.objects.filter(position__gt=position).values("entry_id"),
        kind__in=["intake.report_received", "intake.validity_set"],
    ).order_by("placed__position")
    later: set[str] = set()
    validity: dict[str, str] = {}
    for kind, subject, payload in entries.values_list("kind", "subject", "payload"):
        number = subject.removeprefix("report:")
        if kind == "intake.report_received":
            later.add(number)
        else:
            validity.setdefault(number, json.loads(payload)["from"])
    return later, validity


def _inside(study: Study) -> Callable[[float, float], bool]:
    if study.area_id is None:
        return lambda lon, lat: True
    versions, _ = area_index(study.until)
    index = AreaIndex([outline(version) for version in versions if version.area_id == study.area_id])
    return lambda lon, lat: bool(index.at(lon, lat))


def _outcome(study: Study, basis: Input) -> dict[str, Any]:
    parameters = json.loads(study.parameters)
    if not basis.rows:
        return {"places": [], "watch": [], "episodes": [], "chance": None, "left_out": basis.left_out, "silent": [],
                "min_reports": parameters.get("min_reports"), "found": basis.found, "plane": None}  # fmt: skip
    lon, lat = np.array([row.lon for row in basis.rows]), np.array([row.lat for row in basis.rows])
    plane = LocalProjection.around(lon, lat)
    x, y = plane.forward(lon, lat)
    numbers = [row.number for row in basis.rows]
    found = analysis.recurrent_places(analysis.Events(x, y, [row.day for row in basis.rows], ids=numbers), **parameters)
    episode_of = dict(zip(numbers, (int(number) for number in found.episode_of), strict=True))
    return {
        "places": [_place(place, plane, episode_of) for place in found.places],
        "watch": [_place(place, plane, episode_of) for place in found.watch],
        "episodes": [_episode(episode) for episode in found.episodes],
        "chance": {"expected": _rounded(found.chance.expected_places), "sentence": found.chance.sentence},
        "left_out": basis.left_out | {f"method_{name}": int(value) for name, value in sorted(found.left_out.items())},
        "silent": _silent(study, lon, lat),
        "min_reports": found.min_reports,
        "found": basis.found,
        "plane": plane.parameters(),
    }


def _place(place: analysis.Place, plane: LocalProjection, episode_of: dict[str, int]) -> dict[str, Any]:
    east, north = plane.inverse(place.x, place.y)
    return {
        "rank": place.rank,
        "lon": round(float(east), 6),
        "lat": round(float(north), 6),
        "radius_m": round(place.radius_m, 1),
        "reports": place.reports,
        "episodes": place.episodes,
        "first": moment(place.first_day),
        "last": moment(place.last_day),
        "chance": _rounded(place.chance),
        "members": [[number, episode_of[number]] for number in sorted(map(str, place.members))],
    }


def _episode(episode: analysis.Episode) -> dict[str, Any]:
    return {
        "number": episode.number,
        "first": moment(episode.first_day),
        "last": moment(episode.last_day),
        "reports": episode.reports,
    }


def _silent(study: Study, lon: Any, lat: Any) -> list[dict[str, Any]]:
    """Name the districts, or finer areas where the city has them, with people and without a report."""
    versions, index = area_index(study.until)
    fine = [n for n, version in enumerate(versions) if version.area.kind == Area.Kind.SUBDISTRICT]
    chosen = fine or [
        n for n, version in enumerate(versions) if version.area.kind in {Area.Kind.DISTRICT, Area.Kind.COUNTY_CITY}
    ]
    _, areas = index.assign(lon, lat)
    counts = np.bincount(areas, minlength=len(versions))
    found = analysis.silent_areas(
        [versions[n].area.code for n in chosen],
        [versions[n].population for n in chosen],
        [int(counts[n]) for n in chosen],
    )
    return [{"area": area.area, "population": area.population, "expected": _rounded(area.expected)} for area in found]


def parsed(text: str) -> dt.datetime:
    """Read a moment as an outcome keeps it."""
    return dt.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=dt.UTC)


def moment(day: float) -> str:
    """Write a moment, counted in days since 1970, as an outcome keeps it."""
    return stamp(EPOCH + dt.timedelta(microseconds=round(day * 86_400_000_000)))


def _rounded(value: float) -> float | None:
    return None if value != value else float(f"{value:.4g}")
