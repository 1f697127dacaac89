"""How checked reports become rows and ledger entries; only called by the verbs, inside their transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from anlan.core import ledger
from anlan.core.city.current import city, city_zone, kept
from anlan.core.ledger import canonical
from anlan.core.ledger.inserts import insert
from anlan.core.ledger.verbs import asked_as
from anlan.core.people.actors import Actor
from anlan.core.sealed import commitment, new_salt
from anlan.core.sealed.files import PhotoBytes, columns_of
from anlan.core.series import Series, lock, next_of_each
from anlan.core.time.clock import latest
from anlan.intake.actions.first_look import await_looks
from anlan.intake.models import Attachment, Category, Report, ReportPersonal
from anlan.intake.models.received import UNASKED, covered, stated
from anlan.intake.rules.reports import Checked, Facts, is_live
from anlan.intake.states import Validity

RECEIVED = "intake.report_received"
EARLIEST = dt.datetime.min.replace(tzinfo=dt.UTC)
UNSAID = {"content_hash": None, **UNASKED}


def facts(at: dt.datetime) -> Facts:
    """Return what the rules need to know about this city now."""
    return replace(kept(_facts), at=at, latest=latest(at))


def _facts() -> Facts:
    here = city()
    known = list(Category.objects.filter(active=True).values_list("code", "id", "needs_place"))
    return Facts(
        EARLIEST,
        {code: pk for code, pk, _needed in known},
        (here.west, here.south, here.east, here.north) if here else None,
        frozenset(code for code, _pk, needed in known if not needed),
    )


class Taken(NamedTuple):
    """A checked report with who tells it, when, for whom, and the keyed call that it came by."""

    checked: Checked
    actor: Actor
    at: dt.datetime
    organisation_id: int | None
    verb_key: str


def store(
    rows: Sequence[Checked], actor: Actor, at: dt.datetime, organisation_id: int | None, *, past: bool
) -> list[int]:
    """Store checked reports of one call; return their ids."""
    by = asked_as()
    stored = store_each([Taken(checked, actor, at, organisation_id, by) for checked in rows], past=past)
    return [pk for pk, _number in stored]


def store_each(rows: Sequence[Taken], *, past: bool) -> list[tuple[int, str]]:
    """Store checked reports with their personal content and one ledger entry each; return their ids and numbers.

    Those for which somebody waits begin their first look; of the past nobody waits for any.
    """
    numbers = next_of_each(_days(row.checked.columns["received_at"] for row in rows))
    columns_of = [
        {**UNSAID, **row.checked.columns, "number": number, "organisation_id": row.organisation_id}
        for number, row in zip(numbers, rows, strict=True)
    ]
    ids = insert(Report, columns_of)
    salts = [new_salt() if any(row.checked.personal.values()) else None for row in rows]
    insert(ReportPersonal, [
        {"report_id": pk, "salt": salt, "verb_key": row.verb_key, **row.checked.personal}
        for pk, salt, row in zip(ids, salts, rows, strict=True) if salt
    ])  # fmt: skip
    codes = kept(_codes)
    entries = []
    for pk, columns, salt, row in zip(ids, columns_of, salts, rows, strict=True):
        checked, payload = row.checked, _payload(pk, columns, codes)
        payload |= {"personal": commitment(salt, checked.personal)} if salt else {}
        payload |= {"masked": list(checked.masked)} if checked.masked else {}
        subject = f"report:{columns['number']}"
        entries.append(ledger.row_of(RECEIVED, row.actor, row.at, subject, canonical(payload)))
    ledger.append_rows(entries)
    waiting = zip(columns_of, rows, strict=True)
    await_looks([] if past else [(columns["number"], row.at) for columns, row in waiting if _is_live(columns)])
    return list(zip(ids, numbers, strict=True))


def _codes() -> dict[int, str]:
    return dict(Category.objects.values_list("id", "code"))


def keep_photos(report: Report, photos: Iterable[PhotoBytes], actor: Actor, at: dt.datetime) -> None:
    """Store a report's photos, each with its salt and one entry with its commitment."""
    for photo in photos:
        kept = Attachment.objects.create(report=report, **columns_of(photo))
        payload = {"attachment": kept.pk, "photo": kept.commitment()}
        ledger.append("intake.photo_kept", actor=actor, at=at, subject=f"report:{report.number}", payload=payload)


def lock_days(moments: Iterable[dt.datetime]) -> None:
    """Lock the local days of these moments, so that whoever stores the same report twice waits here."""
    lock(_days(moments))


def _is_live(columns: dict[str, Any]) -> bool:
    return is_live(*(columns[name] for name in ("channel", "validity", "received_at", "entered_at")))


def _payload(pk: int, columns: dict[str, Any], codes: dict[int, str]) -> dict[str, Any]:
    """Return what the entry says of the row: which it is, what it commits to, and whether it counts."""
    payload = {"report": pk, **covered(stated(pk, columns, codes[columns["category_id"]]))}
    if columns["validity"] != Validity.VALID:
        payload["validity"] = columns["validity"]
    return payload


def _days(moments: Iterable[dt.datetime]) -> list[Series]:
    """Return the series of each moment's local day: R-160628-0412."""
    here = city_zone()
    series: dict[dt.date, Series] = {}
    days = [moment.astimezone(here).date() for moment in moments]
    for day in days:
        if day not in series:
            series[day] = Series("R", day)
    return [series[day] for day in days]
