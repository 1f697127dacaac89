"""The map of the page: one drawing, true to scale, that needs no tiles, no script and no network."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anlan.analysis.commands.sites.document import Found

Floats = NDArray[np.float64]
MARGIN = 48
LEAST_WIDTH, MOST_WIDTH = 620, 1120
LEAST_HEIGHT, MOST_HEIGHT = 420, 860
NUMBERED = 20
STEPS = (1, 2, 5)


@dataclass(frozen=True)
class View:
    """From metres in the plane to places on the drawing."""

    west: float
    north: float
    scale: float
    width: int
    height: int

    def at(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Return where a point stands."""
        return MARGIN + (x - self.west) * self.scale, MARGIN + (self.north - y) * self.scale


def drawing(found: Found) -> str:
    """Return the map as SVG: reports as faint dots, sites as numbered circles, one-episode places dashed."""
    x, y = found.plane.forward(found.lon, found.lat)
    view = _view(x, y)
    label = f"Map of {len(found.document['sites'])} places among {len(x)} reports"
    parts = [
        f'<svg class="map" viewBox="0 0 {view.width} {view.height}" role="img" aria-label="{escape(label)}">',
        f'<rect class="ground" width="{view.width}" height="{view.height}"/>',
        _hull(view, x, y),
        _graticule(view, found),
        _dots(view, x, y),
        *[_circle(view, found, place, "watch") for place in reversed(found.document["watch"])],
        *[_circle(view, found, place, "site") for place in reversed(found.document["sites"])],
        *_badges(view, found),
        _scale_bar(view),
        "</svg>",
    ]
    return "\n".join(part for part in parts if part)


def _view(x: Floats, y: Floats) -> View:
    wide, high = max(float(np.ptp(x)), 400.0), max(float(np.ptp(y)), 300.0)
    scale = min((MOST_WIDTH - 2 * MARGIN) / wide, (MOST_HEIGHT - 2 * MARGIN) / high)
    width = round(max(wide * scale + 2 * MARGIN, LEAST_WIDTH))
    height = round(max(high * scale + 2 * MARGIN, LEAST_HEIGHT))
    middle_x, middle_y = (float(x.min()) + float(x.max())) / 2, (float(y.min()) + float(y.max())) / 2
    half_wide, half_high = (width / 2 - MARGIN) / scale, (height / 2 - MARGIN) / scale
    return View(middle_x - half_wide, middle_y + half_high, scale, width, height)


def _hull(view: View, x: Floats, y: Floats) -> str:
    from shapely.geometry import MultiPoint

    hull = MultiPoint(np.column_stack([x, y])).convex_hull
    if hull.geom_type != "Polygon":
        return ""
    ring = " ".join(
        f"{a:.1f},{b:.1f}" for a, b in (view.at(*point) for point in hull.buffer(20 / view.scale).exterior.coords)
    )
    return f'<polygon class="land" points="{ring}"/>'


def _dots(view: View, x: Floats, y: Floats) -> str:
    """Draw reports, those of one half pixel once."""
    a, b = view.at(x, y)
    spots = sorted(set(zip(np.round(a * 2).astype(int).tolist(), np.round(b * 2).astype(int).tolist(), strict=True)))
    return f'<path class="reports" d="{"".join(f"M{a / 2:g} {b / 2:g}h0" for a, b in spots)}"/>'


def _circle(view: View, found: Found, place: dict[str, Any], kind: str) -> str:
    x, y = found.plane.forward(place["lon"], place["lat"])
    a, b = (float(value) for value in view.at(x, y))
    true = place["radius_m"] * view.scale
    drawn = f'<g class="{kind}"><title>{escape(place.get("title") or _title(place))}</title>'
    if kind == "watch":
        return drawn + f'<circle cx="{a:.1f}" cy="{b:.1f}" r="{max(true, 5):.1f}"/></g>'
    drawn += f'<circle class="true" cx="{a:.1f}" cy="{b:.1f}" r="{max(true, 4):.1f}"/>'
    return drawn + "</g>"


def _title(place: dict[str, Any]) -> str:
    words = f", {place['place_words']}" if place["place_words"] else ""
    seen = f"{place['reports']} reports in {place['episodes']} episodes"
    return f"{place['rank']}{words}: {seen}, radius {place['radius_m']:g} m"


def _badges(view: View, found: Found) -> list[str]:
    """Draw the numbers of the first sites; one that would cover another stands aside on a thin line."""
    taken: list[tuple[float, float]] = []
    drawn = []
    for place in found.document["sites"][:NUMBERED]:
        x, y = (float(value) for value in view.at(*found.plane.forward(place["lon"], place["lat"])))
        a, b = next((spot for spot in _around(x, y) if _is_free(spot, taken, view)), (x, y))
        taken.append((a, b))
        line = f'<path d="M{x:.1f} {y:.1f}L{a:.1f} {b:.1f}"/>' if (a, b) != (x, y) else ""
        drawn.append(
            f'<g class="site">{line}<circle class="badge" cx="{a:.1f}" cy="{b:.1f}" r="10"/>'
            f'<text x="{a:.1f}" y="{b + 4:.1f}">{place["rank"]}</text></g>'
        )
    return drawn


def _around(x: float, y: float) -> Iterator[tuple[float, float]]:
    yield x, y
    for away in (24, 36, 48, 64, 80):
        for turn in range(12):
            yield x + away * math.cos(turn * math.pi / 6), y + away * math.sin(turn * math.pi / 6)


def _is_free(spot: tuple[float, float], taken: list[tuple[float, float]], view: View) -> bool:
    inside = 12 <= spot[0] <= view.width - 12 and 20 <= spot[1] <= view.height - 12
    return inside and all(math.dist(spot, other) >= 22 for other in taken)


def _graticule(view: View, found: Found) -> str:
    """Draw thin lines of equal longitude and latitude, labelled at the edge."""
    right = view.west + (view.width - 2 * MARGIN) / view.scale
    south = view.north - (view.height - 2 * MARGIN) / view.scale
    lon, lat = found.plane.inverse([view.west, right], [south, view.north])
    step = _nice(max(float(lon[1] - lon[0]), float(lat[1] - lat[0])) / 5)
    digits = max(0, -math.floor(math.log10(step)))
    lines = []
    for value in _multiples(float(lon[0]), float(lon[1]), step):
        a, _ = view.at(*found.plane.forward(value, float(np.mean(lat))))
        text = f"{abs(value):.{digits}f}° {'E' if value >= 0 else 'W'}"
        lines.append(f'<path d="M{a:.1f} 0V{view.height}"/><text x="{a + 4:.1f}" y="14">{text}</text>')
    for value in _multiples(float(lat[0]), float(lat[1]), step):
        _, b = view.at(*found.plane.forward(float(np.mean(lon)), value))
        text = f"{abs(value):.{digits}f}° {'N' if value >= 0 else 'S'}"
        lines.append(f'<path d="M0 {b:.1f}H{view.width}"/><text x="4" y="{b - 4:.1f}">{text}</text>')
    return f'<g class="graticule">{"".join(lines)}</g>'


def _nice(value: float) -> float:
    power = 10.0 ** math.floor(math.log10(max(value, 1e-6)))
    return next((step * power for step in STEPS if step * power >= value), 10 * power)


def _multiples(low: float, high: float, step: float) -> list[float]:
    return [round(n * step, 9) for n in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _scale_bar(view: View) -> str:
    metres = _nice(90 / view.scale)
    long = metres * view.scale
    text = f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"
    x, y = view.width - 24 - long, view.height - 22
    return (
        f'<g class="scale"><path d="M{x:.1f} {y - 6}v6h{long:.1f}v-6"/>'
        f'<text x="{x + long / 2:.1f}" y="{y - 10}">{text}</text></g>'
    )
