"""What a device says for a passkey: an answer that cannot be read is a wrong one, and no fault of ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn.forms import AddWebAuthnForm, AuthenticateWebAuthnForm, LoginWebAuthnForm


@contextmanager
def _read() -> Iterator[None]:
    """Refuse what is built otherwise than the protocol says: the libraries below meet it at one place or another."""
    try:
        yield
    except (AttributeError, KeyError, TypeError):
        raise get_adapter().validation_error("incorrect_code") from None


class _Answer:
    def clean_credential(self) -> Any:
        """Return whose passkey signed."""
        with _read():
            return super().clean_credential()  # type: ignore[misc]


class PasskeyAlone(_Answer, LoginWebAuthnForm):
    """The answer by which somebody signs in without a password."""


class PasskeyAsSecondStep(_Answer, AuthenticateWebAuthnForm):
    """The answer that is asked for after the password."""


class NewPasskey(AddWebAuthnForm):
    """The answer with which a passkey is added."""

    def clean(self) -> dict[str, Any]:
        """Check that it belongs to what was asked."""
        with _read():
            checked: dict[str, Any] = super().clean()
            return checked
