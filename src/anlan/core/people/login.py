"""The one door: who somebody is, after the throttle and before the second factor; every other way in ends here."""

from __future__ import annotations

import datetime as dt
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records, perform_login, record_authentication
from allauth.account.models import Login as PendingLogin
from allauth.core import context
from django import forms
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, gettext_lazy, ngettext

from anlan.core.ledger.writes import perform, write
from anlan.core.models import Person, SignIn
from anlan.core.people.actors import PUBLIC
from anlan.core.people.client import agent_of, client_address
from anlan.core.people.factors import FACTOR, has_factor
from anlan.core.people.members import actor_of
from anlan.core.people.sign_ins import Origin, fail_sign_in, session_hash, sign_in
from anlan.core.people.throttle import attempt
from anlan.core.time.clock import now, wall

ON_THE_WAY_S = 900  # from the first step to the last
AT = "signed_in_at"  # in the session: when it began


class Form(AuthenticationForm):
    """Refuses while the wait lasts, without looking at the password."""

    wait: dt.timedelta = dt.timedelta(0)
    error_messages = AuthenticationForm.error_messages | {  # Django's own words mix two languages in Chinese
        "invalid_login": gettext_lazy("The log-in name or the password is wrong. Capitals count in the password.")
    }

    def clean(self) -> dict[str, Any]:
        """Check the wait, then name and password; count and note what fails."""
        assert self.request is not None
        username = str(self.cleaned_data.get("username", ""))
        self.wait = attempt(self.request, username).wait()
        if self.wait:
            raise ValidationError(wait_words(self.wait), code="wait")
        try:
            return super().clean()
        except ValidationError:
            note_failure(self.request, username, "password")
            raise


class PasswordAgain(forms.Form):
    """The password of whoever is in already, under the same throttle."""

    password = forms.CharField(
        label=gettext_lazy("Your password now"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, user: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        """Check the wait, then the password; count and note a wrong one."""
        request = context.request
        if wait := attempt(request, self.user.username).wait():
            raise ValidationError(wait_words(wait), code="wait")
        typed = str(self.cleaned_data["password"])
        if not self.user.check_password(typed):
            note_failure(request, self.user.username, "password")
            raise ValidationError(gettext("This password is wrong."), code="invalid_login")
        return typed


class NewPassword(forms.Form):
    """A new password, typed twice."""

    new = forms.CharField(
        label=gettext_lazy("New password"),
        help_text=gettext_lazy("At least ten characters, and no common word."),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=gettext_lazy("The new password again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_new(self) -> str:
        """Refuse a password that is guessed easily."""
        typed = str(self.cleaned_data["new"])
        validate_password(typed)
        return typed

    def clean_again(self) -> str:
        """Refuse a slip of the hand."""
        typed = str(self.cleaned_data["again"])
        if typed != self.data.get("new"):
            raise ValidationError(gettext("The two passwords differ."), code="password_mismatch")
        return typed


class ChangedPassword(PasswordAgain, NewPassword):
    """The old password, and the new one twice."""

    field_order = ("password", "new", "again")


def wait_words(wait: dt.timedelta) -> str:
    """Say how long somebody must wait."""
    minutes = -(-int(wait.total_seconds()) // 60)
    text = ngettext(
        "Too many failed attempts. Try again in %(n)d minute.",
        "Too many failed attempts. Try again in %(n)d minutes.",
        minutes,
    )
    return text % {"n": minutes}


def note_failure(request: HttpRequest, username: str, reason: str) -> None:
    """Count a failure and leave its entry, in one write; nothing of what comes while somebody must wait."""
    tried = attempt(request, username)
    if tried.wait():
        return
    person = Person.objects.filter(username__iexact=username).first() if username else None

    def note() -> None:
        tried.count()
        fail_sign_in(
            person_id=person.pk if person else None, reason=reason, origin=origin_of(request), actor=PUBLIC, at=now()
        )

    perform(note)


def let_in(request: HttpRequest, person: Person, method: str, target: str) -> HttpResponse:
    """Take somebody who said who they are to their second factor if they have one, and then in."""
    with write():
        keep_briefly(request)
        record_authentication(request, person, method)
        answer: HttpResponse = perform_login(request, PendingLogin(user=person, redirect_url=target))
    return answer


def note_sign_in(request: HttpRequest, person: Person) -> None:
    """Note that somebody is in: the throttle forgets, the session is listed, the entry is left."""
    method, factor = _how(request, person)
    attempt(request, person.username).forget()
    request.session.set_expiry(None)
    request.session[AT] = wall().timestamp()
    request.session[FACTOR] = has_factor(person)
    sign_in(
        person_id=person.pk, method=method, factor=factor, session_key=request.session.session_key or "",
        origin=origin_of(request), actor=actor_of(person), at=now(),
    )  # fmt: skip


def keep_briefly(request: HttpRequest) -> None:
    """Let the session of somebody who is on the way in run out soon: anybody may open such ones."""
    request.session.set_expiry(ON_THE_WAY_S)


def carry_on(request: HttpRequest, person: Person) -> None:
    """Keep this session after all sessions of the person ended; only inside a write."""
    before = session_hash(request.session.session_key or "")
    update_session_auth_hash(request, person)
    SignIn.objects.filter(session=before).update(session=session_hash(request.session.session_key or ""))


def origin_of(request: HttpRequest) -> Origin:
    """Return from where a request comes; personal content."""
    return Origin(address=client_address(request), agent=agent_of(request))


def _how(request: HttpRequest, person: Person) -> tuple[str, str]:
    """Return how somebody said who they are, and with which second factor."""
    records = get_authentication_records(request, person)
    if any(record.get("passwordless") for record in records):
        return SignIn.Method.PASSKEY, ""
    methods = [str(record["method"]) for record in records if record["method"] in SignIn.Method.values]
    factors = [str(record.get("type", "")) for record in records if record["method"] == "mfa"]
    return methods[-1], factors[-1] if factors else ""
