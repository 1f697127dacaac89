"""A purpose stated once holds for a few minutes: what a page puts into the addresses of photos that it shows."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.core import signing

from anlan.core.people.actors import Actor
from anlan.core.time.clock import now

LASTS: Final = dt.timedelta(minutes=10)
_SIGNER: Final = signing.Signer(salt="anlan.core.sealed")


def grant(subject: str, purpose: str, actor: Actor) -> str:
    """Return a signed text with which this person alone opens the subject for this purpose, for ten minutes."""
    return _SIGNER.sign_object([subject, str(purpose), actor.name, int(now().timestamp())])


def purpose_of(granted: str, subject: str, actor: Actor) -> str:
    """Return the purpose that was stated; empty for another subject or person, and once it has lapsed."""
    try:
        known, purpose, name, given_at = _SIGNER.unsign_object(granted)
    except (signing.BadSignature, ValueError):
        return ""
    is_young = now().timestamp() - given_at <= LASTS.total_seconds()
    return str(purpose) if known == subject and name == actor.name and is_young else ""
