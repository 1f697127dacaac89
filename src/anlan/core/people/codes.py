"""Codes of an app and on paper, under the one throttle."""

from __future__ import annotations

from typing import Final

from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from anlan.core.models import Person
from anlan.core.people.login import note_failure, wait_words
from anlan.core.people.throttle import attempt

LAST_STEP: Final = "last_step"  # of time, whose code was used


class Throttled:
    """A code under the one throttle: a wrong one counts as a failed log-in, and no code is looked at while it waits."""

    user: Person
    authenticator: Authenticator

    def clean_code(self) -> str:
        """Check the wait, then the code, and that this code was not used before."""
        if wait := attempt(context.request, self.user.username).wait():
            raise ValidationError(wait_words(wait), code="wait")
        try:
            code: str = super().clean_code()  # type: ignore[misc]
            self.spend(code)
        except ValidationError:
            note_failure(context.request, self.user.username, "code")
            raise ValidationError(_("This code is wrong or was used already."), code="incorrect_code") from None
        return code

    def spend(self, code: str) -> None:
        """Let a code of an app pass once, in every process: only steps later than the last one that was used."""
        row = Authenticator.objects.select_for_update().get(pk=self.authenticator.pk)
        if row.type == Authenticator.Type.TOTP:
            spend(row, code)
            self.authenticator = row


class SecondStep(Throttled, AuthenticateForm):
    """The code that is asked for after the password."""


class Confirmation(Throttled, ReauthenticateForm):
    """The code that is asked for again before a factor is changed."""


class Activation(Throttled, ActivateTOTPForm):
    """The first code of an app that is being set up."""

    def spend(self, code: str) -> None:
        """Leave that to who makes the row: it is not there yet."""


def spend(app: Authenticator, code: str) -> None:
    """Note the step of time whose code was used, or refuse one that is not later than the last."""
    step = step_of(decrypt(app.data["secret"]), code)
    if step <= app.data.get(LAST_STEP, 0):
        raise ValidationError("spent")
    app.data[LAST_STEP] = step
    app.save(update_fields=["data"])


def step_of(secret: str, code: str) -> int:
    """Return which step of time a code belongs to; 0 if none."""
    typed = "".join(code.split())
    found = [step for step in yield_hotp_counters_from_time() if format_hotp_value(hotp_value(secret, step)) == typed]
    return max(found, default=0)
