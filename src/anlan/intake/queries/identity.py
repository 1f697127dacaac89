"""Which reports were here before: the same source and id, or without an id the same content."""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import connection

from anlan.core.chunks import chunks
from anlan.core.ledger import canonical
from anlan.core.refusals import Refused
from anlan.core.sealed.openings import same_words
from anlan.intake.models import Erasure, Report, ReportPersonal
from anlan.intake.rules.reports import Checked

NOT_TOLD = frozenset({"entered_at", "received_at"})
SAME = ("channel", "category_id", "received_at", "device_time", "source_x", "source_y", "source_crs", "precision_m",
        "depth_cm")  # fmt: skip


def with_content_hash(row: Checked, time_told: bool) -> Checked:
    """Return a row without an id of its source with a hash of its content in its place.

    It covers the words, so it is keyed with the server's secret, and erased with them.
    """
    if row.columns["source_id"] is not None:
        return row
    columns = {name: str(value) for name, value in row.columns.items() if name not in NOT_TOLD}
    moment = str(row.columns["received_at"]) if time_told else ""
    text = canonical([columns, moment, row.personal])
    digest = hmac.new(settings.SECRET_KEY.encode(), f"content:{text}".encode(), hashlib.sha256).hexdigest()
    return dataclasses.replace(row, columns={**row.columns, "content_hash": digest})


def identity(row: Checked | Report) -> tuple[str, ...] | None:
    """Return what makes a delivery of this report the same one again, or None where nothing does."""
    columns = row.columns if isinstance(row, Checked) else row.__dict__
    if columns["source_id"] is not None:
        return columns["source"], columns["source_id"]
    return (columns["content_hash"],) if columns.get("content_hash") else None


def earlier(rows: Sequence[Checked]) -> dict[tuple[str, ...], Report]:
    """Return the stored reports that these rows repeat, by identity."""
    found: dict[tuple[str, ...], Report] = {}
    ids: dict[str, list[str]] = {}
    hashes = []
    for row in rows:
        if row.columns["source_id"] is not None:
            ids.setdefault(row.columns["source"], []).append(row.columns["source_id"])
        elif row.columns.get("content_hash"):
            hashes.append(row.columns["content_hash"])
    for source, wanted in ids.items():
        for chunk in chunks(wanted):
            for report in Report.objects.filter(source=source, source_id__in=chunk):
                found[source, str(report.source_id)] = report
    for chunk in chunks(hashes):
        for report in Report.objects.filter(content_hash__in=chunk):
            found[(str(report.content_hash),)] = report
    return found


def known_ids(rows: Sequence[Checked]) -> set[tuple[str, ...]]:
    """Return which identities of these rows, all with an id of their source, a stored report has."""
    ids: dict[str, list[str]] = {}
    for row in rows:
        ids.setdefault(row.columns["source"], []).append(row.columns["source_id"])
    found: set[tuple[str, ...]] = set()
    with connection.cursor() as cursor:
        for source, wanted in ids.items():
            for some in chunks(wanted):
                marks = ", ".join(["%s"] * len(some))
                ask = f"SELECT source_id FROM intake_report WHERE source = %s AND source_id IN ({marks})"
                cursor.execute(ask, [source, *some])
                found |= {(source, each) for (each,) in cursor.fetchall()}
    return found


def require_same(before: Report | Checked, row: Checked, time_told: bool, *, is_said: bool) -> None:
    """Refuse another report under the number of an earlier one: neither may hide the other."""
    if (row.columns["source_id"] is not None and not is_said) or differing(before, row, time_told):
        raise Refused("id_used", "source_id")


def differing(before: Report | Checked, row: Checked, time_told: bool) -> dict[str, tuple[Any, Any]]:
    """Return what a report says otherwise than the one before under its number, of both; words apart."""
    if row.columns["source_id"] is None:
        return {}
    columns = before.columns if isinstance(before, Checked) else before.__dict__
    pairs = {name: (columns[name], row.columns[name]) for name in SAME if time_told or name != "received_at"}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def said_before(pairs: Sequence[tuple[Report | Checked, Checked]]) -> list[bool]:
    """Say of each repeat whether its words are those of the report before; what was erased compares with nothing."""
    stored = [(before.pk, row.personal) for before, row in pairs if isinstance(before, Report)]
    gone = set(Erasure.objects.filter(report__in={pk for pk, _ in stored}).values_list("report", flat=True))
    kept = iter(same_words(ReportPersonal, stored))
    return [
        before.personal == row.personal if isinstance(before, Checked) else _is_said(next(kept), before.pk in gone, row)
        for before, row in pairs
    ]


def _is_said(same: bool | None, is_erased: bool, row: Checked) -> bool:
    return is_erased or not any(row.personal.values()) if same is None else same
