"""Reads for the pages of messages."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet

from anlan.core.models import Contact, Message, MessageState
from anlan.core.models.message import FAILED, WAITING, WITHHELD
from anlan.core.people.actors import Actor

IN_VIEW = {"waiting": WAITING, "failed": FAILED, "withheld": WITHHELD, "all": None}


def messages_of(actor: Actor) -> QuerySet[Message]:
    """Return the messages that an actor may list, the newest first."""
    return Message.objects.visible_to(actor).select_related("contact__organisation", "contact__person").order_by("-pk")


def stamps(message: Message) -> list[tuple[str, dt.datetime]]:
    """Return the stamps that a message has, by label; those that it lacks are not there."""
    named = [(state, getattr(message, f"{state}_at", None)) for state in MessageState]
    return [(str(state.label), moment) for state, moment in named if moment is not None]


def contact_seen(contact_id: int) -> Contact | None:
    """Return a contact with whom and what it consented to, whether or not it was sent anything, to who manages it."""
    return Contact.objects.select_related("organisation", "person").filter(pk=contact_id).first()
