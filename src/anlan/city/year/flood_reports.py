"""What is reported of a year's floods: through which channel, how far off, how late, and what is told again."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from anlan.city.town import words
from anlan.city.town.ground import PLANE
from anlan.city.year.places import Floats, Places
from anlan.geo import from_wgs84

CHANNELS: Final = (
    ("phone_110", 0.42), ("hotline_12345", 0.24), ("app", 0.15), ("web", 0.05), ("grid_worker", 0.08), ("sensor", 0.02),
    ("partner", 0.02), ("import", 0.02),
)  # fmt: skip
DUPLICATES: Final = 0.04  # the same told again a little later, half of them by the same source from the same spot
NOTICED: Final = 0.6  # of those, marked as repeats by whoever entered them
NO_POINT: Final = 0.015
NO_DEPTH: Final = 0.45
DEPTHS_CM: Final = [5, 10, 15, 20, 30, 40, 50, 60]
LATE_ENTRY: Final = 0.03


@dataclass(frozen=True)
class Again:
    """Which report each one tells (itself or an earlier one), whose location and channel it has, and how much later."""

    of: NDArray[np.int64]
    source: NDArray[np.int64]
    later: list[dt.timedelta]


@dataclass(frozen=True)
class Heard:
    """What a year's reports tell of: per report its place or -1 for a puddle, its point, its moment."""

    of_place: NDArray[np.int64]
    x: Floats
    y: Floats
    precision_m: Floats
    moments: list[dt.datetime]
    again: Again


def repeats(draw: Generator, own_place: NDArray[np.int64], total: int, puddle_share: float) -> Again:
    """Add reports that tell the same again until there are `total`, at places and of puddles alike."""
    own = len(own_place)
    at_place, puddles = np.flatnonzero(own_place >= 0), np.flatnonzero(own_place < 0)
    of_puddles = round(puddle_share * total) - len(puddles)
    of_places = total - own - of_puddles
    of_repeats = np.concatenate([draw.choice(at_place, of_places), draw.choice(puddles, of_puddles)])
    of = np.concatenate([np.arange(own), of_repeats]).astype(np.int64)
    same = draw.random(total) < 0.5
    minutes = 1 + draw.exponential(25, total)
    later = [dt.timedelta(seconds=round(60 * float(minutes[n])) if n >= own else 0) for n in range(total)]
    return Again(of, np.where(same, of, np.arange(total)), later)


def errors(draw: Generator, count: int, error_m: float | None) -> tuple[Floats, Floats, Floats]:
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


def reports_of(draw: Generator, source: str, year: int, heard: Heard, places: Places) -> list[dict[str, Any]]:
    """Write each report as its source sends it, in the order of time."""
    lon, lat = PLANE.inverse(heard.x, heard.y)
    points = {"EPSG:4326": (lon, lat), "GCJ-02": from_wgs84(lon, lat, "GCJ-02")}
    channels = _channels(draw, heard)
    rows: list[dict[str, Any]] = []
    spoken: list[tuple[str, str]] = []
    for n, channel in enumerate(channels):
        spoken.append(_street_and_mark(draw, n, heard, places, spoken))
        crs = "GCJ-02" if channel in {"app", "web"} else "EPSG:4326"
        point = float(points[crs][0][n]), float(points[crs][1][n])
        rows.append(_report(draw, n, heard, channel, crs, point, spoken[n]) | {"source": source, "n": n})
        _spoil(draw, rows[n])
    order = sorted(range(len(rows)), key=lambda n: (rows[n]["received_at"], n))
    for place, n in enumerate(order, 1):
        rows[n]["source_id"] = f"{year}-{place:05d}"
    return [rows[n] for n in order]


def _channels(draw: Generator, heard: Heard) -> list[str]:
    """Draw through which channel each comes; a repeat by the same source comes through the same."""
    channels, shares = zip(*CHANNELS, strict=True)
    channel = draw.choice(len(channels), len(heard.x), p=np.array(shares) / sum(shares))[heard.again.source]
    puddles = (heard.of_place < 0) & (channel == channels.index("sensor"))
    channel[puddles] = channels.index("grid_worker")  # no sensor stands there
    return [channels[int(n)] for n in channel]


def _street_and_mark(
    draw: Generator, n: int, heard: Heard, places: Places, spoken: list[tuple[str, str]]
) -> tuple[str, str]:
    """Return the street and mark that a report names; a repeat names those of the report that it repeats."""
    if heard.again.of[n] < n:
        return spoken[int(heard.again.of[n])]
    if heard.of_place[n] >= 0:
        return places.names[int(heard.of_place[n])]
    return words.street(draw), words.mark(draw)


def _report(
    draw: Generator, n: int, heard: Heard, channel: str, crs: str, point: tuple[float, float], spoken: tuple[str, str]
) -> dict[str, Any]:
    """Write one report; the draws stand in the order in which every seed has been drawn."""
    at, is_sensor, repeats = heard.moments[n], channel == "sensor", heard.again.of[n] < n
    return {
        "channel": channel,
        "category": "waterlogging",
        "received_at": at,
        "entered_at": at + dt.timedelta(seconds=int(draw.integers(5, 180))),
        "lon": round(point[0], 6),
        "lat": round(point[1], 6),
        "crs": crs,
        "precision_m": float(heard.precision_m[n]),
        "depth_cm": None if draw.random() < NO_DEPTH and not is_sensor else int(draw.choice(DEPTHS_CM)),
        "place_words": words.place_words(draw, *spoken),
        "words": "" if is_sensor else words.said(draw),
        "contact": f"模拟号码{int(draw.integers(10**6)):06d}" if channel in {"phone_110", "hotline_12345"} else "",
        "validity": "repeat" if repeats and draw.random() < NOTICED else "valid",
    }


def _spoil(draw: Generator, report: dict[str, Any]) -> None:
    """Leave out the point of some, and let some be entered late."""
    if draw.random() < NO_POINT and report["channel"] != "sensor":
        report |= {"lon": None, "lat": None, "precision_m": None}
    if report["channel"] == "import":  # a district's own list, handed in days later
        report["entered_at"] = report["received_at"] + dt.timedelta(hours=int(draw.integers(24, 120)))
    elif draw.random() < LATE_ENTRY:
        report["entered_at"] = report["received_at"] + dt.timedelta(hours=int(draw.integers(2, 30)))
