"""How far around a pin something may lie that is meant by it: a vague pin reaches as far as it is vague."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

MOST_M: Final = 10_000  # beyond that a pin names a city, and no search around it finds a street


@dataclass(frozen=True)
class Reach:
    """A search around a pin: so many whole metres, of which the pin's own error."""

    radius_m: int
    error_m: int
    sharp_m: float

    @property
    def is_vague(self) -> bool:
        """Whether the pin's error is larger than what is called near: then a distance from it says nothing."""
        return self.error_m > self.sharp_m


def reach_of(precision_m: float | None, sharp_m: float) -> Reach:
    """Return how far to look around a pin for what is within so many metres of the place that it stands for."""
    error_m = max(0.0, precision_m or 0.0)
    return Reach(math.ceil(min(sharp_m + error_m, MOST_M)), math.ceil(error_m), sharp_m)
