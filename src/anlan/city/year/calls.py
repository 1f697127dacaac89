"""Everything else that a city hears in a year: calls of all categories, where they come from and when.

Shares, hours and delays are our own assumptions, written down here once; nothing is set to make a figure come out.
How a category drifts from one year to the next, and in which district, is drawn from the seed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from anlan.city.town import words
from anlan.city.town.ground import ZONE
from anlan.city.town.units import CENTRES

CALLS_A_YEAR: Final = 1_500_000  # at scale 1
DAY: Final = dt.timedelta(days=1)


@dataclass(frozen=True)
class Kind:
    """How one category behaves: its share of the calls, who deals with it, and how long that takes."""

    code: str
    share: float
    goes: tuple[str, ...] = ()  # whose it is, if not the police's
    unit: str = ""  # which kind of unit goes
    hours: tuple[float, ...] = ()
    minutes: float = 30.0  # on the spot, or at the desk
    diverted: float = 1.0  # share that goes to `goes`


NIGHT: Final = (1.2, 1.0, 0.8, 0.6, 0.5, 0.5, 0.6, 0.7, 0.8, 0.8, 0.9, 0.9, 1.0, 1.0, 1.0, 1.0, 1.0, 1.1, 1.2, 1.4, 1.6,
                1.8, 1.7, 1.5)  # fmt: skip
DAYTIME: Final = (0.2, 0.1, 0.1, 0.1, 0.1, 0.2, 0.5, 1.0, 1.6, 1.8, 1.7, 1.5, 1.2, 1.3, 1.6, 1.6, 1.5, 1.4, 1.2, 1.1,
                  1.0, 0.8, 0.5, 0.3)  # fmt: skip
RUSH: Final = (0.3, 0.2, 0.2, 0.2, 0.2, 0.4, 0.9, 1.9, 1.9, 1.4, 1.2, 1.1, 1.1, 1.2, 1.2, 1.3, 1.5, 2.0, 1.8, 1.3, 1.0,
               0.8, 0.6, 0.4)  # fmt: skip
KINDS: Final = (
    Kind("traffic_accident", 0.15, unit="traffic", hours=RUSH, minutes=35),
    Kind("traffic_jam", 0.05, unit="traffic", hours=RUSH, minutes=25),
    Kind("parking", 0.08, unit="traffic", hours=DAYTIME, minutes=15),
    Kind("fire", 0.008, ("fire",), "fire", DAYTIME, 70),
    Kind("ebike_theft", 0.035, unit="patrol", hours=DAYTIME, minutes=30),
    Kind("theft", 0.03, unit="patrol", hours=DAYTIME, minutes=35),
    Kind("robbery", 0.001, unit="mobile", hours=NIGHT, minutes=6),
    Kind("fraud", 0.04, hours=DAYTIME, minutes=25),
    Kind("fight", 0.035, unit="mobile", hours=NIGHT, minutes=6),
    Kind("home_violence", 0.006, unit="patrol", hours=NIGHT, minutes=50),
    Kind("dispute", 0.11, ("mediation",), "patrol", DAYTIME, 45, 0.3),
    Kind("lost_property", 0.06, hours=DAYTIME, minutes=12),
    Kind("person_in_need", 0.08, unit="patrol", hours=DAYTIME, minutes=25),
    Kind("police_complaint", 0.004, hours=DAYTIME, minutes=240),
    Kind("noise", 0.08, ("roads", "ecology"), hours=NIGHT, minutes=90),
    Kind("utilities", 0.05, ("power", "tapwater", "gas"), hours=DAYTIME, minutes=200),
    Kind("consult", 0.07, ("hotline",), hours=DAYTIME, minutes=40),
    Kind("consumer", 0.025, ("market",), hours=DAYTIME, minutes=1500),
    Kind("stray_dog", 0.016, ("roads",), hours=DAYTIME, minutes=100),
    Kind("danger_spot", 0.02, ("roads", "parks"), hours=DAYTIME, minutes=300),
    Kind("other", 0.05, hours=DAYTIME, minutes=15),
)
MISTAKEN: Final = {  # what a call is taken for at first, where it turns out to be something else
    "dispute": "fight", "fight": "dispute", "theft": "lost_property", "lost_property": "theft", "consult": "other",
    "noise": "dispute", "fraud": "consult", "traffic_accident": "traffic_jam", "home_violence": "dispute",
}  # fmt: skip
WRONG_AT_CALL: Final = 0.06
MISDIAL, NUISANCE, TWICE = 0.12, 0.03, 0.05
RETURNED: Final = 0.03
MISSING: Final = 0.03  # of each stamp of a crew
NO_POINT: Final = 0.02
MONTHS: Final = (0.95, 0.88, 0.97, 1.0, 1.03, 1.04, 1.07, 1.07, 1.02, 1.0, 0.98, 0.99)
CHANNELS: Final = ("phone_110", "hotline_12345", "app", "web", "grid_worker", "partner")
CHANNEL_SHARE: Final = (0.66, 0.2, 0.06, 0.02, 0.03, 0.03)
DRIFT: Final = 0.08  # how far a category goes up or down in a year, on the log scale
DISTRICT_DRIFT: Final = 0.03


@dataclass(frozen=True)
class Call:
    """One event as its callers tell it, and the dice for what comes of it."""

    kind: Kind | None  # none: a misdial or a nuisance call
    rows: tuple[dict[str, Any], ...]
    confirmed: str
    district: str


def month_of_calls(seed: int, year: int, month: int, scale: float) -> list[Call]:
    """Return the calls of one month in the order of time, the same for the same seed."""
    dice = np.random.default_rng([seed, year, month, 11])
    lasts = _days(year, month)
    expected = CALLS_A_YEAR * scale * MONTHS[month - 1] / sum(MONTHS)
    drift = _drift(seed, year)
    calls: list[Call] = []
    matters = expected * (1 - MISDIAL - NUISANCE) / (1 + TWICE)
    for kind, by_district in zip(KINDS, drift, strict=True):
        for (district, (lon, lat, spread, share)), factor in zip(CENTRES.items(), by_district, strict=True):
            count = int(dice.poisson(matters * kind.share * share * factor / sum(every.share for every in KINDS)))
            calls += _calls(dice, kind, district, (lon, lat, spread), count, (seed, year, month), lasts)
    calls += _empty(dice, int(dice.poisson(expected * (MISDIAL + NUISANCE))), (seed, year, month), lasts)
    calls.sort(key=lambda call: call.rows[0]["received_at"])
    return calls


def _days(year: int, month: int) -> int:
    first = dt.date(year, month, 1)
    return ((first + 31 * DAY).replace(day=1) - first).days


def _drift(seed: int, year: int) -> NDArray[np.float64]:
    """Return how often each category comes in each district, beside the first year."""
    factor = np.ones((len(KINDS), len(CENTRES)))
    for passed in range(2016, year + 1):
        dice = np.random.default_rng([seed, passed, 3])
        factor *= dice.lognormal(0, DRIFT, (len(KINDS), 1)) * dice.lognormal(0, DISTRICT_DRIFT, factor.shape)
    return factor


def _calls(
    dice: Generator, kind: Kind, district: str, where: tuple[float, float, float], count: int,
    when: tuple[int, int, int], lasts: int,
) -> Iterator[Call]:  # fmt: skip
    lon, lat, spread = where
    x, y = dice.normal(lon, spread, count), dice.normal(lat, spread, count)
    moments = _moments(dice, when, lasts, kind.hours, count)
    chance = dice.random((4, count))
    channel = dice.choice(len(CHANNELS), count, p=CHANNEL_SHARE)
    for n in range(count):
        wrong = kind.code in MISTAKEN and chance[0, n] < WRONG_AT_CALL
        row = _row(dice, MISTAKEN[kind.code] if wrong else kind.code, moments[n], CHANNELS[channel[n]], when)
        if chance[1, n] >= NO_POINT:
            row |= {"lon": round(float(x[n]), 6), "lat": round(float(y[n]), 6), "precision_m": 50.0}
        rows: tuple[dict[str, Any], ...] = (row,)
        if chance[2, n] < TWICE:
            again = dt.timedelta(seconds=30 + float(dice.exponential(400)))
            rows = (row, row | {"received_at": row["received_at"] + again, "entered_at": row["entered_at"] + again,
                                "validity": "repeat"})  # fmt: skip
        yield Call(kind, rows, kind.code, district)


def _empty(dice: Generator, count: int, when: tuple[int, int, int], lasts: int) -> Iterator[Call]:
    """Return misdials and nuisance calls: no place, no words."""
    moments = _moments(dice, when, lasts, NIGHT, count)
    validity = np.where(dice.random(count) < MISDIAL / (MISDIAL + NUISANCE), "misdial", "nuisance")
    for n in range(count):
        at = moments[n]
        row = {"channel": "phone_110", "category": "other", "received_at": at, "validity": str(validity[n]),
               "entered_at": at + dt.timedelta(seconds=20), "source": _source(when)}  # fmt: skip
        yield Call(None, (row,), "other", "")


def _moments(
    dice: Generator, when: tuple[int, int, int], lasts: int, hours: tuple[float, ...], count: int
) -> list[dt.datetime]:
    weight = np.array(hours) / sum(hours)
    start = dt.datetime(when[1], when[2], 1, tzinfo=ZONE)
    seconds = (
        dice.integers(0, lasts, count) * 86_400
        + dice.choice(24, count, p=weight) * 3600
        + dice.integers(0, 3600, count)
    )
    return [start + dt.timedelta(seconds=int(second)) for second in seconds]


def _row(dice: Generator, code: str, at: dt.datetime, channel: str, when: tuple[int, int, int]) -> dict[str, Any]:
    road = words.street(dice)
    typed = int(dice.integers(15, 90)) if channel != "partner" else 1
    return {
        "channel": channel,
        "category": code,
        "received_at": at,
        "entered_at": at + dt.timedelta(seconds=typed),
        "place_words": words.place_words(dice, road, words.mark(dice)),
        "words": words.matter(dice, code),
        "validity": "valid",
        "source": _source(when),
    }


def _source(when: tuple[int, int, int]) -> str:
    return f"simulated-{when[0]}-calls-{when[1]}"
