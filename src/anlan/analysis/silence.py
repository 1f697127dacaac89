"""Silent areas: people live there and nobody reported."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from anlan.analysis._given import column, labels, unmasked, whole_numbers


@dataclass(frozen=True)
class SilentArea:
    """An area with people and no reports, which proves nothing about trouble there.

    Attributes
    ----------
    area : str
        Its name or code, as given.
    population : float
        People who live there.
    expected : float
        Reports there, had its people reported as often as those of all areas together.
    chance_of_none : float
        Chance of no report at all at that rate, were reports independent (they are not: a storm brings many at once).
    """

    area: str
    population: float
    expected: float
    chance_of_none: float


def silent_areas(
    areas: Sequence[str],
    population: Sequence[float | None],
    reports: Sequence[int],
    *,
    min_population: float = 1.0,
) -> tuple[SilentArea, ...]:
    """Name the areas with people and no reports, the most surprising silence first.

    Parameters
    ----------
    areas : sequence of str, shape (n,)
        Names or codes, unique.
    population : sequence of float or None, shape (n,)
        People in each area; None where it is not known (such an area is never called silent).
    reports : sequence of int, shape (n,)
        Reports in each area.
    min_population : float
        An area with fewer people is not called silent.

    Returns
    -------
    tuple of SilentArea

    Raises
    ------
    ValueError
        If the lengths differ or an area comes twice.

    Examples
    --------
    >>> from anlan.analysis import silent_areas
    >>> [one.area for one in silent_areas(["north", "south", "lake"], [9000, 6000, None], [30, 0, 0])]
    ['south']
    """
    if not math.isfinite(min_population):
        raise ValueError("min_population must be a number")
    known = _known(areas, population, reports)
    people_of_all = math.fsum(people for _, people, _ in known)
    rate = sum(count for _, _, count in known) / people_of_all if people_of_all else 0.0
    silent = [
        SilentArea(area, people, rate * people, math.exp(-rate * people))
        for area, people, count in known
        if count == 0 and people >= min_population
    ]
    return tuple(sorted(silent, key=lambda area: (-area.population, area.area)))


def _known(
    areas: Sequence[str], population: Sequence[float | None], reports: Sequence[int]
) -> list[tuple[str, float, int]]:
    """Return the areas with people, as they were given, after looking at every row."""
    if not len(areas) == len(population) == len(reports):
        raise ValueError("areas, population and reports must have one length")
    names = labels("areas", areas, len(areas)).tolist()
    if len(set(names)) < len(names):
        raise ValueError("areas must be unique")
    given = unmasked("population", np.asanyarray(population, dtype=object)).tolist()
    unknown = np.array([people is None or people != people for people in given], dtype=bool)
    people_in = column("population", np.where(unknown, 0, np.array(given, dtype=object)), most=1e12)
    if (people_in < 0).any():
        raise ValueError("population must be 0 or more")
    counted = whole_numbers("reports", reports, len(names)).tolist()
    rows = zip(names, given, counted, people_in > 0, strict=True)
    return [(name, people, count) for name, people, count, is_known in rows if is_known]
