"""How checked reports become rows and ledger entries; only called by the verbs, inside their transaction."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from anlan.core import ledger
from anlan.core.actors import Actor
from anlan.core.clock import stamp
from anlan.core.ledger import canonical
from anlan.core.models import LedgerEntry
from anlan.core.personal import commitment, new_salt
from anlan.core.queries import city
from anlan.intake.models import Attachment, Category, DayCount, Report, ReportPersonal
from anlan.intake.rules import Checked, Facts

RECEIVED = "intake.report_received"


class PhotoBytes(Protocol):
    """A photo that was re-encoded already."""

    @property
    def jpeg(self) -> bytes:
        """The bytes to keep."""

    @property
    def width(self) -> int:
        """Pixels across."""

    @property
    def height(self) -> int:
        """Pixels down."""

    @property
    def sha256(self) -> str:
        """The hash of the bytes."""


def facts(at: dt.datetime) -> Facts:
    """Return what the rules need to know about this city now."""
    here = city()
    categories = dict(Category.objects.filter(active=True).values_list("code", "id"))
    return Facts(at, categories, (here.west, here.south, here.east, here.north) if here else None)


def zone() -> ZoneInfo:
    """Return the city's zone, in which a report's day is counted."""
    here = city()
    return ZoneInfo(here.zone if here else "UTC")


def store(rows: Sequence[Checked], actor: Actor, at: dt.datetime, organisation_id: int | None) -> list[Report]:
    """Store checked reports with their personal content and one ledger entry each."""
    numbers = _numbers([row.columns["received_at"] for row in rows])
    reports = [
        Report(number=number, organisation_id=organisation_id, **row.columns)
        for number, row in zip(numbers, rows, strict=True)
    ]
    Report.objects.bulk_create(reports)
    personal = [_personal(report, row.personal) for report, row in zip(reports, rows, strict=True)]
    ReportPersonal.objects.bulk_create([kept for kept in personal if kept])
    codes = dict(Category.objects.values_list("id", "code"))
    entries = []
    for report, row, kept in zip(reports, rows, personal, strict=True):
        payload = columns_told(report, codes[report.category_id])
        payload["personal"] = commitment(bytes(kept.salt), row.personal) if kept else None
        payload["masked"] = list(row.masked)
        entries.append(_entry(report, actor, at, payload))
    ledger.append_many(entries)
    return reports


def keep_photos(report: Report, photos: Iterable[PhotoBytes], actor: Actor, at: dt.datetime) -> None:
    """Store a report's photos, each with its salt and one entry with its commitment."""
    for photo in photos:
        row = Attachment.objects.create(
            report=report,
            salt=new_salt(),
            jpeg=photo.jpeg,
            width=photo.width,
            height=photo.height,
            sha256=photo.sha256,
        )
        payload = {"attachment": row.pk, "photo": commitment(bytes(row.salt), {"jpeg": photo.jpeg})}
        ledger.append("intake.photo_kept", actor=actor, at=at, subject=f"report:{report.number}", payload=payload)


def lock_days(moments: Iterable[dt.datetime]) -> None:
    """Lock the local days of these moments, so that whoever stores the same report twice waits here."""
    here = zone()
    days = sorted({moment.astimezone(here).date() for moment in moments})
    DayCount.objects.bulk_create([DayCount(day=day) for day in days], ignore_conflicts=True)
    list(DayCount.objects.select_for_update().filter(day__in=days).order_by("day"))


def columns_told(report: Report, category: str) -> dict[str, Any]:
    """Return a report's columns for its entry: ids and what is not personal."""
    return {
        "report": report.pk,
        "number": report.number,
        "channel": report.channel,
        "category": category,
        "received_at": stamp(report.received_at),
        "entered_at": stamp(report.entered_at),
        "device_time": stamp(report.device_time) if report.device_time else None,
        "source": report.source,
        "source_id": report.source_id,
        "lon": report.lon,
        "lat": report.lat,
        "precision_m": report.precision_m,
        "source_crs": report.source_crs,
        "source_x": report.source_x,
        "source_y": report.source_y,
        "depth_cm": report.depth_cm,
        "validity": report.validity,
        "organisation": report.organisation_id,
    }


def _entry(report: Report, actor: Actor, at: dt.datetime, payload: dict[str, Any]) -> LedgerEntry:
    return LedgerEntry(
        kind=RECEIVED, actor=actor.name, at=stamp(at), subject=f"report:{report.number}", payload=canonical(payload)
    )


def _personal(report: Report, content: dict[str, str]) -> ReportPersonal | None:
    if not any(content.values()):
        return None
    return ReportPersonal(report=report, salt=new_salt(), **content)


def _numbers(moments: Sequence[dt.datetime]) -> list[str]:
    """Give each moment the next number of its local day: R-160628-0412."""
    here = zone()
    days = [moment.astimezone(here).date() for moment in moments]
    wanted = Counter(days)
    last = {row.day: row.last for row in DayCount.objects.filter(day__in=wanted)}
    DayCount.objects.bulk_update([DayCount(day=day, last=last[day] + wanted[day]) for day in wanted], ["last"])
    numbers = []
    for day in days:
        last[day] += 1
        numbers.append(f"R-{day:%y%m%d}-{last[day]:04d}")
    return numbers
