"""What the holder of a tracking code may do: add to the report, withdraw it, have its words erased."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from anlan.core import ledger
from anlan.core.ledger.verbs import verb
from anlan.core.people.actors import Actor, NotAllowed, system
from anlan.core.refusals import Refused
from anlan.core.sealed.files import PhotoBytes
from anlan.core.sealed.purposes import ErasureReason
from anlan.intake.actions.personal import erase_report
from anlan.intake.actions.reports import MAX_PHOTOS, receive_report, set_validity
from anlan.intake.models import Addition, Report
from anlan.intake.public.additions import join
from anlan.intake.queries.tracking import is_withdrawn, may_withdraw, photos_of, report_of_code

FOR_THE_HOLDER = "tracking"  # Anlan acts on the report because whoever holds the code asked


@verb("intake.following.add_to_report")
def add_to_report(
    *,
    tracking_code: str,
    words: str = "",
    depth_cm: int | None = None,
    photos: Sequence[PhotoBytes] = (),
    again: bool = False,
    actor: Actor,
    at: dt.datetime,
    key: str | None = None,
) -> dict[str, Any]:
    """Receive what the reporter says later as a report of its own, a repeat that points to the first.

    Said `again`, after the matter was over, it is no repeat: somebody has to look at it anew.
    """
    first = _held(tracking_code)
    if is_withdrawn(first):
        raise Refused("withdrawn_already")
    if photos and photos_of(first) + len(photos) > MAX_PHOTOS:
        raise Refused("too_many_photos", "photo", most=MAX_PHOTOS)
    added = receive_report(
        actor=actor,
        at=at,
        channel=Report.Channel.WEB,
        category=first.category.code,
        lon=first.lon,
        lat=first.lat,
        precision_m=first.precision_m,
        depth_cm=depth_cm,
        words=words,
        photos=photos,
        place_words="" if first.lon is not None else first.number,
        validity=Report.Validity.VALID if again else Report.Validity.REPEAT,
    )
    addition = Addition.objects.create(report_id=added["report_id"], first=first)
    payload = {"report": first.pk, "added": added["report_id"], "number": added["number"]}
    ledger.append("intake.report_added_to", actor=actor, at=at, subject=f"report:{first.number}", payload=payload)
    join(first, addition.report, at)
    return {"first": first.number, **added}


@verb("intake.following.withdraw_report")
def withdraw_report(*, tracking_code: str, actor: Actor, at: dt.datetime) -> dict[str, Any]:
    """Take a report back within ten minutes: its words go, and with all that was added it counts as a mistake."""
    first = _held(tracking_code)
    if not may_withdraw(first, at):
        raise Refused("withdrawal_over")
    ledger.append(
        "intake.report_withdrawn",
        actor=actor,
        at=at,
        subject=f"report:{first.number}",
        payload={"report": first.pk},
    )
    _erase(first, ErasureReason.WITHDRAWN, tracking_code, actor, at)
    for report_id in [first.pk, *_added_to(first)]:
        set_validity(report_id=report_id, validity=Report.Validity.MISDIAL, actor=system(FOR_THE_HOLDER), at=at)
    return {"report_id": first.pk, "number": first.number}


@verb("intake.following.erase_words")
def erase_words(*, tracking_code: str, actor: Actor, at: dt.datetime) -> dict[str, Any]:
    """Erase the personal content of a report and of all that was added to it."""
    first = _held(tracking_code)
    _erase(first, ErasureReason.ASKED, tracking_code, actor, at)
    return {"report_id": first.pk, "number": first.number}


def _held(tracking_code: str) -> Report:
    report = report_of_code(tracking_code)
    if report is None:
        raise NotAllowed("no report has this tracking code")
    return report


def _erase(first: Report, reason: str, tracking_code: str, actor: Actor, at: dt.datetime) -> None:
    erase_report(report_id=first.pk, reason=reason, tracking_code=tracking_code, actor=actor, at=at)
    for report_id in _added_to(first):
        erase_report(report_id=report_id, reason=reason, actor=system(FOR_THE_HOLDER), at=at)


def _added_to(first: Report) -> list[int]:
    return list(Addition.objects.filter(first=first).order_by("pk").values_list("report", flat=True))
