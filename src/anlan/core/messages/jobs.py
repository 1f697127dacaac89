"""What leaves the house: one job a message, at least once, under one reference."""

from __future__ import annotations

import json

from anlan.core.jobs import CAP, JobRun, job
from anlan.core.messages.actions import JOB, end, enqueue, hand, may_go
from anlan.core.messages.gateways import Gateway, GatewayFailed, Outgoing, gateway_of
from anlan.core.messages.purposes import PURPOSES
from anlan.core.messages.templates import TEMPLATES, rendered
from anlan.core.models import Consent, ContactAddress, Job, Message, MessageState
from anlan.core.people.actors import system
from anlan.core.sealed.openings import use_words
from anlan.core.sealed.purposes import Purpose
from anlan.core.time.clock import now

ME = system("messages")


@job(JOB)
def send_message(run: JobRun) -> None:
    """Send one message, unless it has gone, may not go, or has to wait for the end of the quiet hours."""
    known = Message.objects.select_related("contact__organisation", "contact__person")
    message = known.get(pk=run.payload["message"])
    if message.state != MessageState.WAITING:
        return
    if reason := _withheld(message):
        _end(run, message, "withheld", reason)
    elif (moment := may_go(message.purpose, now())) > now():  # a retry has come into the quiet hours
        with run.effect():
            enqueue(message, moment)
    else:
        _hand_over(run, message)


def _hand_over(run: JobRun, message: Message) -> None:
    gateway, outgoing = gateway_of(message.contact.kind), _outgoing(message)
    if outgoing is None:
        _end(run, message, "withheld", "contact_erased")
    elif gateway is None:
        _end(run, message, "failed", "no_gateway")
    else:
        _out(run, message, gateway, outgoing)


def _out(run: JobRun, message: Message, gateway: Gateway, outgoing: Outgoing) -> None:
    """Ask the gateway; a failure that may pass is tried again, until the job's attempts are used up."""
    try:
        answer = gateway.send(outgoing)
    except GatewayFailed as error:
        if not error.lasting and not Job.objects.filter(pk=run.job_id, attempts__gte=CAP).exists():
            raise
        _end(run, message, "failed", error.code)
    else:
        with run.effect():
            hand(message, gateway.name, answer.number, ME, now())


def _withheld(message: Message) -> str:
    """Return why a message may not go any more, if it may not."""
    if message.contact.erased_at is not None:
        return "contact_erased"
    if not message.contact.is_there:
        return "addressee_gone"
    if message.purpose not in PURPOSES:
        return "purpose_gone"
    given = Consent.objects.in_force().filter(contact=message.contact, purpose=message.purpose)
    if not given.filter(at__lte=message.asked_at).exists():  # given again it is for what comes after
        return "consent_withdrawn"
    return "" if message.template in TEMPLATES else "template_gone"


def _outgoing(message: Message) -> Outgoing | None:
    """Return what the gateway gets; None where the address was erased this moment."""
    contact = message.contact
    address = use_words(ContactAddress, contact.pk, "address", purpose=Purpose.SEND, actor=ME)
    if address is None:
        return None
    subject, text = rendered(message.template, json.loads(message.values), contact.language)
    return Outgoing(message.reference, contact.kind, address, contact.language, subject, text)


def _end(run: JobRun, message: Message, state: str, reason: str) -> None:
    with run.effect():
        end(message, state, reason, ME, now())
