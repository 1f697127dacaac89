"""One's own account: sessions, password, second factor."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.views import ReauthenticateView
from allauth.mfa.base.views import ReauthenticateView as CodeAgainView
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from anlan.core.ledger.writes import write
from anlan.core.models import Person, SignIn
from anlan.core.people.codes import Confirmation
from anlan.core.people.factors import FACTOR, has_factor, must_have_factor
from anlan.core.people.login import ChangedPassword, PasswordAgain, carry_on
from anlan.core.people.passwords import change_password
from anlan.core.people.sign_ins import Origin, end_session, end_sessions, read_origins, session_hash, sessions_of
from anlan.core.people.views.frame import written
from anlan.core.refusals import Refused
from anlan.core.sealed.purposes import Purpose
from anlan.core.time.clock import now
from anlan.core.web.access import settling
from anlan.core.web.middleware.access import actor_of_request


@settling
@never_cache
def account(request: HttpRequest) -> HttpResponse:
    """Show one's sessions, how one signs in, and what can be changed."""
    person = person_of_request(request)
    origins = _origins(request) if request.method == "POST" else {}
    kept = list(Authenticator.objects.filter(user_id=person.pk).order_by("pk"))
    page = {
        "person": person,
        "sessions": [_row(request, row, origins) for row in sessions_of(person.pk)],
        "opened": bool(origins),
        "app": next((row for row in kept if row.type == Authenticator.Type.TOTP), None),
        "passkeys": [(row, row.wrap().name) for row in kept if row.type == Authenticator.Type.WEBAUTHN],
        "codes": next((len(row.wrap().get_unused_codes()) for row in kept
                       if row.type == Authenticator.Type.RECOVERY_CODES), None),
        "owes_factor": must_have_factor(person.roles) and not request.session.get(FACTOR),
        "has_factor": has_factor(person),
    }  # fmt: skip
    return render(request, "core/account/account.html", page)


@settling
@require_POST
def session_end(request: HttpRequest, sign_in: int) -> HttpResponse:
    """End one session of one's own."""
    try:
        end_session(sign_in_id=sign_in, actor=actor_of_request(request), at=now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The session is ended."))
    return redirect("own_account")


@settling
@require_POST
def sessions_end(request: HttpRequest) -> HttpResponse:
    """End all sessions of one's own but this."""
    person = person_of_request(request)
    key = request.session.session_key or ""
    with write():
        count = end_sessions(person_id=person.pk, keep=key, actor=actor_of_request(request), at=now())
        person.refresh_from_db()
        carry_on(request, person)
    messages.success(request, _("All other sessions are ended (%(n)d).") % {"n": count})
    return redirect("own_account")


@settling
@never_cache
def password(request: HttpRequest) -> HttpResponse:
    """Change one's own password; all other sessions end."""
    person = person_of_request(request)
    form = ChangedPassword(request.POST or None, user=person)
    if form.is_valid():
        key = request.session.session_key or ""
        with write():
            change_password(password=form.cleaned_data["new"], keep=key, actor=actor_of_request(request), at=now())
            person.refresh_from_db()
            carry_on(request, person)
        messages.success(request, _("The new password holds. All other sessions are ended."))
        return redirect("own_account")
    return render(request, "core/account/password.html", {"form": form})


confirm = settling(
    written(ReauthenticateView.as_view(template_name="core/account/confirm.html", form_class=PasswordAgain))
)
confirm_code = settling(
    written(CodeAgainView.as_view(template_name="core/account/confirm.html", form_class=Confirmation))
)


def person_of_request(request: HttpRequest) -> Person:
    """Return who is signed in."""
    return cast(Person, request.user)


def _row(request: HttpRequest, row: SignIn, origins: dict[int, Origin]) -> dict[str, Any]:
    is_this = row.session == session_hash(request.session.session_key or "")
    return {"row": row, "is_this": is_this, "origin": origins.get(row.pk)}


def _origins(request: HttpRequest) -> dict[int, Origin]:
    """Open from where one's own sessions came, for the reason that the press states."""
    actor = actor_of_request(request)
    ids = [row.pk for row in sessions_of(person_of_request(request).pk)]
    return read_origins(sign_in_ids=ids, purpose=Purpose.AUDIT, actor=actor, at=now())
