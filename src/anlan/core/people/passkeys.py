"""Passkeys as strangers send them: whatever is none is refused like a wrong one."""

from __future__ import annotations

import struct
from typing import Final

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn.forms import AddWebAuthnForm, AuthenticateWebAuthnForm, LoginWebAuthnForm

# What the library fails with on answers that lack a part, hold another kind of value, or are nested without end.
UNREADABLE: Final = (LookupError, ValueError, TypeError, AttributeError, ArithmeticError, RecursionError, struct.error)


class Answer:
    """What a device answered, which anybody can write by hand."""

    def full_clean(self) -> None:
        """Check it, and refuse what cannot be read."""
        try:
            super().full_clean()  # type: ignore[misc]
        except UNREADABLE:
            self.add_error("credential", get_adapter().validation_error("incorrect_code"))  # type: ignore[attr-defined]


class PasskeyAlone(Answer, LoginWebAuthnForm):
    """The passkey that signs in without a password."""


class PasskeyStep(Answer, AuthenticateWebAuthnForm):
    """The passkey that is asked for after the password."""


class NewPasskey(Answer, AddWebAuthnForm):
    """A passkey that is being added."""
