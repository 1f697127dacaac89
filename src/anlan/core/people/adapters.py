"""What allauth asks us: how somebody is let in, where factors' secrets lie, whose an outside identity is."""

from __future__ import annotations

import base64
import secrets
from functools import cache
from io import BytesIO
from typing import Any

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.utils import get_login_redirect_url
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from anlan.core.models import Person
from anlan.core.people import login
from anlan.core.people.factors import may_lose
from anlan.core.people.throttle import remember_browser
from anlan.core.time.clock import wall
from anlan.core.web.middleware.language import remember, supported

FRESH_S = 300  # so long after the log-in nobody is asked again


class Accounts(DefaultAccountAdapter):
    """The door: what happens at the end of every way in."""

    def post_login(self, request: HttpRequest, user: Any, *, redirect_url: str | None, **_kept: Any) -> HttpResponse:
        """Note who came in, and go on in their language."""
        login.note_sign_in(request, user)
        response = HttpResponseRedirect(get_login_redirect_url(request, redirect_url))
        remember_browser(request, response, user.username)
        if language := supported(user.language):
            remember(response, language, request)
        return response

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        """Refuse somebody who is switched off, in the words of a wrong password."""
        login.note_failure(request, user.username, "off")
        messages.error(request, _("This account is switched off."))
        return redirect("core:login")

    def add_message(self, *args: Any, message: str | None = None, **kwargs: Any) -> None:
        """Say only what was put into words: their own messages are no part of our catalogue."""
        if message:
            super().add_message(*args, message=message, **kwargs)

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse: the operator adds people."""
        return False

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Ask again for what protects an account, unless somebody has just come in."""
        return wall().timestamp() - float(context.request.session.get(login.AT, 0)) > FRESH_S

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Offer the password or a code; a passkey's holder has codes too."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        return [method for method in methods if method["id"] in {"reauthenticate", "mfa_reauthenticate"}]


class Factors(DefaultMFAAdapter):
    """Secrets of second factors lie encrypted with the server's key, which no open backup holds."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": lazy("Your role needs a second factor: add another one first."),
        "cannot_generate_recovery_codes": lazy("Set up an app or add a passkey first."),
        "incorrect_code": lazy("This code is wrong or was used already."),
    }

    def encrypt(self, text: str) -> str:
        """Encrypt a secret."""
        return _cipher(settings.SECRET_KEY).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Decrypt a secret; under another key than it was written with it is one that nobody has."""
        try:
            return _cipher(settings.SECRET_KEY).decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            return base64.b32encode(secrets.token_bytes(20)).decode()

    def get_totp_issuer(self) -> str:
        """Name the platform and where it runs: people have codes for several."""
        return f"Anlan {self._get_site_name()}"

    def build_totp_svg(self, url: str) -> str:
        """Draw the key on white, as telephones read it in the dark theme too."""
        drawn = BytesIO()
        segno.make(url, error="m").save(drawn, kind="svg", scale=5, light="white")
        return drawn.getvalue().decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Refuse to take away the last factor of somebody who must have one."""
        return may_lose(authenticator)

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:
        """Name a passkey that nobody named."""
        return _("Passkey")

    def get_public_key_credential_user_entity(self, user: Person) -> dict[str, Any]:
        """Tell a passkey the log-in name alone."""
        entity: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        return entity | {"display_name": user.username}


@cache
def _cipher(key: str) -> Fernet:
    derived = HKDF(SHA256(), length=32, salt=None, info=b"anlan.second-factor").derive(key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
