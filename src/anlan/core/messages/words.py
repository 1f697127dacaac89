"""Words about contacts and messages: refusals, reasons, why an address is opened."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import gettext_noop as noop
from django.utils.translation import pgettext_lazy

from anlan.core import refusals
from anlan.core.models import Contact

refusals.words({
    "contact_of_whom": noop("A contact is of an organisation's post, or of one person: name one of them."),
    "contact_kind": noop("A contact's kind is one of: %(known)s."),
    "contact_address": noop("This is no address of that kind: write digits of a number, or one mail address."),
    "contact_erased": noop("Contact %(contact)s is erased; add a new one."),
    "contact_no_consent": noop("Contact %(contact)s has not consented to this purpose."),
    "consent_how": noop("How consent was given is one of: %(known)s."),
    "message_purpose": noop("There is no purpose '%(purpose)s'; known are: %(known)s."),
    "message_template": noop("There is no template '%(template)s'."),
    "message_values": noop("The template needs these values and no others: %(names)s."),
    "message_value_unfit": noop("The value '%(name)s' is no text or whole number of at most %(most)s characters."),
    "message_unknown": noop("No message has this id."),
    "receipt_state": noop("A receipt's state is one of: %(known)s."),
    "receipt_ahead": noop("The time lies more than %(minutes)s minutes ahead of our clock."),
    "receipt_reason": noop("Write the reason as a code of small letters and _, at most 32, or leave it out."),
    "receipt_time": noop("Write the time with its offset, such as 2016-06-28T13:59:00+08:00."),
})  # fmt: skip

REASONS: dict[str, str | Promise] = {
    "no_gateway": lazy("No gateway is set for this kind of contact"),
    "gateway_away": lazy("The gateway did not answer, however often it was asked"),
    "gateway_refused": lazy("The gateway refused the message"),
    "address_refused": lazy("The mail system refused the address"),
    "address_unfit": lazy("The address cannot be written as one of a mail"),
    "contact_erased": lazy("The contact was erased before it was sent"),
    "consent_withdrawn": lazy("Consent was withdrawn before it was sent"),
    "addressee_gone": lazy("The organisation is closed, or the person is there no more"),
    "purpose_gone": lazy("This version has no such purpose"),
    "template_gone": lazy("This version has no such template"),
}

VIEW_WORDS: dict[str, str | Promise] = {
    "waiting": pgettext_lazy("messages", "Waiting"),
    "failed": pgettext_lazy("messages", "Failed"),
    "withheld": pgettext_lazy("messages", "Not sent"),
    "all": pgettext_lazy("messages", "All"),
}


def addressee(contact: Contact) -> str:
    """Return to whom a contact leads, by post or log-in, never its address."""
    return f"{contact.organisation.code} · {contact.post}" if contact.organisation else str(contact.person)
