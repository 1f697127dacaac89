"""Single sign-on by OpenID Connect: an outside identity joins a person whom the operator added, or is refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from anlan.core import ledger
from anlan.core.ledger.verbs import verb
from anlan.core.models import Person, SignIn
from anlan.core.people.actors import PUBLIC, Actor, system
from anlan.core.people.login import let_in, note_failure
from anlan.core.refusals import Refused
from anlan.core.time.clock import now
from anlan.env import Oidc

PROVIDER: Final = "sso"
EMAIL: Final = "email"
LONGEST_NAME: Final = int(Person._meta.get_field("username").max_length or 0)


class Identity(OpenIDConnectOAuth2Adapter):
    """Asks who somebody is; what it answers is looked at once, and nothing of it is kept but its own number."""

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> SocialLogin:
        """Lay what was answered beside the login, outside what is stored."""
        login = super().complete_login(request, app, token, **kwargs)
        answered = login.account.extra_data
        login.claims = answered.get("userinfo") or answered.get("id_token") or {}
        login.account.extra_data = {}
        return login


class Sso(DefaultSocialAccountAdapter):
    """Ends every answer of the identity provider at our own door."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Let in whose identity it is, or refuse; allauth's own sign-up is never reached."""
        raise ImmediateHttpResponse(_answered(request, sociallogin))

    def on_authentication_error(self, request: HttpRequest, provider: Any, **_kept: Any) -> None:
        """Refuse what the provider did not confirm."""
        raise ImmediateHttpResponse(_refused(request, Refused("sso_failed")))


@verb("core.people.join_identity")
def join_identity(*, uid: str, claims: Mapping[str, Any], actor: Actor, at: dt.datetime) -> int:
    """Join an identity to the person whom its claim names; return the id."""
    person = person_of(claims)
    if SocialAccount.objects.filter(user=person, provider=PROVIDER).exists():
        raise Refused("sso_other_identity")  # a name that was given to somebody else opens nobody's account
    SocialAccount.objects.create(user=person, provider=PROVIDER, uid=uid)
    payload = {"claim": _provider().claim}
    ledger.append("core.identity_joined", actor=actor, at=at, subject=f"person:{person.pk}", payload=payload)
    return person.pk


def person_of(claims: Mapping[str, Any]) -> Person:
    """Return whom a claim names; one whom nobody added is added only where the operator set it so, without a role."""
    provider = _provider()
    claimed = str(claims.get(provider.claim) or "").strip()
    if provider.claim == EMAIL and claims.get("email_verified") is not True:
        raise Refused("sso_unverified")
    found = Person.objects.filter(username__iexact=claimed).first() if claimed else None
    if found is not None:
        return found
    if not claimed or not provider.adds or len(claimed) > LONGEST_NAME:
        raise Refused("sso_unknown")
    return _added(claimed)


def _provider() -> Oidc:
    found: Oidc | None = settings.OIDC
    assert found is not None  # without one there is no address that leads here
    return found


def _added(username: str) -> Person:
    person = Person(username=username, name=username)
    person.set_unusable_password()
    person.save()
    payload = {"by": PROVIDER}
    ledger.append("core.person_added", actor=system("sso"), at=now(), subject=f"person:{person.pk}", payload=payload)
    return person


def _answered(request: HttpRequest, sociallogin: Any) -> HttpResponse:
    known = SocialAccount.objects.filter(provider=PROVIDER, uid=sociallogin.account.uid).first()
    try:
        person_id = known.user_id if known else join_identity(
            uid=sociallogin.account.uid, claims=sociallogin.claims, actor=PUBLIC, at=now()
        )  # fmt: skip
    except Refused as refusal:
        return _refused(request, refusal)
    person = Person.objects.get(pk=person_id)
    if not person.is_active:
        return _refused(request, Refused("sso_off"), person.username)
    return let_in(request, person, SignIn.Method.SSO, sociallogin.state.get("next") or reverse("core:home"))


def _refused(request: HttpRequest, refusal: Refused, username: str = "") -> HttpResponse:
    note_failure(request, username, refusal.code)
    messages.error(request, str(refusal))
    return redirect("core:login")
