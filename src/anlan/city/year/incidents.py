"""One simulated month: what is heard goes in as it was entered, and incidents are made of it, in the order of time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from anlan.city.town.codes import CODED, code_of
from anlan.city.year.calls import Call, month_of_calls
from anlan.city.year.flood_incidents import Fails, flood_rows, floods_of
from anlan.city.year.lives import Crews, life_of
from anlan.city.year.month import Month
from anlan.core.chunks import chunks, keyed
from anlan.dispatch.actions.bulk import run_incidents
from anlan.intake.actions import receive_reports
from anlan.intake.models import Report
from anlan.triage.models import IncidentReport

BATCH: Final = 4000
Known = dict[tuple[str, str], int]  # by source and name


def live(month: Month, crews: Crews, end: dt.datetime, fails: Fails) -> int:
    """Receive a month's reports and make its incidents; what is there stays. Return how many reports went in."""
    calls = month_of_calls(month.seed, month.year, month.month, month.scale)
    _number(calls, month)
    calls = _entered_by(calls, month.until)
    floods = list(floods_of(month, fails))
    accepted = 0
    for n, (batch, wet) in enumerate(_batches(calls, floods)):
        heard = sorted(
            [report for call in batch for report in call.rows] + wet, key=lambda report: report["entered_at"]
        )
        if not heard:
            continue
        at = max(heard[-1]["entered_at"], month.begins)
        answer = receive_reports(rows=[_sent(report) for report in heard], actor=month.actor, at=at, past=True)
        if answer["refused"]:
            raise RuntimeError(f"the simulated city was refused: {answer['refused'][0]}")
        accepted += answer["accepted"]
        known = _known(heard, answer["report_ids"])
        _make_incidents(month, n, batch, wet, crews, end, at, known)
    return accepted


def _entered_by(calls: list[Call], until: dt.datetime | None) -> list[Call]:
    """Return what was entered by then."""
    if until is None:
        return calls
    entered = [replace(call, rows=tuple(row for row in call.rows if row["entered_at"] <= until)) for call in calls]
    return [call for call in entered if call.rows]


def _make_incidents(
    month: Month, n: int, batch: Sequence[Call], wet: Sequence[dict[str, Any]], crews: Crews, end: dt.datetime,
    at: dt.datetime, known: Known,
) -> None:  # fmt: skip
    """Make incidents of those reports of a batch that tell of none yet."""
    dice = np.random.default_rng([month.seed, month.year, month.month, n, 5])
    rows = [
        life_of(call, [known[row["source"], row["source_id"]] for row in call.rows], crews, dice, end) for call in batch
    ]
    rows += flood_rows(
        _entered([known[row["source"], row["source_id"]] for row in wet]), crews, dice, end
    )  # drawn for all, so that a build that was cut off draws the same
    taken = _taken([row["reports"][0][0] for row in rows])
    rows = sorted((row for row in rows if row["reports"][0][0] not in taken), key=lambda row: row["reports"][0][1])
    for start in range(0, len(rows), BATCH):
        run_incidents(rows=rows[start : start + BATCH], actor=month.actor, at=at)


def _entered(wanted: Sequence[int]) -> list[Report]:
    """Return the reports of floods as they are stored."""
    stored = {report.pk: report for some in keyed(Report.objects.all(), set(wanted)) for report in some}
    return sorted((stored[pk] for pk in wanted), key=lambda report: (report.entered_at, report.pk))


def _known(heard: Sequence[dict[str, Any]], new: Sequence[int]) -> Known:
    """Return by source and name which reports these are; in a build that goes on, some were there before."""
    names = [(report["source"], report["source_id"]) for report in heard]
    if len(new) == len(names):
        return dict(zip(names, new, strict=True))
    found: Known = {}
    for some in chunks(names):
        sources, ids = zip(*some, strict=True)
        stored = Report.objects.filter(source__in=set(sources), source_id__in=ids)
        found |= {(source, str(name)): pk for source, name, pk in stored.values_list("source", "source_id", "pk")}
    return found


def _taken(reports: Sequence[int]) -> set[int]:
    """Return which of these reports tell of an incident; in a build that goes straight on, none does."""
    links = IncidentReport.objects.filter(unlinked_at=None)
    if not reports or not links.filter(report_id__gte=min(reports)).exists():
        return set()
    about = links.filter(report_id__gte=min(reports), report_id__lte=max(reports))
    return set(about.values_list("report_id", flat=True))


def _number(calls: Sequence[Call], month: Month) -> None:
    for n, call in enumerate(calls, 1):
        for again, row in enumerate(call.rows, 1):
            row["source_id"] = f"{month.year}{month.month:02d}-{n:06d}-{again}"


def _batches(calls: list[Call], floods: list[dict[str, Any]]) -> Iterator[tuple[list[Call], list[dict[str, Any]]]]:
    """Cut a month into batches of whole days."""
    days: dict[int, tuple[list[Call], list[dict[str, Any]]]] = {}
    for call in calls:
        days.setdefault(call.rows[0]["received_at"].day, ([], []))[0].append(call)
    for row in floods:
        days.setdefault(row["received_at"].day, ([], []))[1].append(row)
    held: tuple[list[Call], list[dict[str, Any]]] = ([], [])
    for day in sorted(days):
        some, wet = days[day]
        if held[0] and len(held[0]) + len(some) + len(held[1]) + len(wet) > BATCH:
            yield held
            held = ([], [])
        held[0].extend(some)
        held[1].extend(wet)
    yield held


def _sent(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row as its source sends it: what it does not know is not there."""
    sent = {name: value for name, value in row.items() if name != "n" and value not in {None, ""}}
    if row["channel"] in CODED and row["validity"] == "valid":
        sent["tracking_code"] = code_of(row["source"], row["source_id"])
    return sent
