"""Opening and erasing personal content: both are verbs and entries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

from anlan.core import ledger
from anlan.core.ledger.verbs import verb
from anlan.core.people.actors import Actor, NotAllowed
from anlan.core.sealed.in_place import note_openings
from anlan.core.sealed.openings import erase, open_file, open_words, require_opening
from anlan.core.sealed.purposes import Purpose
from anlan.intake.access import ERASES
from anlan.intake.actions.callbacks import end_call_back
from anlan.intake.actions.guesses import forget_content
from anlan.intake.models import Attachment, Erasure, Report, ReportPersonal, Tracking
from anlan.intake.public.codes import code_hash

FIELDS = ReportPersonal.CONTENT
IN_PLACE: Final = ("place_words", "words")  # who has the work in hand calls nobody back by it


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
    require_opening(ReportPersonal, purpose, actor)
    wanted = sorted(set(report_ids))
    reports = list(Report.objects.visible_to(actor).filter(pk__in=wanted).order_by("pk"))
    if len(reports) != len(wanted):
        raise NotAllowed(f"{actor.name} may not open one of these reports, or it does not exist")
    subjects = {report.pk: f"report:{report.number}" for report in reports}
    words = open_words(ReportPersonal, subjects, fields=fields, purpose=purpose, actor=actor, at=at)
    erased = set(Erasure.objects.filter(report_id__in=wanted).values_list("report_id", flat=True))
    photos: dict[int, list[int]] = {}
    for report_id, pk in Attachment.objects.filter(report_id__in=wanted).order_by("pk").values_list("report_id", "pk"):
        photos.setdefault(report_id, []).append(pk)
    return {pk: words[pk] | {"photos": photos.get(pk, []), "erased": pk in erased} for pk in wanted}


@verb("intake.personal.open_in_place")
def open_in_place(
    *, report_ids: Sequence[int], about: Mapping[str, str | int], actor: Actor, at: dt.datetime
) -> dict[str, Any]:
    """Note that place words and words of reports open in place for the work in hand, once a person, report and work.

    The caller has checked whose work it is; `about` names it in the entry. Return the reports noted just now.
    """
    seen = Report.objects.visible_to(actor).filter(pk__in=report_ids)
    subjects = {pk: f"report:{number}" for pk, number in seen.values_list("pk", "number")}
    noted = note_openings(
        ReportPersonal, subjects, fields=IN_PLACE, purpose=Purpose.IN_HAND, about=about, actor=actor, at=at
    )
    return {"reports": noted}


@verb("intake.personal.read_photo")
def read_photo(*, attachment_id: int, purpose: str, actor: Actor, at: dt.datetime) -> bytes:
    """Open one photo, as JPEG bytes; an entry with its purpose."""
    require_opening(Attachment, purpose, actor)
    photo = Attachment.objects.select_related("report").filter(pk=attachment_id).first()
    if photo is None or not Report.objects.visible_to(actor).filter(pk=photo.report_id).exists():
        raise NotAllowed(f"{actor.name} may not open this photo, or it does not exist")
    return open_file(photo, f"report:{photo.report.number}", purpose=purpose, actor=actor, at=at)


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
    ReportPersonal.SEAL.require_reason(reason)
    report = _locked(report_id, actor, everybody=bool(holder))
    forget_content(report)
    words, photos = erase(ReportPersonal.objects.filter(report=report), Attachment.objects.filter(report=report), at=at)
    end_call_back(report, at)  # its number is gone
    _, first = Erasure.objects.get_or_create(report=report, defaults={"at": at, "reason": reason})
    if words or photos or first:
        payload = {"report": report.pk, "words": bool(words), "photos": photos, "reason": str(reason)}
        ledger.append("intake.report_erased", actor=actor, at=at, subject=f"report:{report.number}", payload=payload)
    return {"report_id": report.pk, "number": report.number, "words": bool(words), "photos": photos}


def _locked(report_id: int, actor: Actor, *, everybody: bool) -> Report:
    """Lock the report's row."""
    seen = Report.objects.all() if everybody else Report.objects.visible_to(actor)
    report = seen.select_for_update().filter(pk=report_id).first()
    if report is None:
        raise NotAllowed(f"{actor.name} may not change this report, or it does not exist")
    return report
