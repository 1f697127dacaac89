"""Where the interval of a ratio is drawn: plain numbers for an SVG, on a scale on which half and double are as far."""

from __future__ import annotations

import math
from dataclasses import dataclass

LEFT, RIGHT = 20.0, 360.0
TICKS = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)


@dataclass(frozen=True)
class Drawn:
    """Positions in the drawing; `cut_low` and `cut_high` say that the interval goes on beyond it."""

    ticks: tuple[tuple[float, str], ...]
    no_difference: float
    low: float | None = None
    dot: float | None = None
    high: float | None = None
    cut_low: bool = False
    cut_high: bool = False

    @property
    def width(self) -> float | None:
        """Return how long the interval is drawn."""
        return None if self.low is None or self.high is None else round(self.high - self.low, 1)


def drawn(ratio: float | None, low: float | None, high: float | None) -> Drawn:
    """Return where a ratio, its interval and the line of no difference lie; without a ratio the line alone."""
    ticks = tuple((_x(value), f"{value:g}") for value in TICKS)
    if ratio is None or low is None or high is None:
        return Drawn(ticks, _x(1))
    return Drawn(ticks, _x(1), _x(low), _x(ratio), _x(high), low < TICKS[0], high > TICKS[-1])


def _x(value: float) -> float:
    """Return the place of a ratio; what lies beyond the ends is drawn at the end."""
    span = math.log(TICKS[-1] / TICKS[0])
    inside = min(max(value, TICKS[0]), TICKS[-1])
    return round(LEFT + (RIGHT - LEFT) * math.log(inside / TICKS[0]) / span, 1)
