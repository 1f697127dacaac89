"""Setting up and taking away a second factor: an app's codes, passkeys, and codes on paper."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, cast

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.internal.auth import begin_registration
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.utils.translation import gettext as _

from anlan.core.models import Person
from anlan.core.people.codes import Activation, spend
from anlan.core.people.factors import FACTOR, has_factor, may_lose, note_factor
from anlan.core.people.passkeys import NewPasskey
from anlan.core.people.views.frame import View, written
from anlan.core.time.clock import now
from anlan.core.web.access import settling
from anlan.core.web.middleware.access import actor_of_request


class AppPage(ActivateTOTPView):
    """Set up an app that shows codes."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Keep it, spend the code that it was set up with, and leave the entry."""
        answer: HttpResponse = super().form_valid(form)
        set_up = Authenticator.objects.get(user=self.request.user, type=Authenticator.Type.TOTP)
        spend(set_up, form.cleaned_data["code"])
        _note(self.request, "added", Authenticator.Type.TOTP)
        return answer


class AppAwayPage(DeactivateTOTPView):
    """Take the app away."""

    success_url = reverse_lazy("own_account")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Lead back where there is none."""
        return _or_account(lambda: super(AppAwayPage, self).dispatch(request, *args, **kwargs))

    def form_valid(self, form: Any) -> HttpResponse:
        """Take it away, and leave the entry."""
        answer: HttpResponse = super().form_valid(form)
        _note(self.request, "removed", Authenticator.Type.TOTP)
        return answer


class PasskeyAddPage(AddWebAuthnView):
    """Add a passkey: one that signs in by itself, since the device asks for finger or PIN."""

    form_class = NewPasskey

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Ask the device for a passkey that it keeps and guards."""
        page: dict[str, Any] = super().get_context_data(**kwargs)
        return page | {"options": begin_registration(self.request.user, passwordless=True)}

    def form_valid(self, form: Any) -> HttpResponse:
        """Keep it, and leave the entry."""
        answer: HttpResponse = super().form_valid(form)
        _note(self.request, "added", Authenticator.Type.WEBAUTHN)
        return answer


class PasskeyAwayPage(RemoveWebAuthnView):
    """Take a passkey away, unless it is the last factor of somebody who must have one."""

    success_url = reverse_lazy("own_account")

    def form_valid(self, form: Any) -> HttpResponse:
        """Take it away, and leave the entry."""
        if not may_lose(self.get_object()):
            messages.error(self.request, _("Your role needs a second factor: add another one first."))
            return redirect("own_account")
        answer: HttpResponse = super().form_valid(form)
        _note(self.request, "removed", Authenticator.Type.WEBAUTHN)
        return answer


class CodesPage(GenerateRecoveryCodesView):
    """Make new codes on paper; the old ones end."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Make them, and leave the entry."""
        answer: HttpResponse = super().form_valid(form)
        _note(self.request, "added", Authenticator.Type.RECOVERY_CODES)
        return answer


class CodesShownPage(ViewRecoveryCodesView):
    """Show the codes on paper, once."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Lead back where there are none."""
        return _or_account(lambda: super(CodesShownPage, self).get(request, *args, **kwargs))


def _or_account(answer: Callable[[], HttpResponse]) -> HttpResponse:
    try:
        return answer()
    except Http404:
        return redirect("own_account")


def _page(view: Any, template: str, **kept: Any) -> Any:
    return settling(_proved(written(view.as_view(template_name=f"core/account/{template}.html", **kept))))


def _proved(view: View) -> View:
    """Lead back a session that is older than the second factor: who opened it has shown the password alone."""

    @functools.wraps(view)
    def run(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if has_factor(cast(Person, request.user)) and not request.session.get(FACTOR):
            messages.error(request, _("This session is older than your second factor. Sign out, and in again with it."))
            return redirect("own_account")
        return view(request, *args, **kwargs)

    return run


app = _page(AppPage, "app", form_class=Activation)
app_away = _page(AppAwayPage, "app_away")
passkey_add = _page(PasskeyAddPage, "passkey_add", form_class=NewPasskey)
passkey_away = _page(PasskeyAwayPage, "passkey_away")
codes = _page(CodesShownPage, "codes")
codes_new = _page(CodesPage, "codes_new")


def _note(request: HttpRequest, what: str, kind: str) -> None:
    request.session[FACTOR] = has_factor(cast(Person, request.user))
    actor = actor_of_request(request)
    assert actor.person_id is not None
    note_factor(what=what, kind=str(kind), person_id=actor.person_id, actor=actor, at=now())
