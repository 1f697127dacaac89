"""Every write of intake."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from anlan.core import ledger
from anlan.core.ledger.verbs import verb
from anlan.core.people.actors import Actor, NotAllowed
from anlan.core.people.roles import Role
from anlan.core.time.clock import stamp
from anlan.intake.actions.personal import erase_report, read_personal, read_personal_of, read_photo
from anlan.intake.actions.storage import PhotoBytes, facts, keep_photos, lock_days, store
from anlan.intake.models import Report, Tracking
from anlan.intake.public.codes import code_hash
from anlan.intake.queries.identity import earlier, identity, require_same, with_content_hash
from anlan.intake.refusals import Refusal, ReportRefused
from anlan.intake.rules import CHANNELS, VALIDITIES, Checked, Facts, check

__all__ = [
    "erase_report",
    "read_personal",
    "read_personal_of",
    "read_photo",
    "receive_report",
    "receive_reports",
    "set_validity",
]
OPEN_CHANNELS = frozenset({"web", "app"})  # a citizen needs no account
TAKES_REPORTS = (Role.CALL_TAKER, Role.DISPATCHER, Role.ANALYST, Role.OPERATOR)
MAX_PHOTOS = 6


@verb("intake.receive_report")
def receive_report(
    *,
    actor: Actor,
    at: dt.datetime,
    key: str | None = None,
    channel: str,
    category: str,
    received_at: dt.datetime | str | None = None,
    device_time: dt.datetime | str | None = None,
    source: str = "",
    source_id: str | None = None,
    lon: float | None = None,
    lat: float | None = None,
    crs: str = "EPSG:4326",
    precision_m: float | None = None,
    depth_cm: float | None = None,
    validity: str = "valid",
    place_words: str = "",
    words: str = "",
    name: str = "",
    contact: str = "",
    photos: Sequence[PhotoBytes] = (),
    tracking_code: str | None = None,
    organisation_id: int | None = None,
) -> dict[str, Any]:
    """Receive one report; return its id, number, time of entry, which fields were masked, and if it was here before.

    Photos are re-encoded by the caller. Of `tracking_code` only the hash is stored; the caller tells the code.
    """
    told = {
        "channel": channel,
        "category": category,
        "received_at": received_at,
        "device_time": device_time,
        "source": source,
        "source_id": source_id,
        "lon": lon,
        "lat": lat,
        "crs": crs,
        "precision_m": precision_m,
        "depth_cm": depth_cm,
        "validity": validity,
        "place_words": place_words,
        "words": words,
        "name": name,
        "contact": contact,
    }
    require_channel(actor, channel)
    if len(photos) > MAX_PHOTOS:
        raise ReportRefused(Refusal("photos", "too_many_photos", {"most": MAX_PHOTOS}))
    row = check(told, facts(at))
    lock_days([row.columns["received_at"]])
    before = earlier([row]).get(identity(row) or ())
    if before is not None:
        require_same(before, row, bool(received_at))
        return _answer(before, (), repeated=True)
    report = Report.objects.get(pk=store([row], actor, at, organisation_of(actor, organisation_id))[0])
    keep_photos(report, photos, actor, at)
    if tracking_code:
        Tracking.objects.create(code_hash=code_hash(tracking_code), report=report)
    return _answer(report, row.masked, repeated=False)


@verb("intake.receive_reports")
def receive_reports(
    *,
    rows: Sequence[dict[str, Any]],
    actor: Actor,
    at: dt.datetime,
    key: str | None = None,
    organisation_id: int | None = None,
) -> dict[str, Any]:
    """Receive many reports: good rows go in, the others come back as `refused` with field, code and reason.

    Each row has the fields of `receive_report`; `line` and `record` are kept for the answer. Rows that were here
    before (same source and id, or without an id the same content) are counted as `repeated`. Anlan itself, which loads
    years at once, may say in `entered_at` when a row was typed in, and in `tracking_code` which code was told.
    """
    known = facts(at)
    good: list[tuple[dict[str, Any], Checked]] = []
    refused: list[dict[str, Any]] = []
    for row in rows:
        try:
            good.append((row, _checked(row, actor, known)))
        except ReportRefused as error:
            refused.append(refused_row(row, error.refusal))
    new, repeated = _new(good, refused)
    report_ids = store(new, actor, at, organisation_of(actor, organisation_id)) if new else []
    codes = [(pk, row.tracking_code) for pk, row in zip(report_ids, new, strict=True) if row.tracking_code]
    Tracking.objects.bulk_create([Tracking(code_hash=code_hash(code), report_id=pk) for pk, code in codes])
    return {
        "accepted": len(report_ids),
        "repeated": repeated,
        "masked": sum(1 for row in new if row.masked),
        "refused": sorted(refused, key=lambda row: row["record"] or 0),
        "report_ids": report_ids,
    }


@verb("intake.set_validity")
def set_validity(
    *, report_id: int, validity: str, actor: Actor, at: dt.datetime, key: str | None = None
) -> dict[str, Any]:
    """Say whether a report is valid, a repeat, a misdial or a nuisance call; what it was stays in the ledger."""
    actor.require(*TAKES_REPORTS)
    if validity not in VALIDITIES:
        raise ReportRefused(Refusal("validity", "unknown_validity", {"known": ", ".join(VALIDITIES)}))
    report = Report.objects.visible_to(actor).select_for_update().filter(pk=report_id).first()
    if report is None:
        raise NotAllowed(f"{actor.name} may not change this report, or it does not exist")
    before = report.validity
    if before != validity:
        Report.objects.filter(pk=report_id).update(validity=validity)
        payload = {"report": report_id, "from": before, "to": str(validity)}
        ledger.append("intake.validity_set", actor=actor, at=at, subject=f"report:{report.number}", payload=payload)
    return {"report_id": report_id, "number": report.number, "before": before, "validity": str(validity)}


def require_channel(actor: Actor, channel: str) -> None:
    """Refuse a channel that is not the actor's: the public has two, a partner system the one of its key."""
    trusted = actor.is_system or actor.client_id or actor.roles.intersection(TAKES_REPORTS)
    if not trusted and channel in CHANNELS and channel not in OPEN_CHANNELS:  # an unknown one is refused by the rules
        raise NotAllowed(f"{actor.name} may not report through {channel}")


def organisation_of(actor: Actor, told: int | None) -> int | None:
    """Return whose report this is: the one told, or the actor's only organisation."""
    if told is not None:
        if not actor.is_system and told not in actor.organisation_ids:
            raise NotAllowed(f"{actor.name} does not belong to that organisation")
        return told
    return next(iter(actor.organisation_ids)) if len(actor.organisation_ids) == 1 else None


def refused_row(row: dict[str, Any], refusal: Refusal) -> dict[str, Any]:
    """Return a refusal as plain JSON; it never carries what stood in the row."""
    return {
        "record": row.get("record"),
        "line": row.get("line"),
        "field": refusal.field,
        "code": refusal.code,
        "limits": refusal.limits,
        "reason": refusal.reason,
    }


def _checked(sent: dict[str, Any], actor: Actor, known: Facts) -> Checked:
    told = {name: value for name, value in sent.items() if name not in {"line", "record"}}
    entered, code = (told.pop(name, None) if actor.is_system else None for name in ("entered_at", "tracking_code"))
    require_channel(actor, str(told.get("channel", "")))
    if not any(told.get(name) for name in ("source_id", "received_at", "device_time")):
        raise ReportRefused(Refusal("source_id", "no_identity"))
    row = check(told, replace(known, at=entered) if entered and entered <= known.at else known)
    row = replace(row, tracking_code=code or "")
    return with_content_hash(row, bool(told.get("received_at")))


def _new(good: list[tuple[dict[str, Any], Checked]], refused: list[dict[str, Any]]) -> tuple[list[Checked], int]:
    """Part the rows that are new from those that repeat an earlier report or an earlier row."""
    lock_days(row.columns["received_at"] for _, row in good)
    before: dict[tuple[str, ...], Report | Checked] = dict(earlier([row for _, row in good]))
    new: list[Checked] = []
    for told, row in good:
        same = identity(row)
        assert same is not None
        if same not in before:
            before[same] = row
            new.append(row)
            continue
        try:
            require_same(before[same], row, bool(told.get("received_at")))
        except ReportRefused as error:
            refused.append(refused_row(told, error.refusal))
    return new, len(good) - len(new) - sum(1 for row in refused if row["code"] == "id_used")


def _answer(report: Report, masked: Sequence[str], *, repeated: bool) -> dict[str, Any]:
    return {
        "report_id": report.pk,
        "number": report.number,
        "entered_at": stamp(report.entered_at),
        "masked": list(masked),
        "repeated": repeated,
    }
