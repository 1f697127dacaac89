"""Verbs about messages: asked for, handed to a gateway, not sent, failed, and what the gateway heard later."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping
from typing import Any

from anlan.core import jobs, ledger
from anlan.core.city.current import city_zone
from anlan.core.ledger import canonical
from anlan.core.ledger.verbs import verb
from anlan.core.messages import rules
from anlan.core.messages.access import RECEIPT_CHANNEL
from anlan.core.messages.purposes import PURPOSES, USUAL
from anlan.core.messages.templates import TEMPLATES
from anlan.core.models import ApiClient, Contact, Message, QuietHours
from anlan.core.people.actors import Actor, NotAllowed
from anlan.core.refusals import Refused
from anlan.core.time.clock import latest, stamp

JOB = "core.message"


@verb("core.messages.send")
def send(
    *, contact_id: int, purpose: str, template: str, values: Mapping[str, Any], actor: Actor, at: dt.datetime,
    cause: int | None = None, key: str | None = None,
) -> int:  # fmt: skip
    """Ask that a consenting contact is sent word, after the quiet hours; the same key is the same message."""
    _require_system(actor)
    if purpose not in PURPOSES:
        raise Refused("message_purpose", "purpose", purpose=purpose, known=", ".join(sorted(PURPOSES)))
    if template not in TEMPLATES:
        raise Refused("message_template", "template", template=template)
    rules.require_values(TEMPLATES[template].needs, values)
    if key is not None and (found := Message.objects.filter(key=key).first()):
        return found.pk
    if not Contact.objects.consenting(purpose, at).filter(pk=contact_id).exists():
        raise Refused("contact_no_consent", contact=contact_id)
    message = Message.objects.create(
        contact_id=contact_id, purpose=purpose, template=template, values=canonical(values), cause=cause, key=key,
        reference=secrets.token_hex(16), asked_at=at,
    )  # fmt: skip
    payload = {"contact": contact_id, "purpose": purpose, "template": template}
    _tell(message, "asked", actor, at, payload, cause)
    enqueue(message, may_go(purpose, at))
    return message.pk


@verb("core.messages.send_to_post")
def send_to_post(
    *, organisation_id: int, post: str, purpose: str, template: str, values: Mapping[str, Any], since: dt.datetime,
    actor: Actor, at: dt.datetime, cause: int | None = None, key: str | None = None,
) -> list[int]:  # fmt: skip
    """Ask that an organisation's post is sent word by every contact that had consented by `since`; maybe by none."""
    _require_system(actor)
    contacts = Contact.objects.consenting(purpose, since).filter(organisation=organisation_id, post=post)
    return [
        send(contact_id=contact.pk, purpose=purpose, template=template, values=values, cause=cause, actor=actor, at=at,
             key=key and f"{key}:{contact.pk}")
        for contact in contacts
    ]  # fmt: skip


@verb("core.messages.receipt")
def receipt(
    *, reference: str, state: str, happened_at: dt.datetime, actor: Actor, at: dt.datetime, reason: str = ""
) -> bool:
    """Keep what a gateway heard of a message; return whether it was new. The first stamp of a state stays."""
    _require_gateway(actor)
    rules.require_receipt(state, happened_at, reason, latest(at))
    message = Message.objects.select_for_update().filter(reference=reference).first()
    if message is None:
        raise Refused("message_unknown", "id")
    if getattr(message, f"{state}_at") is not None:
        return False
    _stamp(message, state, happened_at, reason if state == "failed" else "")
    _tell(message, state, actor, at, {"happened_at": stamp(happened_at)})
    return True


def hand(message: Message, gateway: str, number: str, actor: Actor, at: dt.datetime) -> None:
    """Keep that a gateway took a message, inside the job's own effect."""
    held = Message.objects.select_for_update().get(pk=message.pk)
    if held.handed_at is None:
        is_erased = Contact.objects.filter(pk=held.contact_id, erased_at__isnull=False).exists()  # since it was asked
        held.gateway, held.gateway_number, held.handed_at = gateway, "" if is_erased else number[:128], at
        held.save(update_fields=["gateway", "gateway_number", "handed_at"])
        _tell(held, "handed", actor, at, {"gateway": gateway})


def end(message: Message, state: str, reason: str, actor: Actor, at: dt.datetime) -> None:
    """Keep that a message failed, or was withheld, inside the job's own effect."""
    held = Message.objects.select_for_update().get(pk=message.pk)
    if getattr(held, f"{state}_at") is None:
        _stamp(held, state, at, reason)
        _tell(held, state, actor, at, {"reason": reason})


def may_go(purpose: str, at: dt.datetime) -> dt.datetime:
    """Return when a message of a purpose may go at the earliest; an urgent one goes at once."""
    if PURPOSES[purpose].urgent:
        return at
    own = QuietHours.objects.filter(purpose=purpose).first()
    return rules.next_moment(at, rules.Quiet(own.begins, own.ends) if own else USUAL, city_zone())


def enqueue(message: Message, run_after: dt.datetime) -> None:
    """Ask the worker to send a message, no earlier than a moment."""
    jobs.enqueue(JOB, {"message": message.pk}, run_after=run_after)


def _stamp(message: Message, state: str, at: dt.datetime, reason: str) -> None:
    changes = {f"{state}_at": at} | ({"reason": reason[:32]} if reason else {})
    Message.objects.filter(pk=message.pk).update(**changes)


def _require_system(actor: Actor) -> None:
    if not actor.is_system:
        raise NotAllowed(f"{actor.name} may send no messages: they follow from what is done")


def _require_gateway(actor: Actor) -> None:
    gateways = ApiClient.objects.filter(pk=actor.client_id or 0, channel=RECEIPT_CHANNEL)
    if not actor.is_system and not gateways.exists():
        raise NotAllowed(f"{actor.name} is no gateway")


def _tell(
    message: Message, state: str, actor: Actor, at: dt.datetime, payload: dict[str, Any], cause: int | None = None
) -> None:
    subject = f"message:{message.pk}"
    ledger.append(f"core.message_{state}", actor=actor, at=at, subject=subject, payload=payload, cause_id=cause)
