"""The scan statistic written to be read: loops over every centre, circle and window."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Cylinder:
    """The best circle and window of one centre."""

    statistic: float
    centre: int
    places: tuple[int, ...]
    radius: float
    first: int
    last: int
    observed: int
    expected: float


@dataclass(frozen=True)
class Slow:
    """Cases at places on days 0..length-1; `risk` is the population of each place, or None for permutation."""

    xy: np.ndarray
    place: np.ndarray
    day: np.ndarray
    length: int
    max_share: float = 0.5
    max_radius: float = math.inf
    max_days: int = 7
    ends: tuple[int, ...] = ()
    stratum: np.ndarray | None = None
    risk: np.ndarray | None = None

    def best_of(self, centre: int, place: np.ndarray, day: np.ndarray) -> Cylinder | None:
        """Try every circle and window around one centre on these cases; all other numbers are the data's own."""
        off = self.xy - self.xy[centre]
        apart = np.sqrt(off[:, 0] ** 2 + off[:, 1] ** 2)
        best: Cylinder | None = None
        inside: list[int] = []
        for nearest in np.lexsort((np.arange(len(apart)), apart)):
            inside.append(int(nearest))
            if apart[nearest] > self.max_radius or self.mass(inside) > self.max_share * self.mass() + 1e-9:
                break
            for last in self.ends:
                for first in range(last, max(-1, last - self.max_days), -1):
                    within = np.isin(place, inside) & (day >= first) & (day <= last)
                    count, mu = int(within.sum()), self.expected(inside, first, last)
                    value = likelihood_ratio(count, mu, len(self.day))
                    if count < 2 or value <= 0:
                        continue
                    circle = (tuple(inside), float(apart[nearest]))
                    found = Cylinder(value, centre, *circle, first, last, count, mu)
                    if best is None or (-value, len(inside), last - first, first) < (
                        *(-best.statistic, len(best.places), best.last - best.first, best.first),
                    ):
                        best = found
        return best

    def mass(self, inside: list[int] | None = None) -> float:
        """Return what the share is a share of: cases, or population."""
        if self.risk is not None:
            return float(self.risk.sum() if inside is None else self.risk[inside].sum())
        return len(self.day) if inside is None else float(np.isin(self.place, inside).sum())

    def expected(self, inside: list[int], first: int, last: int) -> float:
        """Return the cases to be expected."""
        if self.risk is not None:
            return self.mass(inside) * ((last - first + 1) * len(self.day)) / (self.mass() * self.length)
        strata = np.zeros(len(self.day), dtype=int) if self.stratum is None else self.stratum
        mu = 0.0
        for one in np.unique(strata):
            own = strata == one
            here = int((own & np.isin(self.place, inside)).sum())
            then = int((own & (self.day >= first) & (self.day <= last)).sum())
            mu += here * then / int(own.sum())
        return mu

    def maximum(self, place: np.ndarray, day: np.ndarray) -> float:
        """Return the strongest statistic of these cases."""
        found = [self.best_of(centre, place, day) for centre in range(len(self.xy))]
        return max((one.statistic for one in found if one), default=0.0)

    def clusters(self) -> list[Cylinder]:
        """Return the clusters of the data, best first, apart from each other in place or time."""
        found = [one for centre in range(len(self.xy)) if (one := self.best_of(centre, self.place, self.day))]
        found.sort(key=lambda one: (-one.statistic, one.radius, one.centre))
        kept: list[Cylinder] = []
        for one in found:
            if not any(overlap(one, other) for other in kept):
                kept.append(one)
        return kept


def overlap(one: Cylinder, other: Cylinder) -> bool:
    """Tell whether two cylinders share a place on one day."""
    return bool(set(one.places) & set(other.places)) and one.first <= other.last and other.first <= one.last


def likelihood_ratio(count: int, mu: float, cases: int) -> float:
    """Return the logarithm of the likelihood ratio."""
    if count <= mu:
        return 0.0
    rest = (cases - count) * np.log((cases - count) / (cases - mu)) if count < cases else 0.0
    return float(count * np.log(count / mu) + rest)


def small_case(seed: int) -> dict[str, Any]:
    """Make a small data set with ties in distance, duplicate places, places without cases, and several cases a day."""
    draw = np.random.default_rng(seed)
    places = draw.integers(0, 4, (draw.integers(1, 9), 2)).astype(float) * 100
    own = draw.integers(0, len(places), draw.integers(2, 28))
    return {
        "x": places[own, 0],
        "y": places[own, 1],
        "day": draw.integers(0, draw.integers(1, 9), len(own)),
        "places": places,
        "population": draw.integers(0, 5, len(places)) + np.bincount(own, minlength=len(places)).clip(0, 1),
        "stratum": draw.integers(0, 3, len(own)),
        "max_share": float(draw.choice([0.2, 0.5, 1.0])),
        "max_radius_m": [None, 100.0, 250.0][draw.integers(0, 3)],
        "max_days": int(draw.integers(1, 8)),
    }
