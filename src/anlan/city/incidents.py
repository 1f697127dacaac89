"""What the control room makes of the simulated reports: incidents, whose they are, and how long each step takes."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.random import Generator

from anlan.core.actors import Actor
from anlan.intake.models import Report
from anlan.triage.bulk import open_incidents
from anlan.triage.models import IncidentReport

SAME_M: Final = 150.0  # callers about one flood stand about so far apart
SAME: Final = dt.timedelta(hours=3)
BATCH: Final = 500
HOLDERS: Final = (("drainage", 0.72), ("roads", 0.16), ("water", 0.12))
CELL: Final = SAME_M / 111_000


def triage_year(year: int, seed: int, *, actor: Actor, zone: dt.tzinfo) -> int:
    """Make incidents of a year's reports that tell of none yet; return how many there are."""
    first, last = (dt.datetime(one, 1, 1, tzinfo=zone) for one in (year, year + 1))
    told = IncidentReport.objects.filter(unlinked_at=None).values("report_id")
    free = Report.objects.filter(received_at__gte=first, received_at__lt=last).exclude(pk__in=told)
    dice = np.random.default_rng([seed, year, 7])
    rows = [_life(group, dice) for group in _groups(list(free.order_by("entered_at", "pk")))]
    for start in range(0, len(rows), BATCH):
        open_incidents(rows=rows[start : start + BATCH], actor=actor, at=last)
    return len(rows)


def _groups(reports: list[Report]) -> Iterator[list[Report]]:
    """Put reports together that a call-taker would take for one flood: near each other and soon after each other."""
    groups: list[list[Report]] = []
    at: dict[tuple[int, int], list[int]] = {}
    for report in reports:
        if report.lon is None or report.lat is None:
            groups.append([report])
            continue
        x, y = int(report.lon / CELL), int(report.lat / CELL)
        near = [n for i in (x - 1, x, x + 1) for j in (y - 1, y, y + 1) for n in at.get((i, j), ())]
        found = next((n for n in reversed(near) if _same(groups[n][0], report)), None)
        if found is None:
            at.setdefault((x, y), []).append(len(groups))
            groups.append([report])
        else:
            groups[found].append(report)
    yield from groups


def _same(first: Report, report: Report) -> bool:
    if report.entered_at - first.entered_at > SAME or first.category_id != report.category_id:
        return False
    if first.lon is None or first.lat is None or report.lon is None or report.lat is None:
        return False
    east = (report.lon - first.lon) * math.cos(math.radians(first.lat))
    return math.hypot(east, report.lat - first.lat) <= CELL


def _life(group: list[Report], dice: Generator) -> dict[str, Any]:
    """Say what became of one incident: handed to whom it belongs, signed for, resolved, closed."""
    opened = group[0].entered_at
    row: dict[str, Any] = {"reports": [(one.pk, max(opened, one.entered_at)) for one in group]}
    last = row["reports"][-1][1]
    if all(one.validity in {"misdial", "nuisance"} for one in group):
        return row | {"disposal": "no_matter", "closed_at": last + _minutes(dice, 4)}
    given = max(opened + _minutes(dice, 3), last)
    signed = given + _minutes(dice, 12)
    resolved = signed + _minutes(dice, 150)
    found = bool(dice.random() < 0.9)
    return row | {
        "to": str(dice.choice([code for code, _ in HOLDERS], p=[share for _, share in HOLDERS])),
        "handed_at": given,
        "diverted": True,
        "signed_at": signed,
        "resolved_at": resolved,
        "disposal": "done" if found else "not_found",
        "closed_at": resolved + _minutes(dice, 600),
    }


def _minutes(dice: Generator, typical: float) -> dt.timedelta:
    """Return a time that is mostly about so long and now and then much longer."""
    return dt.timedelta(seconds=round(60 * typical * float(dice.lognormal(0, 0.6))))
