"""The mail with a reset link."""

from __future__ import annotations

from django.conf import settings

from anlan.core.jobs import JobRun, job
from anlan.core.messages.gateways import GatewayFailed, Outgoing, gateway_of
from anlan.core.models import Contact, ContactAddress
from anlan.core.people.actors import system
from anlan.core.people.mail import JOB, contact_of, words
from anlan.core.people.passwords import make_reset_link
from anlan.core.sealed.openings import use_words
from anlan.core.sealed.purposes import Purpose
from anlan.core.time.clock import now

ME = system("mail")


@job(JOB)
def send_reset_link(run: JobRun) -> None:
    """Send a link, if the contact still wants it; a failure that may pass is tried again."""
    contact = Contact.objects.select_related("person").get(pk=run.payload["contact"])
    gateway, address = gateway_of(contact.kind), use_words(
        ContactAddress, contact.pk, "address", purpose=Purpose.SEND, actor=ME
    )  # fmt: skip
    person = contact.person
    if not gateway or address is None or person is None or contact_of(person.username, now()) != contact:
        return
    link = settings.CSRF_TRUSTED_ORIGINS[0] + make_reset_link(person_id=person.pk, actor=ME, at=now())
    subject, text = words(link, contact.language)
    outgoing = Outgoing(f"reset-{run.job_id}", contact.kind, address, contact.language, subject, text)
    try:
        gateway.send(outgoing)
    except GatewayFailed as error:
        if not error.lasting:
            raise
