"""Contacts consent to each purpose by themselves; their addresses lie apart, and can be erased."""

from __future__ import annotations

import json
from typing import Any

import pytest

from anlan.core.ledger.verification import verify
from anlan.core.ledger.writes import write
from anlan.core.messages import contacts
from anlan.core.messages.actions import hand
from anlan.core.models import Consent, Contact, ContactAddress, LedgerEntry
from anlan.core.people.actors import NotAllowed, system
from anlan.core.refusals import Refused
from anlan.core.sealed import commitment
from anlan.core.sealed.openings import use_words
from tests import make
from tests.make.contacts import contact, message

ME = system("test")
NUMBER = "13951230001"


def kinds(number: int) -> list[str]:
    entries = LedgerEntry.objects.filter(subject=f"contact:{number}").order_by("pk")
    return [entry.kind.removeprefix("core.contact_") for entry in entries]


def test_every_act_on_a_contact_is_an_entry() -> None:
    """Added, consented, withdrawn, opened, erased; a second consent or erasure adds none."""
    number = contact(address=NUMBER)
    assert contacts.give_consent(contact_id=number, purposes=["ladder"], how="written", actor=ME, at=make.AT) == []
    assert contacts.withdraw_consent(contact_id=number, actor=ME, at=make.AT) == ["ladder"]
    assert contacts.read_address(contact_id=number, purpose="audit", actor=ME, at=make.AT) == NUMBER
    assert contacts.erase_contact(contact_id=number, reason="asked", actor=ME, at=make.AT)
    assert not contacts.erase_contact(contact_id=number, reason="asked", actor=ME, at=make.AT)
    assert kinds(number) == ["added", "consented", "withdrawn", "read", "erased"]


def test_the_ledger_holds_a_salted_commitment_and_never_the_address() -> None:
    """The commitment fits while the salt is there; no entry shows the address."""
    number = contact(address=NUMBER)
    kept = ContactAddress.objects.get(contact=number)
    added = json.loads(LedgerEntry.objects.get(kind="core.contact_added").payload)
    assert added["commitment"] == commitment(bytes(kept.salt), {"address": NUMBER})
    assert NUMBER not in "".join(LedgerEntry.objects.values_list("payload", flat=True))


def test_erasing_destroys_address_salt_and_what_was_said_and_the_ledger_stays_whole() -> None:
    """Messages and their stamps stay; consent ends; the contact takes none again."""
    number = contact(address=NUMBER)
    sent, late = message(number), message(number)
    with write():
        hand(sent, "http", "G-17", ME, make.AT)
    contacts.erase_contact(contact_id=number, reason="retention", actor=ME, at=make.AT)
    with write():
        hand(late, "http", "G-18", ME, make.AT)  # which a gateway was taking at that moment
    for one in (sent, late):
        one.refresh_from_db()
        assert (one.values, one.asked_at, one.gateway, one.gateway_number) == ("{}", make.AT, "http", "")
    assert not ContactAddress.objects.filter(contact=number).exists()
    assert not Consent.objects.in_force().exists()
    assert contacts.read_address(contact_id=number, purpose="audit", actor=ME, at=make.AT) is None
    with pytest.raises(Refused) as error:
        contacts.give_consent(contact_id=number, purposes=["ladder"], how="post", actor=ME, at=make.AT)
    assert error.value.code == "contact_erased"
    assert verify().ok


def test_consent_can_be_given_again_after_it_was_withdrawn() -> None:
    """Each time has a line of its own, with its beginning and its end."""
    number = contact()
    contacts.withdraw_consent(contact_id=number, purposes=["ladder"], actor=ME, at=make.AT)
    contacts.give_consent(contact_id=number, purposes=["ladder"], how="spoken", actor=ME, at=make.AT)
    given = [(row.how, row.withdrawn_at) for row in Consent.objects.filter(contact=number)]
    assert given == [("post", make.AT), ("spoken", None)]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"kind": "fax"}, "contact_kind"),
        ({"address": "call me"}, "contact_address"),
        ({"kind": "mail", "address": "a@b\nBcc: c@d"}, "contact_address"),
        ({"language": "fr"}, "unknown_language"),
        ({"post": ""}, "contact_of_whom"),
        ({"organisation": "", "post": ""}, "contact_of_whom"),
        ({"person_id": 1}, "contact_of_whom"),
        ({"organisation": "nowhere"}, "unknown_organisation_code"),
    ],
)
def test_a_contact_that_cannot_be_right_is_refused(wrong: dict[str, Any], code: str) -> None:
    """Nothing of it is stored, and the refusal does not repeat the address."""
    asked = {"kind": "sms", "address": NUMBER, "language": "en", "organisation": "control", "post": "duty"} | wrong
    make.organisation("control")
    with pytest.raises(Refused) as error:
        contacts.add_contact(**asked, actor=ME, at=make.AT)
    assert error.value.code == code
    assert str(asked["address"]) not in str(error.value)
    assert not Contact.objects.exists()


def test_the_same_address_of_the_same_post_is_one_contact() -> None:
    """Added again it is the one that is there; of another post, by another way, or once erased, it is a new one."""
    first = contact(address=NUMBER)
    asked = {"kind": "sms", "address": NUMBER, "language": "en", "actor": ME, "at": make.AT}
    assert contacts.add_contact(**asked, organisation="drains", post="duty") == first
    others = [{"post": "head"}, {"post": "duty", "kind": "voice"}]
    new = {contacts.add_contact(**asked | {"organisation": "drains"} | other) for other in others}
    person = make.person("officer").pk
    new |= {contacts.add_contact(**asked, person_id=person) for _ in range(2)}
    contacts.erase_contact(contact_id=first, reason="asked", actor=ME, at=make.AT)
    new.add(contacts.add_contact(**asked, organisation="drains", post="duty"))
    assert (len(new), first in new) == (4, False)


def test_a_person_who_opted_in_is_a_contact_too() -> None:
    """By log-in; no organisation and no post."""
    somebody = make.person("officer")
    number = contacts.add_contact(
        kind="mail", address="a@example.org", language="en", person_id=somebody.pk, actor=ME, at=make.AT
    )
    assert Contact.objects.get(pk=number).person == somebody


@pytest.mark.parametrize(("purposes", "how", "code"), [
    (["lottery"], "post", "message_purpose"), (["ladder"], "guessed", "consent_how"),
])  # fmt: skip
def test_consent_is_to_a_known_purpose_in_a_known_way(purposes: list[str], how: str, code: str) -> None:
    """Nobody agrees to anything that is not named."""
    number = contact(purpose="")
    with pytest.raises(Refused) as error:
        contacts.give_consent(contact_id=number, purposes=purposes, how=how, actor=ME, at=make.AT)
    assert error.value.code == code


def test_an_address_is_used_by_anlan_itself_to_send_and_for_nothing_else() -> None:
    """No entry says that it was read, since nobody reads it; erased, it is gone for Anlan too."""
    number = contact(address=NUMBER)
    assert use_words(ContactAddress, number, "address", purpose="send", actor=ME) == NUMBER
    for actor, purpose in [(make.actor("operator"), "send"), (ME, "audit"), (ME, "")]:
        with pytest.raises(NotAllowed):
            use_words(ContactAddress, number, "address", purpose=purpose, actor=actor)
    with pytest.raises(Refused) as error:
        contacts.read_address(contact_id=number, purpose="send", actor=make.actor("operator"), at=make.AT)
    assert error.value.code == "purpose_missing"
    assert "read" not in kinds(number)
    contacts.erase_contact(contact_id=number, reason="mistake", actor=ME, at=make.AT)
    assert use_words(ContactAddress, number, "address", purpose="send", actor=ME) is None


def test_an_address_is_erased_for_a_reason_of_its_own() -> None:
    """Nobody withdraws a contact as a report is withdrawn."""
    number = contact()
    with pytest.raises(Refused) as error:
        contacts.erase_contact(contact_id=number, reason="withdrawn", actor=ME, at=make.AT)
    assert error.value.code == "erasure_reason_missing"
    assert dict(ContactAddress.SEAL.reason_choices) == dict(Contact.Erased.choices)
    assert dict(ContactAddress.SEAL.purpose_choices)["audit"] == "To check a record"


def test_only_operators_manage_contacts() -> None:
    """An analyst neither adds nor opens one."""
    number, analyst = contact(), make.actor("analyst")
    with pytest.raises(NotAllowed):
        contacts.read_address(contact_id=number, purpose="audit", actor=analyst, at=make.AT)
    with pytest.raises(NotAllowed):
        contacts.withdraw_consent(contact_id=number, actor=analyst, at=make.AT)
