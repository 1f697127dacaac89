"""Contacts and their addresses, each against its entries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from anlan.core.ledger.evidence import Blame, Said, evidence, gone, number_in, with_entries
from anlan.core.ledger.triggers import protect
from anlan.core.models import Contact, ContactAddress
from anlan.core.sealed.kept import words_kept
from anlan.core.time.clock import stamp

ADDED: Final = "core.contact_added"
ERASED: Final = "core.contact_erased"
FREE: Final = {
    "Contact.language": "how word is sent, no part of whom it reaches",
    "ContactAddress.id": "names nothing",
}

protect(ContactAddress, "an address is never edited, only erased", may_go=True)


@evidence("core.contacts", Contact, ContactAddress, free=FREE)
def check_contacts(blame: Blame) -> int:
    """Walk all contacts beside their entries, then name those whose row is gone."""
    seen, rows = 0, Contact.objects.select_related("organisation")
    for contact, said in with_entries(rows, lambda contact: f"contact:{contact.pk}", (ADDED, ERASED)):
        seen += 1
        for fault in _faults(contact, said, words_kept(ContactAddress, [contact.pk]).get(contact.pk)):
            blame(f"contact {contact.pk}: {fault}")
    for pk in gone(ADDED, lambda subject, _said: int(number_in(subject)), Contact):
        blame(f"contact {pk}: its row is gone")
    return seen


def _faults(contact: Contact, said: Sequence[Said], kept: str | None) -> Iterator[str]:
    added, erased = (next((each for each in said if each.kind == kind), None) for kind in (ADDED, ERASED))
    if added is None:
        yield "no entry says that it was added"
        return
    row = {
        "kind": contact.kind, "organisation": contact.organisation.code if contact.organisation else None,
        "post": contact.post, "person": contact.person_id, "commitment": contact.commitment,
    }  # fmt: skip
    yield from (f"{name} is not as its entry says" for name, value in row.items() if added.payload[name] != value)
    if added.at != stamp(contact.added_at):
        yield "added_at is not as its entry says"
    ended = (stamp(contact.erased_at), contact.erased_because) if contact.erased_at else (None, contact.erased_because)
    if ended != ((erased.at, erased.payload["reason"]) if erased else (None, "")):
        yield "erased_at or erased_because is not as its entry says"
    if kept != (None if erased else added.payload["commitment"]):
        yield f"its address {'is gone' if kept is None else 'is not as it was added'}"
