"""A year of waterlogging reports, and the places that truly flooded. The miner sees the reports only.

What is given: 364 places at least 150 m apart, ten storms, 4,132 reports in 2015 of which 15 % are one-off puddles
(half of them within 300 m of a place), and how far off reports lie. Everything else is drawn.
One choice was made by looking at a figure: how unevenly places flood (gamma, shape 5) was taken so that a greedy circle
cover scores about 0.97 / 0.97, the difficulty that the score is meant to have.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import shapely
from numpy.random import Generator
from numpy.typing import NDArray

from anlan.city.town import words
from anlan.city.town.ground import MAIN_URBAN, PLANE
from anlan.geo import from_wgs84
from anlan.intake.channels import Channel

Floats = NDArray[np.float64]
ZONE: Final = ZoneInfo("Asia/Shanghai")
PLACES: Final = 364
APART_M: Final = 150.0
PUDDLES: Final = 0.15
NEAR_M: Final = 300.0
REPORTS: Final = {2015: 4132, 2016: 4018}
STORMS: Final = {  # local start, hours, strength
    2015: (("05-15 14", 5, 0.6), ("06-02 05", 6, 0.9), ("06-17 03", 9, 1.7), ("06-27 16", 7, 1.4),
           ("07-06 20", 4, 0.5), ("07-24 15", 3, 0.3),
           ("08-10 06", 8, 1.1), ("08-24 17", 5, 0.7), ("09-05 09", 4, 0.5), ("09-30 07", 4, 0.4)),
    2016: (("05-21 10", 5, 0.5), ("06-02 19", 4, 0.4), ("06-12 06", 5, 0.6), ("06-19 14", 6, 0.9),
           ("06-28 02", 14, 3.2),
           ("07-02 08", 9, 1.4), ("07-15 17", 4, 0.5), ("08-03 15", 3, 0.4), ("08-20 16", 4, 0.5), ("09-15 05", 8, 0.9),
           ("10-21 11", 6, 0.6)),
}  # fmt: skip
CHANNELS: Final = (
    ("phone_110", 0.42), ("hotline_12345", 0.24), ("app", 0.15), ("web", 0.05), ("grid_worker", 0.08), ("sensor", 0.02),
    ("partner", 0.02), ("import", 0.02),
)  # fmt: skip
DUPLICATES: Final = 0.04  # the same told again a little later, half of them by the same source from the same spot
NOTICED: Final = 0.6  # of those, marked as repeats by whoever entered them
NO_POINT: Final = 0.015
NO_DEPTH: Final = 0.45
LATE_ENTRY: Final = 0.03


@dataclass(frozen=True)
class FloodYear:
    """A simulated year: what was reported, and (for the score alone) where the places truly are."""

    seed: int
    year: int
    reports: tuple[dict[str, Any], ...]
    place_x: Floats
    place_y: Floats
    of_place: NDArray[np.int64]  # per report: its place, or -1 for a puddle


def simulate(seed: int, year: int = 2015, *, error_m: float | None = None, duplicates: float = DUPLICATES) -> FloodYear:
    """Return a year of reports. `error_m` puts every report that far off (root mean square) in place of the mixture."""
    draw = np.random.default_rng([seed, 2015])
    place_x, place_y, weight, names = _places(draw)
    if year != 2015:
        draw = np.random.default_rng([seed, year])
        place_x, place_y, weight, names = _another_year(draw, place_x, place_y, weight, names)
    storms = STORMS[year]
    own_place, storm = _floods(draw, weight, storms, REPORTS[year], duplicates)
    x, y = _spots(draw, own_place, place_x, place_y)
    again = _again(draw, own_place, REPORTS[year])
    off_x, off_y, precision = _errors(draw, len(again.of), error_m)
    moments = [_moment(draw, year, storms[one]) for one in storm]
    moments = [moments[own] + later for own, later in zip(again.of, again.later, strict=True)]
    x, y = x[again.of] + off_x[again.source], y[again.of] + off_y[again.source]
    of_place = own_place[again.of]
    reports = _told(draw, seed, year, of_place, names, x, y, precision[again.source], moments, again)
    return FloodYear(seed, year, tuple(reports), place_x, place_y, of_place)


@dataclass(frozen=True)
class Again:
    """Which report each one tells (itself or an earlier one), whose location and channel it has, and how much later."""

    of: NDArray[np.int64]
    source: NDArray[np.int64]
    later: list[dt.timedelta]


def _again(draw: Generator, own_place: NDArray[np.int64], total: int) -> Again:
    """Add reports that tell the same again until there are `total`, at places and of puddles alike."""
    own = len(own_place)
    at_place, puddles = np.flatnonzero(own_place >= 0), np.flatnonzero(own_place < 0)
    of_puddles = round(PUDDLES * total) - len(puddles)
    of_places = total - own - of_puddles
    told = np.concatenate([draw.choice(at_place, of_places), draw.choice(puddles, of_puddles)])
    of = np.concatenate([np.arange(own), told]).astype(np.int64)
    same = draw.random(total) < 0.5
    minutes = 1 + draw.exponential(25, total)
    later = [dt.timedelta(seconds=round(60 * float(minutes[n])) if n >= own else 0) for n in range(total)]
    return Again(of, np.where(same, of, np.arange(total)), later)


def _places(draw: Generator) -> tuple[Floats, Floats, Floats, list[tuple[str, str]]]:
    """Draw places in the main urban area, at least 150 m apart, some several times as bad as others."""
    x, y = _scattered(draw, PLACES, np.empty(0), np.empty(0))
    weight = draw.gamma(5, 1.0, PLACES)
    return x, y, weight, [(words.street(draw), words.mark(draw)) for _ in range(PLACES)]


def urban_area() -> shapely.Polygon:
    """Return the main urban area in metres."""
    lon, lat = zip(*MAIN_URBAN, strict=True)
    return shapely.Polygon(np.column_stack(PLANE.forward(lon, lat)))


def _scattered(draw: Generator, count: int, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Add points inside the main urban area until there are `count` more, each 150 m from all others."""
    area = urban_area()
    shapely.prepare(area)
    west, south, east, north = area.bounds
    wanted = len(x) + count
    while len(x) < wanted:
        a, b = draw.uniform(west, east), draw.uniform(south, north)
        if shapely.contains_xy(area, a, b) and (not len(x) or np.hypot(x - a, y - b).min() >= APART_M):
            x, y = np.append(x, a), np.append(y, b)
    return x, y


def _another_year(
    draw: Generator, x: Floats, y: Floats, weight: Floats, names: list[tuple[str, str]]
) -> tuple[Floats, Floats, Floats, list[tuple[str, str]]]:
    """Some places of the year before do not flood any more, some new ones do, and all are a little better or worse."""
    stays = draw.random(len(x)) > 0.12
    fresh = 40
    new_x, new_y = _scattered(draw, fresh, x, y)
    kept = [name for name, stay in zip(names, stays, strict=True) if stay]
    names = [*kept, *[(words.street(draw), words.mark(draw)) for _ in range(fresh)]]
    weight = np.append(weight[stays] * draw.lognormal(0, 0.3, int(stays.sum())), draw.gamma(5, 1.0, fresh))
    return np.append(x[stays], new_x[-fresh:]), np.append(y[stays], new_y[-fresh:]), weight, names


def _floods(
    draw: Generator, weight: Floats, storms: tuple[tuple[str, int, float], ...], total: int, duplicates: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Draw place and storm of each report that is no repeat; every place floods in at least two storms."""
    strength = np.array([one for _, _, one in storms])
    puddles = round(PUDDLES * total)
    of_places = round((1 - duplicates) * (total - puddles))
    puddles = round((1 - duplicates) * puddles)
    rate = weight[:, None] * strength[None, :]
    floods = draw.random(rate.shape) < 1 - np.exp(-1.1 * rate)
    for place in range(len(weight)):
        sure = draw.choice(len(storms), 2, replace=False, p=strength / strength.sum())
        floods[place, sure] = True
    chance = np.where(floods, rate, 0.0)
    first = np.argwhere(floods)
    surely = np.vstack(
        [
            first[first[:, 0] == place][draw.permutation(int((first[:, 0] == place).sum()))[:2]]
            for place in range(len(weight))
        ]
    )
    rest = of_places - len(surely)
    drawn = draw.choice(chance.size, rest, p=(chance / chance.sum()).ravel())
    pairs = np.vstack([surely, np.column_stack(np.unravel_index(drawn, chance.shape))])
    storm_of_puddle = draw.choice(len(storms), puddles, p=strength / strength.sum())
    of_place = np.concatenate([pairs[:, 0], np.full(puddles, -1)])
    return of_place.astype(np.int64), np.concatenate([pairs[:, 1], storm_of_puddle]).astype(np.int64)


def _spots(draw: Generator, of_place: NDArray[np.int64], place_x: Floats, place_y: Floats) -> tuple[Floats, Floats]:
    """Return where the water truly stood: at its place, or for a puddle anywhere, half of them near a place."""
    x, y = place_x[of_place], place_y[of_place]
    puddles = np.flatnonzero(of_place < 0)
    near, far = puddles[: len(puddles) // 2], puddles[len(puddles) // 2 :]
    beside = draw.integers(len(place_x), size=len(near))
    distance, angle = NEAR_M * np.sqrt(draw.random(len(near))), 2 * np.pi * draw.random(len(near))
    x[near], y[near] = place_x[beside] + distance * np.cos(angle), place_y[beside] + distance * np.sin(angle)
    ring = urban_area()
    west, south, east, north = ring.bounds
    for one in far:
        while True:
            a, b = draw.uniform(west, east), draw.uniform(south, north)
            if shapely.contains_xy(ring, a, b):
                x[one], y[one] = a, b
                break
    return x, y


def _errors(draw: Generator, count: int, error_m: float | None) -> tuple[Floats, Floats, Floats]:
    """Return how far off each report lies, and what its source says of that."""
    if error_m is not None:
        axis = error_m / np.sqrt(2)
        return draw.normal(0, 1, count) * axis, draw.normal(0, 1, count) * axis, np.full(count, max(error_m, 1.0))
    kind = draw.choice(3, count, p=[0.7, 0.2, 0.1])
    normal_x, normal_y = draw.normal(0, 1, count), draw.normal(0, 1, count)
    distance, angle = 200 * np.sqrt(draw.random(count)), 2 * np.pi * draw.random(count)
    axis = np.array([15.0, 50.0, 0.0])[kind] / np.sqrt(2)
    wide = kind == 2
    x = np.where(wide, distance * np.cos(angle), normal_x * axis)
    y = np.where(wide, distance * np.sin(angle), normal_y * axis)
    return x, y, np.array([15.0, 50.0, 200.0])[kind]


def _moment(draw: Generator, year: int, storm: tuple[str, int, float]) -> dt.datetime:
    start = dt.datetime.strptime(f"{year}-{storm[0]}", "%Y-%m-%d %H").replace(tzinfo=ZONE)
    return start + dt.timedelta(seconds=round(float(draw.beta(2, 3.5)) * storm[1] * 3600))


def _told(
    draw: Generator, seed: int, year: int, of_place: NDArray[np.int64], names: list[tuple[str, str]], x: Floats,
    y: Floats, precision: Floats, moments: list[dt.datetime], again: Again,
) -> list[dict[str, Any]]:  # fmt: skip
    """Write each report as its source sends it, in the order of time."""
    lon, lat = PLANE.inverse(x, y)
    gcj_lon, gcj_lat = from_wgs84(lon, lat, "GCJ-02")
    channels, shares = zip(*CHANNELS, strict=True)
    channel = draw.choice(len(channels), len(x), p=np.array(shares) / sum(shares))
    channel = channel[again.source]
    channel[(of_place < 0) & (channel == channels.index("sensor"))] = channels.index("grid_worker")  # none stands there
    rows: list[dict[str, Any]] = []
    where: list[tuple[str, str]] = []
    for n, at in enumerate(moments):
        if again.of[n] < n:
            road, seen = where[again.of[n]]
        else:
            road, seen = names[of_place[n]] if of_place[n] >= 0 else (words.street(draw), words.mark(draw))
        where.append((road, seen))
        via = channels[int(channel[n])]
        mapped = via in Channel.open()
        row = {
            "channel": via,
            "category": "waterlogging",
            "received_at": at,
            "entered_at": at + dt.timedelta(seconds=int(draw.integers(5, 180))),
            "lon": round(float((gcj_lon if mapped else lon)[n]), 6),
            "lat": round(float((gcj_lat if mapped else lat)[n]), 6),
            "crs": "GCJ-02" if mapped else "EPSG:4326",
            "precision_m": float(precision[n]),
            "depth_cm": None
            if draw.random() < NO_DEPTH and via != "sensor"
            else int(draw.choice([5, 10, 15, 20, 30, 40, 50, 60])),
            "place_words": words.told(draw, road, seen),
            "words": "" if via == "sensor" else words.said(draw),
            "contact": f"模拟号码{int(draw.integers(10**6)):06d}" if via in Channel.heard() else "",
            "validity": "repeat" if again.of[n] < n and draw.random() < NOTICED else "valid",
            "source": f"simulated-{seed}-{year}",
            "n": n,
        }
        if draw.random() < NO_POINT and via != "sensor":
            row |= {"lon": None, "lat": None, "precision_m": None}
        if via == "import":  # a district's own list, handed in days later
            row["entered_at"] = at + dt.timedelta(hours=int(draw.integers(24, 120)))
        elif draw.random() < LATE_ENTRY:
            row["entered_at"] = at + dt.timedelta(hours=int(draw.integers(2, 30)))
        rows.append(row)
    order = sorted(range(len(rows)), key=lambda one: (rows[one]["received_at"], one))
    for place, one in enumerate(order, 1):
        rows[one]["source_id"] = f"{year}-{place:05d}"
    return [rows[one] for one in order]
