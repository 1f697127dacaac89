"""A year of waterlogging reports, and the places that truly flooded. The miner sees the reports only.

What is given: 364 places at least 150 m apart, ten storms, 4,132 reports in 2015 of which 15 % are one-off puddles
(half of them within 300 m of a place), and how far off reports lie. Everything else is drawn.
One choice was made by looking at a figure: how unevenly places flood (gamma, shape 5) was taken so that a greedy circle
cover scores about 0.97 / 0.97, the difficulty that the score is meant to have.
"""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from anlan.city.town.ground import PLANE, ZONE
from anlan.city.year.flood_reports import DUPLICATES, Heard, errors, repeats, reports_of
from anlan.city.year.places import Floats, a_year_later, first_places, spots

PUDDLES: Final = 0.15
REPORTS: Final = {2015: 4132, 2016: 4018}
Storm = tuple[str, int, float]  # local start, hours, strength
STORMS: Final[dict[int, tuple[Storm, ...]]] = {
    2015: (("05-15 14", 5, 0.6), ("06-02 05", 6, 0.9), ("06-17 03", 9, 1.7), ("06-27 16", 7, 1.4),
           ("07-06 20", 4, 0.5), ("07-24 15", 3, 0.3),
           ("08-10 06", 8, 1.1), ("08-24 17", 5, 0.7), ("09-05 09", 4, 0.5), ("09-30 07", 4, 0.4)),
    2016: (("05-21 10", 5, 0.5), ("06-02 19", 4, 0.4), ("06-12 06", 5, 0.6), ("06-19 14", 6, 0.9),
           ("06-28 02", 14, 3.2),
           ("07-02 08", 9, 1.4), ("07-15 17", 4, 0.5), ("08-03 15", 3, 0.4), ("08-20 16", 4, 0.5), ("09-15 05", 8, 0.9),
           ("10-21 11", 6, 0.6)),
}  # fmt: skip


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
    places = first_places(draw)
    if year != 2015:
        draw = np.random.default_rng([seed, year])
        places = a_year_later(draw, places)
    storms = STORMS[year]
    own_place, storm = _floods(draw, places.weight, storms, REPORTS[year], duplicates)
    x, y = spots(draw, own_place, places)
    again = repeats(draw, own_place, REPORTS[year], PUDDLES)
    off_x, off_y, precision = errors(draw, len(again.of), error_m)
    own = [_moment(draw, year, storms[n]) for n in storm]
    moments = [own[n] + later for n, later in zip(again.of, again.later, strict=True)]
    heard = Heard(own_place[again.of], x[again.of] + off_x[again.source], y[again.of] + off_y[again.source],
                  precision[again.source], moments, again)  # fmt: skip
    reports = reports_of(draw, f"simulated-{seed}-{year}", year, heard, places)
    return FloodYear(seed, year, tuple(reports), places.x, places.y, heard.of_place)


def _floods(
    draw: Generator, weight: Floats, storms: tuple[Storm, ...], total: int, duplicates: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Draw place and storm of each report that is no repeat; every place floods in at least two storms."""
    strength = np.array([strength for _, _, strength in storms])
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


def _moment(draw: Generator, year: int, storm: Storm) -> dt.datetime:
    return _begins(year, storm) + dt.timedelta(seconds=round(float(draw.beta(2, 3.5)) * storm[1] * 3600))


def _begins(year: int, storm: Storm) -> dt.datetime:
    return dt.datetime.strptime(f"{year}-{storm[0]}", "%Y-%m-%d %H").replace(tzinfo=ZONE)


def storms_of(year: int, month: int) -> list[tuple[dt.datetime, dt.datetime, float]]:
    """Return a month's storms as rain gauges saw them: start, end, peak in mm an hour."""
    storms = [(_begins(year, storm), storm) for storm in STORMS.get(year, ())]
    return [(begins, begins + dt.timedelta(hours=hours), round(18 + 22 * strength, 1))
            for begins, (_, hours, strength) in storms if begins.month == month]  # fmt: skip


@functools.lru_cache(maxsize=2)
def flood_year(seed: int, year: int) -> FloodYear:
    """Return a simulated year of floods, kept while its months are walked."""
    return simulate(seed, year)


def place_of(flood: FloodYear, place: int) -> tuple[float, float]:
    """Return where a true place lies."""
    lon, lat = PLANE.inverse(flood.place_x[place], flood.place_y[place])
    return float(lon), float(lat)
