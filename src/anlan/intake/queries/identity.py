"""Which reports were here before: the same source and id, or without an id the same content."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence
from json.encoder import encode_basestring
from typing import Any

from django.conf import settings
from django.db import connection

from anlan.core.chunks import chunks, each_once
from anlan.core.refusals import Refused
from anlan.core.sealed.openings import same_words
from anlan.intake.models import Erasure, Report, ReportPersonal
from anlan.intake.rules.reports import Checked

NOT_TOLD = frozenset({"entered_at", "received_at"})
SAME = ("channel", "category_id", "received_at", "device_time", "source_x", "source_y", "source_crs", "precision_m",
        "depth_cm")  # fmt: skip


def with_content_hashes(rows: Sequence[tuple[Checked, bool]]) -> list[Checked]:
    """Return rows, each with whether its time was told; one without an id of its source has a hash of its content.

    It covers the words, so it is keyed with the server's secret, and erased with them.
    """
    bare = [(row, timed) for row, timed in rows if row.columns["source_id"] is None]
    digests = iter(_digests([row for row, _ in bare], [timed for _, timed in bare]) if bare else ())
    return [
        row
        if row.columns["source_id"] is not None
        else row._replace(columns=row.columns | {"content_hash": next(digests)})
        for row, _ in rows
    ]


def _digests(rows: Sequence[Checked], timed: Sequence[bool]) -> list[str]:
    """Hash the canonical JSON of `[columns, moment, personal content]`, each column as a text."""
    key = settings.SECRET_KEY.encode()
    columns = {name: [row.columns[name] for row in rows] for name in sorted(rows[0].columns) if name not in NOT_TOLD}
    moments = [row.columns["received_at"] if is_timed else "" for row, is_timed in zip(rows, timed, strict=True)]
    personal = {name: [row.personal[name] for row in rows] for name in sorted(rows[0].personal)}
    form = f"content:[{_object(columns)},%s,{_object(personal)}]"
    texts = zip(*map(_texts, (*columns.values(), moments, *personal.values())), strict=True)
    return [hmac.digest(key, (form % row).encode(), "sha256").hex() for row in texts]


def _object(names: Iterable[str]) -> str:
    """Return the canonical JSON of an object with these names, in order, and a gap for each value."""
    return "{" + ",".join(f'"{name}":%s' for name in names) + "}"


def _texts(column: Sequence[Any]) -> list[str]:
    """Return a column's values as texts in canonical JSON."""
    return each_once(lambda value: encode_basestring(str(value)), column)


def identity(row: Checked | Report) -> tuple[str, ...] | None:
    """Return what makes a delivery of this report the same one again, or None where nothing does."""
    columns = row.columns if isinstance(row, Checked) else row.__dict__
    if columns["source_id"] is not None:
        return columns["source"], columns["source_id"]
    return (columns["content_hash"],) if columns.get("content_hash") else None


def earlier(rows: Sequence[Checked]) -> dict[tuple[str, ...], Report]:
    """Return the stored reports that these rows repeat, by identity."""
    found: dict[tuple[str, ...], Report] = {}
    for some in chunks(sorted(_known(rows).values())):
        for report in Report.objects.filter(pk__in=some):
            found[identity(report) or ()] = report
    return found


def known_ids(rows: Sequence[Checked]) -> set[tuple[str, ...]]:
    """Return which identities of these rows a stored report has."""
    return set(_known(rows))


def _known(rows: Sequence[Checked]) -> dict[tuple[str, ...], int]:
    """Return which stored report has the identity of which of these rows."""
    asked: dict[tuple[str, ...], list[str]] = {}
    for row in rows:
        if same := identity(row):
            asked.setdefault(same[:-1], []).append(same[-1])
    found: dict[tuple[str, ...], int] = {}
    with connection.cursor() as cursor:
        for source, wanted in asked.items():
            column, of = ("source_id", "source = %s AND ") if source else ("content_hash", "")
            for some in chunks(wanted):
                marks = ", ".join(["%s"] * len(some))
                ask = f"SELECT {column}, id FROM intake_report WHERE {of}{column} IN ({marks})"
                cursor.execute(ask, [*source, *some])
                found |= {(*source, each): pk for each, pk in cursor.fetchall()}
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
