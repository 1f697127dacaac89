"""Signing in, the second step, signing out, and a new password by a link."""

from __future__ import annotations

import datetime as dt
from typing import Any

from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.webauthn.views import LoginWebAuthnView
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout as end_login
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from anlan.core.ledger.writes import perform
from anlan.core.models import Person, SignIn
from anlan.core.people import sso
from anlan.core.people.actors import PUBLIC
from anlan.core.people.codes import SecondStep
from anlan.core.people.login import Form, NewPassword, keep_briefly, let_in, note_failure, wait_words
from anlan.core.people.mail import ask_reset, is_offered
from anlan.core.people.members import actor_of
from anlan.core.people.passkeys import PasskeyAlone, PasskeyStep
from anlan.core.people.passwords import person_of_link, reset_password
from anlan.core.people.sign_ins import sign_out
from anlan.core.people.throttle import attempt
from anlan.core.people.views.frame import written
from anlan.core.refusals import Refused
from anlan.core.time.clock import now
from anlan.core.web.access import public

LONGEST_NAME = 64


class Login(LoginView):
    """The log-in page; a wait is answered with 429."""

    template_name = "core/login.html"
    authentication_form = Form
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say whether there is a single sign-on, what it is called, and whether a lost password is helped by mail."""
        return super().get_context_data(**kwargs) | {
            "sso": settings.OIDC and settings.OIDC.name,
            "by_mail": is_offered(),
        }

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Take them to the second step, or in."""
        person = form.get_user()
        assert isinstance(person, Person)
        return let_in(self.request, person, SignIn.Method.PASSWORD, self.get_success_url())

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """Show the form again with what was wrong."""
        response = super().form_invalid(form)
        return waiting(response, getattr(form, "wait", None))


class SecondStepPage(AuthenticateView):
    """The code, or the passkey, that is asked for after the password."""

    template_name = "core/account/second_step.html"
    form_class = SecondStep
    webauthn_form_class = PasskeyStep

    def form_invalid(self, form: Any) -> HttpResponse:
        """Show it again; a wrong passkey counts as well."""
        if not isinstance(form, SecondStep):
            note_failure(self.request, self.stage.login.user.username, "passkey")
        answer: HttpResponse = super().form_invalid(form)
        if any(error.code == "wait" for error in form.errors.as_data().get("code", [])):
            answer.status_code = 429
        return answer


class PasskeyPage(LoginWebAuthnView):
    """Signing in with a passkey alone: the device has asked for finger or PIN."""

    form_class = PasskeyAlone

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Give the device what it is to sign."""
        keep_briefly(request)
        answer: HttpResponse = super().get(request, *args, **kwargs)
        return answer

    def form_invalid(self, form: Any) -> HttpResponse:
        """Say that it was not this passkey; whose it claims to be is not believed, so nobody's failures count."""
        note_failure(self.request, "", "passkey")
        messages.error(self.request, _("This passkey was not accepted. Sign in with your password."))
        return redirect("core:login")


login = public(Login.as_view())
second_step = public(written(SecondStepPage.as_view()))
passkey = public(written(PasskeyPage.as_view()))


@public
@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """Leave, with an entry, and go to the public page."""
    if isinstance(request.user, Person):  # also one who still owes a second factor
        key = request.session.session_key or ""
        sign_out(person_id=request.user.pk, session_key=key, actor=actor_of(request.user), at=now())
    end_login(request)
    return redirect("/")


@public
@never_cache
def sso_start(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Send somebody to the house's identity provider."""
    return _at_provider(request, OAuth2LoginView)


@public
@never_cache
def sso_back(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Take what the identity provider says of who came back."""
    return _at_provider(request, OAuth2CallbackView)


def _at_provider(request: HttpRequest, view: Any) -> HttpResponse:
    if request.user.is_authenticated or not settings.OIDC:
        return redirect("core:home" if request.user.is_authenticated else "core:login")
    keep_briefly(request)
    answer: HttpResponse = view.adapter_view(sso.Identity(request, sso.PROVIDER))(request)
    return answer


@public
@never_cache
def lost(request: HttpRequest) -> HttpResponse:
    """Send a link to whom a name belongs; the answer is the same whether there is one."""
    if not is_offered():
        return redirect("core:login")
    if request.method != "POST":
        return render(request, "core/account/lost.html")
    username = request.POST.get("username", "")[:LONGEST_NAME].replace("\0", "")
    tried = attempt(request, username)
    if wait := tried.wait():
        return waiting(render(request, "core/account/lost.html", {"error": wait_words(wait)}), wait)

    def ask() -> None:
        tried.count()
        ask_reset(username=username, actor=PUBLIC, at=now())

    perform(ask)
    messages.success(request, _("If this name has an address for it, a link is on its way there. It holds for a day."))
    return redirect("core:login")


@public
@never_cache
def reset(request: HttpRequest, person: str, token: str) -> HttpResponse:
    """Take a new password by a link that the operator gave."""
    owner = person_of_link(person, token)
    if owner is None:
        return render(request, "core/account/reset_spent.html", status=410)
    form = NewPassword(request.POST or None)
    if form.is_valid():
        try:
            reset_password(person=person, token=token, password=form.cleaned_data["new"], actor=PUBLIC, at=now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The new password holds. Sign in with it."))
            return redirect("core:login")
    return render(request, "core/account/reset.html", {"form": form, "owner": owner})


def waiting(response: HttpResponse, wait: dt.timedelta | None) -> HttpResponse:
    """Say by the status that somebody must wait, and how long."""
    if wait:
        response.status_code = 429
        response["Retry-After"] = str(int(wait.total_seconds()) + 1)
    return response
