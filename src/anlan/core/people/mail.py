"""A reset link by mail, for whoever asks at the door and consented; made as it is sent, so that no row holds it."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from anlan.core import jobs, ledger
from anlan.core.ledger.verbs import verb
from anlan.core.messages.purposes import purpose
from anlan.core.models import Contact
from anlan.core.people.actors import Actor

JOB: Final = "core.reset_mail"
PURPOSE: Final = "password"
purpose(PURPOSE, lazy("A link to set a new password"), urgent=True)


def is_offered() -> bool:
    """Whether a link can be sent: there is mail, and it is known under which address people reach this city."""
    return bool(settings.SMTP_URL and settings.CSRF_TRUSTED_ORIGINS)


def contact_of(username: str, at: dt.datetime) -> Contact | None:
    """Return where a person consented to get such a link."""
    found = Contact.objects.consenting(PURPOSE, at).filter(kind=Contact.Kind.MAIL, person__is_active=True)
    return found.filter(person__username__iexact=username).first()


@verb("core.people.ask_reset")
def ask_reset(*, username: str, actor: Actor, at: dt.datetime) -> None:
    """Send a link to whom the name belongs, at most once an hour; where nobody gets one nothing is noted."""
    contact = contact_of(username, at)
    if contact is None:
        return
    jobs.enqueue(JOB, {"contact": contact.pk}, key=f"{JOB}:{contact.pk}:{at:%Y%m%d%H}")
    payload = {"contact": contact.pk}
    ledger.append("core.reset_asked", actor=actor, at=at, subject=f"person:{contact.person_id}", payload=payload)


def words(link: str, language: str) -> tuple[str, str]:
    """Return subject and text of the mail."""
    with translation.override(language):
        subject = _("A new password for Anlan")
        text = _("Somebody asked for it at the log-in page. If that was you, open this within a day:\n\n%(link)s\n\n"
                 "If it was not, do nothing: your password stays.") % {"link": link}  # fmt: skip
    return subject, text
