"""The places that truly flood: where they lie, how bad each is, and where the water stood when somebody told of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.random import Generator
from numpy.typing import NDArray

from anlan.city.town import words
from anlan.city.town.ground import MAIN_URBAN, PLANE

Floats = NDArray[np.float64]
PLACES: Final = 364
FRESH: Final = 40  # places that flood for the first time in a later year
APART_M: Final = 150.0
NEAR_M: Final = 300.0


@dataclass(frozen=True)
class Places:
    """Where water stands in metres, how bad each place is, and the street and mark that callers name."""

    x: Floats
    y: Floats
    weight: Floats
    names: list[tuple[str, str]]


def first_places(draw: Generator) -> Places:
    """Draw places in the main urban area, at least 150 m apart, some several times as bad as others."""
    x, y = _scattered(draw, PLACES, np.empty(0), np.empty(0))
    weight = draw.gamma(5, 1.0, PLACES)
    return Places(x, y, weight, [(words.street(draw), words.mark(draw)) for _ in range(PLACES)])


def a_year_later(draw: Generator, before: Places) -> Places:
    """Some places of the year before do not flood any more, some new ones do, and all are a little better or worse."""
    stays = draw.random(len(before.x)) > 0.12
    new_x, new_y = _scattered(draw, FRESH, before.x, before.y)
    kept = [name for name, stay in zip(before.names, stays, strict=True) if stay]
    names = [*kept, *[(words.street(draw), words.mark(draw)) for _ in range(FRESH)]]
    changed = before.weight[stays] * draw.lognormal(0, 0.3, int(stays.sum()))
    weight = np.append(changed, draw.gamma(5, 1.0, FRESH))
    return Places(np.append(before.x[stays], new_x[-FRESH:]), np.append(before.y[stays], new_y[-FRESH:]), weight, names)


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


def spots(draw: Generator, of_place: NDArray[np.int64], places: Places) -> tuple[Floats, Floats]:
    """Return where the water truly stood: at its place, or for a puddle anywhere, half of them near a place."""
    x, y = places.x[of_place], places.y[of_place]
    puddles = np.flatnonzero(of_place < 0)
    near, far = puddles[: len(puddles) // 2], puddles[len(puddles) // 2 :]
    beside = draw.integers(len(places.x), size=len(near))
    distance, angle = NEAR_M * np.sqrt(draw.random(len(near))), 2 * np.pi * draw.random(len(near))
    x[near], y[near] = places.x[beside] + distance * np.cos(angle), places.y[beside] + distance * np.sin(angle)
    ring = urban_area()
    west, south, east, north = ring.bounds
    for puddle in far:
        while True:
            a, b = draw.uniform(west, east), draw.uniform(south, north)
            if shapely.contains_xy(ring, a, b):
                x[puddle], y[puddle] = a, b
                break
    return x, y
