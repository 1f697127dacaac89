"""What people reported."""

from __future__ import annotations

import datetime as dt
from typing import Any

from anlan.core.models import Residue
from anlan.core.people.actors import Actor, system
from anlan.core.sealed.scrub import note_cleared
from anlan.intake.actions import receive_report, receive_reports
from anlan.intake.models import Report
from tests.make.city import AT

CODE = "7KQ4M2XD9TFWHB6R"  # the tracking code of the report that a test looks up


def report(*, at: dt.datetime = AT, actor: Actor | None = None, **values: Any) -> Report:
    """Receive one report and return its row; what is not given is a wet street in the small town at `AT`."""
    cells = {"channel": "phone_110", "category": "waterlogging", "lon": 119.97, "lat": 31.76} | values
    return Report.objects.get(pk=receive_report(actor=actor or system("test"), at=at, **cells)["report_id"])


def cleared() -> None:
    """Let the bytes of all that was erased have left the files, as the worker finds a moment later."""
    note_cleared(residues=list(Residue.objects.values_list("pk", flat=True)), actor=system("erasing"), at=AT)


def storms(year: int, spots: list[tuple[float, float]], *, days: tuple[int, ...] = (5, 6, 7), each: int = 3) -> None:
    """Receive reports of a year: in each storm (the tenth of a month) some within a few metres of each spot."""
    rows = [
        {
            "channel": "phone_110",
            "category": "waterlogging",
            "lon": lon + 0.0001 * n,
            "lat": lat,
            "received_at": dt.datetime(year, month, 10, 4 + n, place % 60, tzinfo=dt.UTC),
            "source": "storms",
            "source_id": f"{year}-{month}-{place}-{n}",
            "place_words": f"人民路{place}号桥下",
        }
        for month in days
        for place, (lon, lat) in enumerate(spots)
        for n in range(each)
    ]
    receive(rows, year)


def receive(rows: list[dict[str, Any]], year: int) -> None:
    """Receive reports at the end of their year; none of them may be refused."""
    answer = receive_reports(rows=rows, actor=system("test"), at=dt.datetime(year, 12, 31, tzinfo=dt.UTC))
    assert not answer["refused"], answer["refused"]
