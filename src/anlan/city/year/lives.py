"""What comes of a simulated call: whose it is, which unit goes and when it stamps, until it is closed."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from anlan.city.year.calls import MISSING, RETURNED, Call
from anlan.dispatch.models import Unit

METRES: Final = 111_000.0
SPEED_M_S: Final = 8.0
DETOUR: Final = 1.3
REVIEWED: Final = 0.1
STAMPED: Final = {"acknowledged", "en_route", "on_scene", "field_feedback"}  # what a crew may forget
WRONG: Final = ("不属本单位职责范围", "权属单位为其他部门", "位置不在本单位管养范围")


@dataclass
class Crews:
    """The units and from when each is free: who is busy comes late."""

    codes: dict[str, list[str]] = field(default_factory=dict)
    place: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    free_s: dict[str, NDArray[np.float64]] = field(default_factory=dict)

    @classmethod
    def of_city(cls) -> Crews:
        """Read the city's units."""
        crews = cls()
        for kind in Unit.Kind.values:
            units = list(Unit.objects.filter(kind=kind, active=True).values_list("code", "lon", "lat"))
            crews.codes[kind] = [code for code, _, _ in units]
            crews.place[kind] = np.array([(lon, lat) for _, lon, lat in units], dtype=np.float64).reshape(-1, 2)
            crews.free_s[kind] = np.zeros(len(units))
        return crews

    def nearest(self, kind: str, lon: float, lat: float, at: dt.datetime) -> tuple[int, dt.datetime, float]:
        """Return which unit can be there first, from when it goes, and how long the way takes in seconds."""
        place, free = self.place[kind], self.free_s[kind]
        apart = np.hypot((place[:, 0] - lon) * math.cos(math.radians(lat)), place[:, 1] - lat) * METRES
        way = 60 + apart * DETOUR / SPEED_M_S
        start = np.maximum(free, at.timestamp())
        unit = int(np.argmin(start + way))
        begins = at + dt.timedelta(seconds=round(float(start[unit]) - at.timestamp()))
        return unit, begins, float(way[unit])

    def busy(self, kind: str, unit: int, until: dt.datetime) -> str:
        """Keep a unit busy until then, and return its code."""
        self.free_s[kind][unit] = until.timestamp() + 1
        return self.codes[kind][unit]

    def left(self) -> dict[str, list[float]]:
        """Return from when each unit is free, as plain numbers."""
        return {kind: free.tolist() for kind, free in self.free_s.items()}

    def take_up(self, left: dict[str, list[float]]) -> None:
        """Go on where they were left, also in a build that was cut off in between."""
        self.free_s |= {kind: np.array(free) for kind, free in left.items()}


def life_of(call: Call, reports: Sequence[int], crews: Crews, dice: Generator, end: dt.datetime) -> dict[str, Any]:
    """Return the row of `dispatch.bulk.run_incidents` for one call, cut where the simulated time ends."""
    first, last = call.rows[0]["entered_at"], call.rows[-1]["entered_at"]
    row: dict[str, Any] = {
        "reports": [(pk, report["entered_at"]) for pk, report in zip(reports, call.rows, strict=True)]
    }
    if call.kind is None:
        return cut(row | {"disposal": "no_matter", "closed_at": first + minutes(dice, 2)}, end)
    begun = last + dt.timedelta(seconds=5 + float(dice.exponential(25)))
    goes = call.kind.goes and dice.random() < call.kind.diverted
    if goes:
        row, done = _handed(row, call, dice, begun)
    elif call.kind.unit and "lon" in call.rows[0]:
        row, done = _sent(row, call, crews, dice, begun)
    else:
        done = begun + minutes(dice, call.kind.minutes)
    disposal = str(dice.choice(["done", "advised", "not_found"], p=[0.74, 0.16, 0.1]))
    row |= {"resolved_at": done, "disposal": disposal, "closed_at": done + minutes(dice, 300)}
    if call.confirmed != call.rows[0]["category"] or dice.random() < 0.85:
        row |= {"category": call.confirmed, "confirmed_at": done}
    return cut(row, end)


def _handed(row: dict[str, Any], call: Call, dice: Generator, begun: dt.datetime) -> tuple[dict[str, Any], dt.datetime]:
    """Hand it to whose it is; now and then it goes to the wrong house first."""
    assert call.kind is not None
    diverted = call.kind.code != "fire"
    to, at = str(dice.choice(call.kind.goes)), begun + minutes(dice, 2)
    if dice.random() < RETURNED and diverted:
        back = at + minutes(dice, 70)
        wrong = "hotline" if to != "hotline" else "market"
        row["returned"] = [{"to": wrong, "handed_at": at, "diverted": True, "returned_at": back,
                            "reason": str(dice.choice(WRONG))}]  # fmt: skip
        at = back + minutes(dice, 10)
    signed = at + minutes(dice, 25 if diverted else 1)
    row |= {"to": to, "handed_at": at, "diverted": diverted, "signed_at": signed}
    return row, signed + minutes(dice, call.kind.minutes)


def _sent(
    row: dict[str, Any], call: Call, crews: Crews, dice: Generator, begun: dt.datetime
) -> tuple[dict[str, Any], dt.datetime]:
    """Send a unit; each stamp may be missing, the end of the danger never."""
    assert call.kind is not None
    report = call.rows[0]
    work = minutes(dice, call.kind.minutes)
    return _stamped(row, crews, call.kind.unit, (report["lon"], report["lat"]), begun, work, dice)


def _stamped(
    row: dict[str, Any], crews: Crews, kind: str, place: tuple[float, float], begun: dt.datetime, work: dt.timedelta,
    dice: Generator,
) -> tuple[dict[str, Any], dt.datetime]:  # fmt: skip
    index, at, way = crews.nearest(kind, *place, begun)
    knew = at + minutes(dice, 0.6)
    off = knew + minutes(dice, 1.1)
    there = off + dt.timedelta(seconds=round(way * float(dice.lognormal(0, 0.25))))
    done = there + work
    fed_back = done + minutes(dice, 3)
    stamps = [("dispatched", at), ("acknowledged", knew), ("en_route", off), ("on_scene", there), ("resolved", done),
              ("field_feedback", fed_back), ("cleared", fed_back + minutes(dice, 8))]  # fmt: skip
    unit = crews.busy(kind, index, stamps[-1][1])
    stamps = [stamp for stamp in stamps if stamp[0] not in STAMPED or dice.random() >= MISSING]
    if dice.random() < REVIEWED:
        looked = stamps[-1][1] + minutes(dice, 2000)
        stamps += [("reviewed", looked), ("archived", looked + minutes(dice, 3000))]
    return row | {"sent_at": at, "units": [{"unit": unit, "stamps": stamps}]}, done


def flood_life(
    reports: Sequence[tuple[int, dt.datetime]], place: tuple[float, float] | None, holder: str, crews: Crews,
    dice: Generator, end: dt.datetime,
) -> dict[str, Any]:  # fmt: skip
    """Return the row for one flood: handed to who owns the drain, a pump crew where the drainage office has it."""
    row: dict[str, Any] = {"reports": list(reports)}
    given = max(reports[0][1] + minutes(dice, 3), reports[-1][1])
    signed = given + minutes(dice, 12)
    row |= {"to": holder, "handed_at": given, "diverted": True, "signed_at": signed}
    done = signed + minutes(dice, 150)
    if holder == "drainage" and place and dice.random() < 0.4:
        work = minutes(dice, 100)
        row, done = _stamped(row, crews, "works", place, signed + minutes(dice, 5), work, dice)
    found = "done" if dice.random() < 0.9 else "not_found"
    row |= {"resolved_at": done, "disposal": found, "closed_at": done + minutes(dice, 600)}
    return cut(row, end)


def cut(row: dict[str, Any], end: dt.datetime) -> dict[str, Any]:
    """Drop what would happen after the simulated time: such incidents stand open."""
    if (row.get("closed_at") or end) <= end and not row.get("units"):
        return row
    for name in ("handed_at", "signed_at", "sent_at", "confirmed_at", "resolved_at", "closed_at"):
        if name in row and row[name] > end:
            row[name] = None
    if "handed_at" in row and row["handed_at"] is None:
        row["to"] = None
    if row.get("returned") and row["returned"][0]["returned_at"] > end:
        row["returned"] = []
    if row.get("confirmed_at", end) is None:
        row["category"] = None
    row["units"] = [
        sent | {"stamps": [stamp for stamp in sent["stamps"] if stamp[1] <= end]} for sent in row.get("units", ())
    ]
    row["units"] = [sent for sent in row["units"] if sent["stamps"]]
    return row


def minutes(dice: Generator, typical: float) -> dt.timedelta:
    """Return a time that is mostly about so long and now and then much longer."""
    return dt.timedelta(seconds=round(60 * typical * float(dice.lognormal(0, 0.6))))
