"""Verbs about contacts: added, consent given and withdrawn, the address opened and erased; each leaves an entry."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

from django.conf import settings

from anlan.core import ledger
from anlan.core.ledger.verbs import asked_as, verb
from anlan.core.messages.access import MANAGES
from anlan.core.messages.purposes import PURPOSES
from anlan.core.models import Consent, Contact, ContactAddress, Person
from anlan.core.people.actions import organisation_of
from anlan.core.people.actors import Actor
from anlan.core.refusals import Refused
from anlan.core.sealed import new_salt
from anlan.core.sealed.openings import erase, find_same, open_words, require_opening

FORMS = {
    Contact.Kind.SMS: re.compile(r"\+?[0-9]{3,20}"),
    Contact.Kind.VOICE: re.compile(r"\+?[0-9]{3,20}"),
    Contact.Kind.PUSH: re.compile(r"[!-~]{1,512}"),
    Contact.Kind.MAIL: re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+"),
}
POST = re.compile(r"[a-z][a-z0-9_]{0,31}")


@verb("core.messages.add_contact")
def add_contact(
    *, kind: str, address: str, language: str, actor: Actor, at: dt.datetime, organisation: str = "", post: str = "",
    person_id: int | None = None, key: str | None = None,
) -> int:  # fmt: skip
    """Add a contact of an organisation's post, or of a person, once; without consent nothing is sent to it."""
    actor.require(*MANAGES)
    _require_known(kind, address, language)
    if (person_id is None) != bool(organisation) or bool(organisation) != bool(POST.fullmatch(post)):
        raise Refused("contact_of_whom", "organisation")
    body = organisation_of(organisation) if organisation else None
    person = Person.objects.get(pk=person_id) if person_id is not None else None
    owner = {"organisation": body, "post": post, "person": person}
    if (same := _same(kind, address, owner)) is not None:
        return same
    sealed = ContactAddress(salt=new_salt(), verb_key=asked_as(), address=address)
    contact = sealed.contact = Contact.objects.create(
        kind=kind, language=language, added_at=at, commitment=sealed.commitment(), **owner
    )
    sealed.save()
    payload = {"kind": str(kind), "organisation": body.code if body else None, "post": post, "person": person_id,
               "commitment": contact.commitment}  # fmt: skip
    _tell("contact_added", contact.pk, actor, at, payload)
    return contact.pk


@verb("core.messages.consent")
def give_consent(
    *, contact_id: int, purposes: Sequence[str], how: str, actor: Actor, at: dt.datetime, key: str | None = None
) -> list[str]:
    """Write down that a contact agreed to be sent word for purposes; return those that are new."""
    actor.require(*MANAGES)
    if unknown := sorted(set(purposes) - set(PURPOSES)):
        raise Refused("message_purpose", "purposes", purpose=", ".join(unknown), known=", ".join(sorted(PURPOSES)))
    if how not in Consent.How.values:
        raise Refused("consent_how", "how", known=", ".join(Consent.How.values))
    contact = _locked(contact_id)
    held = set(contact.consents.in_force().values_list("purpose", flat=True))
    new = sorted(set(purposes) - held)
    for purpose in new:
        Consent.objects.create(contact=contact, purpose=purpose, at=at, how=how, by=actor.name)
        _tell("contact_consented", contact_id, actor, at, {"purpose": purpose, "how": str(how)})
    return new


@verb("core.messages.withdraw")
def withdraw_consent(
    *, contact_id: int, purposes: Sequence[str] = (), actor: Actor, at: dt.datetime, key: str | None = None
) -> list[str]:
    """Withdraw a contact's consent to purposes, or to all; what waits for them is not sent. Return which ended."""
    actor.require(*MANAGES)
    in_force = _locked(contact_id).consents.in_force()
    ending = list(in_force.filter(purpose__in=purposes) if purposes else in_force)
    for given in ending:
        given.withdrawn_at = at
        given.save(update_fields=["withdrawn_at"])
        _tell("contact_withdrawn", contact_id, actor, at, {"purpose": given.purpose})
    return [given.purpose for given in ending]


@verb("core.messages.read_address")
def read_address(*, contact_id: int, purpose: str, actor: Actor, at: dt.datetime) -> str | None:
    """Open a contact's address for a purpose, which is an entry; None once it is erased."""
    require_opening(ContactAddress, purpose, actor)
    contact = Contact.objects.get(pk=contact_id)
    subjects = {contact.pk: f"contact:{contact.pk}"}
    opened = open_words(ContactAddress, subjects, fields=["address"], purpose=purpose, actor=actor, at=at)
    return opened[contact.pk]["address"] or None


@verb("core.messages.erase_contact")
def erase_contact(*, contact_id: int, reason: str, actor: Actor, at: dt.datetime, key: str | None = None) -> bool:
    """Destroy a contact's address with its salt, and what its messages said; return whether there was anything."""
    actor.require(*ContactAddress.SEAL.erases)
    ContactAddress.SEAL.require_reason(reason)
    contact = Contact.objects.select_for_update().get(pk=contact_id)
    if contact.erased_at is not None:
        return False
    withdraw_consent(contact_id=contact_id, actor=actor, at=at)
    erase(ContactAddress.objects.filter(contact=contact), at=at)
    contact.messages.update(values="{}", gateway_number="")
    contact.erased_at, contact.erased_because = at, reason
    contact.save(update_fields=["erased_at", "erased_because"])
    _tell("contact_erased", contact_id, actor, at, {"reason": str(reason)})
    return True


def _same(kind: str, address: str, owner: dict[str, Any]) -> int | None:
    """Return the contact that reaches the same post or person by the same address; who adds one waits for the other."""
    of = owner["organisation"] or owner["person"]
    type(of)._default_manager.select_for_update(no_key=True).get(pk=of.pk)
    known = Contact.objects.filter(kind=kind, erased_at=None, **owner).values_list("pk", flat=True)
    return find_same(ContactAddress, known, {"address": address})


def _locked(contact_id: int) -> Contact:
    contact = Contact.objects.select_for_update().get(pk=contact_id)
    if contact.erased_at is not None:
        raise Refused("contact_erased", contact=contact_id)
    return contact


def _require_known(kind: str, address: str, language: str) -> None:
    if kind not in Contact.Kind.values:
        raise Refused("contact_kind", "kind", known=", ".join(Contact.Kind.values))
    if not FORMS[Contact.Kind(kind)].fullmatch(address):
        raise Refused("contact_address", "address")
    if language not in dict(settings.LANGUAGES):
        raise Refused("unknown_language", "language", language=language, known=", ".join(dict(settings.LANGUAGES)))


def _tell(kind: str, contact_id: int, actor: Actor, at: dt.datetime, payload: dict[str, Any]) -> None:
    ledger.append(f"core.{kind}", actor=actor, at=at, subject=f"contact:{contact_id}", payload=payload)
