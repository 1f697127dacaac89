"""What the served city hears: the calls and web reports of its month, received when they come."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from typing import Any, Final

from anlan.city.demo.build import BEGUN
from anlan.city.demo.progress import ACTOR
from anlan.city.town.codes import CODED, code_of
from anlan.city.town.ground import ZONE
from anlan.city.year.calls import Call, month_of_calls
from anlan.core.models import LedgerEntry
from anlan.intake.live import receive
from anlan.triage.models import IncidentReport

FEWEST: Final = (
    0.1  # of a real city's calls, one in about three minutes: at the years' own 0.003 nobody waits for the next
)
SOURCE: Final = "simulated-live"


def calls(since: dt.datetime, until: dt.datetime) -> Iterator[Callable[[], Any]]:
    """Give a step for each report that is entered after one moment and up to another, in the order of their times."""
    first = until.astimezone(ZONE)
    month = month_of(first.year, first.month, *begun())
    rows = [row for call in month for row in call.rows if since < row["entered_at"] <= until]
    for row in sorted(rows, key=lambda row: row["entered_at"]):
        yield partial(hear, row, until)


def hear(row: dict[str, Any], at: dt.datetime) -> None:
    """Receive a row at the door of what is said now; who calls again tells of what the first call tells of."""
    receive(**told(row), tells_of=matter_of(row["source_id"]), actor=ACTOR, at=at)


def matter_of(source_id: str) -> str:
    """Return the incident that the first call about the same tells of, if there is one."""
    first = f"{source_id.rpartition('-')[0]}-1"
    links = IncidentReport.objects.filter(unlinked_at=None, report__source=SOURCE, report__source_id=first)
    return links.values_list("incident__number", flat=True).first() or ""


@lru_cache(maxsize=1)
def month_of(year: int, month: int, seed: int, scale: float) -> list[Call]:
    """Return the calls of one month of a city, each row with its name; drawn once a month."""
    calls = month_of_calls(seed, year, month, max(scale, FEWEST))
    for n, call in enumerate(calls, 1):
        for again, row in enumerate(call.rows, 1):
            row |= {"source": SOURCE, "source_id": f"{year}{month:02d}-{n:06d}-{again}"}
    return calls


def begun() -> tuple[int, float]:
    """Return the seed and the scale of the city that is served."""
    entry = LedgerEntry.objects.filter(kind=BEGUN).first()
    here = json.loads(entry.payload) if entry else {}
    return here.get("seed", 1), here.get("scale", FEWEST)


def told(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row as its source tells it now: its time of entry is the moment of the verb."""
    sent = {name: value for name, value in row.items() if name != "entered_at" and value not in {None, ""}}
    if row["channel"] in CODED and row["validity"] == "valid":
        sent["tracking_code"] = code_of(row["source"], row["source_id"])
    return sent
