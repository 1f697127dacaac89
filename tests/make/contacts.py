"""Contacts who consented, and messages to them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from anlan.core.messages import actions, contacts
from anlan.core.models import Message
from anlan.core.people.actors import system
from tests.make.city import AT, organisation

ME = system("test")
VALUES = {"number": "T-2016-0001", "due_on": "2016-07-01"}


def contact(
    kind: str = "sms", address: str = "13800000000", *, at: dt.datetime = AT, to: str = "drains",
    purpose: str = "ladder", language: str = "en",
) -> int:  # fmt: skip
    """Return the number of an organisation's duty contact, which consents unless the purpose is empty."""
    organisation(to)
    number = contacts.add_contact(
        kind=kind, address=address, language=language, organisation=to, post="duty", actor=ME, at=at
    )
    if purpose:
        contacts.give_consent(contact_id=number, purposes=[purpose], how="post", actor=ME, at=at)
    return number


def message(to: int, *, at: dt.datetime = AT, key: str | None = None, cause: int | None = None) -> Message:
    """Ask for a reminder to a contact, and return it."""
    number = actions.send(
        contact_id=to, purpose="ladder", template="prevention.remind", values=VALUES, actor=ME, at=at, key=key,
        cause=cause,
    )  # fmt: skip
    return Message.objects.get(pk=number)


def written(folder: Path) -> str:
    """Return what the simulated gateway has written."""
    path = folder / "messages.ndjson"
    return path.read_text(encoding="utf-8") if path.exists() else ""
