"""A sketch of where something lies: outlines, places and a scale as SVG, without any map from elsewhere."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from shapely import clip_by_rect
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry

INK, ACCENT, SOFT, HAIR = "#14202b", "#0b5675", "#59666f", "#b3bdc7"
DEGREE_M: Final = 111_195.0  # of latitude, on the sphere: a sketch is looked at, never measured on
FONT: Final = "Noto Sans SC"
SCALES: Final = (50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)


@dataclass(frozen=True)
class Mark:
    """A place: a ring of its true radius where it is the matter, else a dot; with its number where it has one."""

    lon: float
    lat: float
    number: str = ""
    radius_m: float | None = None
    strong: bool = True


@dataclass(frozen=True)
class View:
    """What a sketch shows: west, south, east, north in degrees, drawn so many units wide."""

    bounds: tuple[float, float, float, float]
    wide: float = 200

    @property
    def unit_m(self) -> float:
        """How many metres a unit of the drawing is."""
        west, south, east, north = self.bounds
        return (east - west) * DEGREE_M * math.cos(math.radians((south + north) / 2)) / self.wide

    @property
    def high(self) -> float:
        """How many units it is high."""
        return (self.bounds[3] - self.bounds[1]) * DEGREE_M / self.unit_m

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        """Return where a point is drawn."""
        west, south, east, north = self.bounds
        return (lon - west) / (east - west) * self.wide, (north - lat) / (north - south) * self.high


def around(lon: float, lat: float, metres: float, wide: float = 200) -> View:
    """Return a square view with a point in its middle, so many metres to each side."""
    high = metres / DEGREE_M
    broad = high / math.cos(math.radians(lat))
    return View((lon - broad, lat - high, lon + broad, lat + high), wide)


def over(outlines: Sequence[BaseGeometry], wide: float = 200, least_m: float = 0) -> View:
    """Return the view over all outlines with a little room around them, so many metres wide and high at least."""
    bounds = [outline.bounds for outline in outlines]
    west, south = (min(found[n] for found in bounds) for n in (0, 1))
    east, north = (max(found[n] for found in bounds) for n in (2, 3))
    least = around((west + east) / 2, (south + north) / 2, least_m / 2).bounds
    room = 0.03 * max(east - west, north - south)
    west, south, east, north = west - room, south - room, east + room, north + room
    return View((min(west, least[0]), min(south, least[1]), max(east, least[2]), max(north, least[3])), wide)


def sketch(view: View, outlines: Sequence[BaseGeometry], marks: Sequence[Mark], detail: View | None = None) -> str:
    """Return outlines (as lines) and marks as SVG, with a scale and a detail's frame; the first mark lies uppermost."""
    drawn = [*_lines(view, outlines, HAIR), *(part for mark in reversed(marks) for part in _mark(view, mark))]
    drawn += _lines(view, [box(*detail.bounds).boundary], ACCENT) if detail else []
    frame = f'<rect width="{view.wide:.1f}" height="{view.high:.1f}" fill="none" stroke="{HAIR}"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {view.wide:.1f} {view.high:.1f}"'
        f' font-family="{FONT}">{"".join(drawn)}{"".join(_scale(view))}{frame}</svg>'
    )


def _lines(view: View, outlines: Sequence[BaseGeometry], colour: str) -> Iterator[str]:
    thin = view.unit_m / DEGREE_M  # what is less than a unit nobody sees
    for outline in outlines:
        lines = clip_by_rect(outline, *view.bounds).simplify(thin)
        for line in getattr(lines, "geoms", [lines]):
            points = [view.at(*point[:2]) for point in getattr(line, "coords", [])]
            if len(points) > 1:
                path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
                yield f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="1.2"/>'


def _mark(view: View, mark: Mark) -> Iterator[str]:
    x, y = view.at(mark.lon, mark.lat)
    if not (0 <= x <= view.wide and 0 <= y <= view.high):
        return
    if mark.radius_m is not None:
        ring = max(mark.radius_m / view.unit_m, 6)
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{ring:.1f}" fill="{ACCENT}22" stroke="{ACCENT}" stroke-width="2"/>'
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2" fill="{ACCENT}"/>'
    elif mark.number and mark.strong:
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="7.5" fill="{ACCENT}" stroke="white"/>'
        yield _words(x, y + 3.1, mark.number, "white", "middle", 8.5)
    else:
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.4" fill="{SOFT}"/>'
        if mark.number:
            yield _words(x + 4, y + 3, mark.number, SOFT, "start", 8.5)


def _scale(view: View) -> Iterator[str]:
    metres = max((known for known in SCALES if known <= view.wide * view.unit_m / 3), default=SCALES[0])
    long, y = metres / view.unit_m, view.high - 9
    words = f"{metres} m" if metres < 1000 else f"{metres // 1000} km"
    yield f'<path d="M10 {y - 4:.1f}V{y:.1f}H{10 + long:.1f}V{y - 4:.1f}" fill="none" stroke="{INK}"/>'
    yield _words(14 + long, y + 1, words, INK, "start", 10)


def _words(x: float, y: float, words: str, colour: str, anchor: str, size: float) -> str:
    where = f'x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{colour}" text-anchor="{anchor}"'
    return f"<text {where}>{escape(words)}</text>"
