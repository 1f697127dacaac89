"""Receiving one report, and saying of it later whether it counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from anlan.core import ledger
from anlan.core.ledger.verbs import verb
from anlan.core.people.actors import Actor, NotAllowed
from anlan.core.refusals import Refused
from anlan.core.sealed.files import PhotoBytes
from anlan.core.time.clock import stamp
from anlan.intake import live
from anlan.intake.access import TAKES_REPORTS
from anlan.intake.actions.callbacks import end_call_back, owe_again, owe_call_back
from anlan.intake.actions.first_look import await_again, end_look
from anlan.intake.actions.storage import facts, keep_photos, lock_days, store
from anlan.intake.channels import Channel
from anlan.intake.models import Report, Tracking
from anlan.intake.public.codes import code_hash
from anlan.intake.queries.filed import undo_until
from anlan.intake.queries.identity import earlier, identity, require_same, said_before
from anlan.intake.queries.questions import stored_answers
from anlan.intake.rules.reports import Checked, check, require_urgency
from anlan.intake.states import CARRIES_NOTHING, Validity

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
    answers: Sequence[str] = (),
    urgency: int | None = None,
    call_back: bool = False,
    organisation_id: int | None = None,
    past: bool = False,
) -> dict[str, Any]:
    """Receive one report; return its id, number, time of entry, which fields were masked, and if it was here before.

    With `past` it is a history that another system, or the simulated city, recorded: nobody waits for it.
    `answers` are the key questions answered yes, `urgency` what the call-taker set over category and answers: both
    are evidence; with `call_back` the caller did not speak or the line broke: no place is asked, and whoever left a
    number is called back. Photos are re-encoded by the caller. Of `tracking_code` only the hash is stored.
    Long because each field of a report is a parameter of its own.
    """
    sent = {
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
        raise Refused("too_many_photos", "photos", most=MAX_PHOTOS)
    known = facts(at)
    known = replace(known, placeless=frozenset(known.categories)) if call_back else known
    checked = with_asked(check(sent, known), answers, urgency)
    lock_days([checked.columns["received_at"]])
    before = earlier([checked]).get(identity(checked) or ())
    if before is not None:
        require_same(before, checked, bool(received_at), is_said=said_before([(before, checked)])[0])
        return _answer(before, (), repeated=True)
    report = Report.objects.get(pk=store([checked], actor, at, organisation_of(actor, organisation_id), past=past)[0])
    keep_photos(report, photos, actor, at)
    if tracking_code:
        Tracking.objects.create(code_hash=code_hash(tracking_code), report=report)
    if call_back and checked.personal["contact"]:
        owe_call_back(report, actor, at)
    return _answer(report, checked.masked, repeated=False)


@verb("intake.set_validity")
def set_validity(
    *, report_id: int, validity: str, actor: Actor, at: dt.datetime, key: str | None = None
) -> dict[str, Any]:
    """Say whether a report is valid, a repeat, a misdial or a nuisance call; what it was stays in the ledger."""
    actor.require(*TAKES_REPORTS)
    if validity not in Validity.values:
        raise Refused("unknown_validity", "validity", known=", ".join(Validity.values))
    report = Report.objects.visible_to(actor).select_for_update().filter(pk=report_id).first()
    if report is None:
        raise NotAllowed(f"{actor.name} may not change this report, or it does not exist")
    before = report.validity
    if before != validity:
        Report.objects.filter(pk=report_id).update(validity=validity)
        payload = {"report": report_id, "from": before, "to": str(validity)}
        ledger.append("intake.validity_set", actor=actor, at=at, subject=f"report:{report.number}", payload=payload)
        report.validity = validity
        _follow_validity(report, before, at)
    return {"report_id": report_id, "number": report.number, "before": before, "validity": str(validity)}


def _follow_validity(report: Report, before: str, at: dt.datetime) -> None:
    """What carries nothing waits for nobody; what counts again does, unless it tells of something already."""
    if report.validity in CARRIES_NOTHING:
        end_look([report.number], at)
        end_call_back(report, at)
    elif before in CARRIES_NOTHING:
        owe_again(report, at)
        if not live.is_held(report.pk):
            live.take_again(report.pk, at)
        if not live.is_held(report.pk):
            await_again(report, at)


@verb("intake.take_back_filing")
def take_back_filing(*, number: str, actor: Actor, at: dt.datetime, key: str | None = None) -> dict[str, Any]:
    """Let a call count after all that its call-taker filed as a misdial or nuisance by a wrong key, within seconds."""
    until = undo_until(number, actor)
    if until is None or until < at:
        raise Refused("undo_too_late")
    report = Report.objects.get(number=number)
    return set_validity(report_id=report.pk, validity=Validity.VALID, actor=actor, at=at)


def require_channel(actor: Actor, channel: str) -> None:
    """Refuse a channel that is not the actor's: the public has two, a partner system the one of its key."""
    # An unknown channel is refused by the rules.
    trusted = actor.is_system or actor.client_id or actor.roles.intersection(TAKES_REPORTS)
    if not trusted and channel in Channel.values and channel not in Channel.open():
        raise NotAllowed(f"{actor.name} may not report through {channel}")


def organisation_of(actor: Actor, organisation_id: int | None) -> int | None:
    """Return whose report this is: the one named, or the actor's only organisation."""
    if organisation_id is not None:
        if not actor.is_system and organisation_id not in actor.organisation_ids:
            raise NotAllowed(f"{actor.name} does not belong to that organisation")
        return organisation_id
    return next(iter(actor.organisation_ids)) if len(actor.organisation_ids) == 1 else None


def with_asked(checked: Checked, answers: Sequence[str], urgency: int | None) -> Checked:
    """Return a report with what its reporter was asked; beside the content by which a file's rows are known again."""
    said = {"answers": stored_answers(answers), "urgency": require_urgency(urgency)}
    return checked._replace(columns=checked.columns | said)


def _answer(report: Report, masked: Sequence[str], *, repeated: bool) -> dict[str, Any]:
    return {
        "report_id": report.pk,
        "number": report.number,
        "entered_at": stamp(report.entered_at),
        "masked": list(masked),
        "repeated": repeated,
    }
