"""Shapes of the overview's pictures: plain numbers in, SVG path data out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from anlan.boards.scope import ground
from anlan.core.models import AreaVersion

WIDTH, HEIGHT, EDGE = 590, 600, 14  # of the map
LEFT, RIGHT, TOP, FLOOR = 40, 610, 26, 150  # of the hours' chart
Span = tuple[int, int]


@dataclass(frozen=True)
class Ground:
    """The districts and zones as paths of one map, and where each one's mark stands."""

    box: str
    paths: dict[str, str]
    points: dict[str, tuple[int, int]]


def map_of(areas: Sequence[AreaVersion]) -> Ground:
    """Draw areas into one map, kept as long as their outlines stay."""
    return _drawn(tuple((area.area.code, area.geometry) for area in areas))


@lru_cache(maxsize=16)
def _drawn(areas: tuple[tuple[str, str], ...]) -> Ground:
    if not areas:  # none is in force on the day
        return Ground(f"0 0 {2 * EDGE} {2 * EDGE}", {}, {})
    outlines = [ground(geometry) for _, geometry in areas]
    west, south, east, north = shapely.total_bounds(outlines)
    wide = math.cos(math.radians((south + north) / 2))
    scale = min((WIDTH - 2 * EDGE) / ((east - west) * wide), (HEIGHT - 2 * EDGE) / (north - south))

    def onto(points: np.ndarray) -> np.ndarray:
        x = EDGE + (points[:, 0] - west) * wide * scale
        return np.column_stack([x, EDGE + (north - points[:, 1]) * scale])

    flat = [shapely.transform(outline, onto) for outline in outlines]
    thin = [shapely.simplify(outline, 0.8) for outline in flat]
    box = f"0 0 {round((east - west) * wide * scale) + 2 * EDGE} {round((north - south) * scale) + 2 * EDGE}"
    return Ground(
        box,
        {code: path(outline) for (code, _), outline in zip(areas, thin, strict=True)},
        {code: _middle(outline) for (code, _), outline in zip(areas, flat, strict=True)},
    )


def path(outline: BaseGeometry) -> str:
    """Return the path data of an outline, holes among its rings."""
    rings = [ring for part in shapely.get_parts(outline) if part.geom_type == "Polygon"
             for ring in (part.exterior, *part.interiors)]  # fmt: skip
    return "".join("M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in ring.coords[:-1]) + "Z" for ring in rings)


def _middle(outline: BaseGeometry) -> tuple[int, int]:
    """Return the point farthest from the border: a mark stands freest there."""
    point = shapely.maximum_inscribed_circle(outline, tolerance=2.0).coords[0]
    return round(point[0]), round(point[1])


def mark(state: str, x: float, y: float, n: int) -> tuple[str, float]:
    """Return a state's shape around a point as path data, and how far it reaches down: more is larger."""
    r = round(13 + 4.4 * math.log10(1 + n))
    if state == "late":
        r = round(r * 1.25)
        return f"M{x:.0f} {y - r:.0f}l{r} {r}l{-r} {r}l{-r} {-r}Z", r
    if state == "warn":
        return f"M{x:.0f} {y - 1.4 * r:.0f}l{1.35 * r:.0f} {2.2 * r:.0f}h{-2.7 * r:.0f}Z", r
    return f"M{x - r:.0f} {y:.0f}a{r} {r} 0 1 0 {2 * r} 0a{r} {r} 0 1 0 {-2 * r} 0Z", r


@dataclass(frozen=True)
class Hours:
    """The chart of a day's hours: grid lines with their values, the band, the line and its last point."""

    grid: list[tuple[int, int]]
    band: str
    line: str
    end: tuple[float, float] | None
    ticks: list[tuple[float, int]]


def hours_chart(hours: Sequence[int], bands: Sequence[Span] | None) -> Hours:
    """Draw a day hour by hour; each hour stands in the middle of its place."""
    most = max([*hours, *(high for _, high in bands or []), 1])
    step = _round_step(most / 4)
    top = step * math.ceil(most / step)

    def x(hour: int) -> float:
        return LEFT + (RIGHT - LEFT) * (hour + 0.5) / 24

    def y(value: float) -> float:
        return FLOOR - (FLOOR - TOP) * value / top

    grid = [(round(y(value)), value) for value in range(0, top + 1, step)]
    upper = [(x(hour), y(high)) for hour, (_, high) in enumerate(bands or [])]
    lower = [(x(hour), y(low)) for hour, (low, _) in enumerate(bands or [])]
    points = [(x(hour), y(value)) for hour, value in enumerate(hours)]
    band = _line([*upper, *reversed(lower)]) + "Z" if bands else ""
    return Hours(grid, band, _line(points), points[-1] if points else None, [(x(h), h) for h in range(0, 24, 4)])


def _line(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in points) if points else ""


def _round_step(wanted: float) -> int:
    size = 10 ** math.floor(math.log10(max(wanted, 1)))
    return int(next(size * n for n in (1, 2, 5, 10) if size * n >= wanted))
