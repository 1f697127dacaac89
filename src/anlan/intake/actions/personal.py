"""Opening and erasing personal content: both are verbs and entries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction

from anlan.core import ledger
from anlan.core.ledger import canonical
from anlan.core.ledger.verbs import verb
from anlan.core.models import LedgerEntry
from anlan.core.people.actors import Actor, NotAllowed
from anlan.core.sealed import scrub
from anlan.core.time.clock import stamp
from anlan.intake.access import ERASES, OPENS
from anlan.intake.models import Attachment, Erasure, ErasureReason, Purpose, Report, ReportPersonal, Tracking
from anlan.intake.public.codes import code_hash

FIELDS = ("place_words", "words", "name", "contact")


@verb("intake.personal.read_personal")
def read_personal(
    *, report_id: int, purpose: str, actor: Actor, at: dt.datetime, fields: Sequence[str] = FIELDS
) -> dict[str, Any]:
    """Open one report's personal content for a purpose; see `read_personal_of`."""
    return read_personal_of(report_ids=[report_id], purpose=purpose, actor=actor, at=at, fields=fields)[report_id]


@verb("intake.personal.read_personal_of")
def read_personal_of(
    *, report_ids: Sequence[int], purpose: str, actor: Actor, at: dt.datetime, fields: Sequence[str] = FIELDS
) -> dict[int, dict[str, Any]]:
    """Open the personal content of reports that the actor may see; each opening is an entry with its purpose.

    For each report: the fields asked for, `photos` (ids of attachments) and `erased`.
    """
    actor.require(*OPENS)
    _require_known(fields, purpose)
    wanted = sorted(set(report_ids))
    reports = list(Report.objects.visible_to(actor).filter(pk__in=wanted).order_by("pk"))
    if len(reports) != len(wanted):
        raise NotAllowed(f"{actor.name} may not open one of these reports, or it does not exist")
    ids = [report.pk for report in reports]
    words = {personal.report_id: personal for personal in ReportPersonal.objects.filter(report_id__in=ids)}
    erased = set(Erasure.objects.filter(report_id__in=ids).values_list("report_id", flat=True))
    photos: dict[int, list[int]] = {}
    for report_id, pk in Attachment.objects.filter(report_id__in=ids).order_by("pk").values_list("report_id", "pk"):
        photos.setdefault(report_id, []).append(pk)
    payload = canonical({"fields": sorted(fields), "purpose": str(purpose)})
    ledger.append_many([_opened(report, actor, at, payload) for report in reports])
    return {
        pk: {name: getattr(words[pk], name) if pk in words else "" for name in fields}
        | {"photos": photos.get(pk, []), "erased": pk in erased}
        for pk in ids
    }


@verb("intake.personal.read_photo")
def read_photo(*, attachment_id: int, purpose: str, actor: Actor, at: dt.datetime) -> bytes:
    """Open one photo, as JPEG bytes; an entry with its purpose."""
    actor.require(*OPENS)
    _require_known((), purpose)
    photo = Attachment.objects.select_related("report").filter(pk=attachment_id).first()
    if photo is None or not Report.objects.visible_to(actor).filter(pk=photo.report_id).exists():
        raise NotAllowed(f"{actor.name} may not open this photo, or it does not exist")
    payload = {"attachment": photo.pk, "purpose": str(purpose)}
    ledger.append("intake.photo_read", actor=actor, at=at, subject=f"report:{photo.report.number}", payload=payload)
    return bytes(photo.jpeg)


@verb("intake.personal.erase_report")
def erase_report(
    *,
    report_id: int,
    reason: str,
    actor: Actor,
    at: dt.datetime,
    key: str | None = None,
    tracking_code: str | None = None,
) -> dict[str, Any]:
    """Destroy a report's name, contact, words, place words and photos with their salts; the report itself stays.

    Staff may, and so may whoever holds the report's tracking code. Asked again, it says that nothing was left.
    """
    holder = tracking_code and Tracking.objects.filter(code_hash=code_hash(tracking_code), report_id=report_id).exists()
    if not holder:
        actor.require(*ERASES)
    if reason not in ErasureReason.values:
        raise ValueError(f"reason: one of {', '.join(ErasureReason.values)}")
    report = _locked(report_id, actor, everybody=bool(holder))
    words, _ = ReportPersonal.objects.filter(report=report).delete()
    photos, _ = Attachment.objects.filter(report=report).delete()
    _, first = Erasure.objects.get_or_create(report=report, defaults={"at": at, "reason": reason})
    if words or photos or first:
        payload = {"report": report.pk, "words": bool(words), "photos": photos, "reason": str(reason)}
        ledger.append("intake.report_erased", actor=actor, at=at, subject=f"report:{report.number}", payload=payload)
        transaction.on_commit(scrub, robust=True)
    return {"report_id": report.pk, "number": report.number, "words": bool(words), "photos": photos}


def _locked(report_id: int, actor: Actor, *, everybody: bool) -> Report:
    """Lock the report's row."""
    seen = Report.objects.all() if everybody else Report.objects.visible_to(actor)
    report = seen.select_for_update().filter(pk=report_id).first()
    if report is None:
        raise NotAllowed(f"{actor.name} may not change this report, or it does not exist")
    return report


def _require_known(fields: Sequence[str], purpose: str) -> None:
    if purpose not in Purpose.values:
        raise ValueError(f"purpose: one of {', '.join(Purpose.values)}")
    if unknown := set(fields) - set(FIELDS):
        raise ValueError(f"fields: no {', '.join(sorted(unknown))}")


def _opened(report: Report, actor: Actor, at: dt.datetime, payload: str) -> LedgerEntry:
    return LedgerEntry(
        kind="intake.personal_read",
        actor=actor.name,
        at=stamp(at),
        subject=f"report:{report.number}",
        payload=payload,
    )
