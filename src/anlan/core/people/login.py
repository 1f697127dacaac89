"""Log-in, with a growing wait after failures of one name from one address."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from typing import Any

from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy, ngettext

from anlan.core.ledger.writes import perform
from anlan.core.models import LoginFailures, Person
from anlan.core.time.clock import wall
from anlan.core.web.middleware.language import remember, supported

FREE = 5  # failures without a wait: people mistype
LONGEST = dt.timedelta(minutes=15)
FORGOTTEN = dt.timedelta(hours=1)


def wait_after(failures: int) -> dt.timedelta:
    """Return how long a name must wait after so many failures from one address: 30 s, 1, 2, 4, 8, then 15 min."""
    if failures < FREE:
        return dt.timedelta(0)
    return min(LONGEST, dt.timedelta(seconds=30 * 2 ** min(failures - FREE, 10)))


class Form(AuthenticationForm):
    """Refuses while the wait lasts, without looking at the password."""

    wait: dt.timedelta = dt.timedelta(0)
    error_messages = AuthenticationForm.error_messages | {  # Django's own words mix two languages in Chinese
        "invalid_login": gettext_lazy("The log-in name or the password is wrong. Capitals count in the password.")
    }

    def clean(self) -> dict[str, Any]:
        """Check the wait, then name and password; count what fails, forget what succeeds."""
        assert self.request is not None
        key = attempt_key(self.request, str(self.cleaned_data.get("username", "")))
        self.wait = _wait_left(key)
        if self.wait:
            minutes = -(-int(self.wait.total_seconds()) // 60)
            text = ngettext(
                "Too many failed attempts. Try again in %(n)d minute.",
                "Too many failed attempts. Try again in %(n)d minutes.",
                minutes,
            )
            raise ValidationError(text % {"n": minutes}, code="wait")
        try:
            cleaned = super().clean()
        except ValidationError:
            perform(lambda: _count(key))
            raise
        if LoginFailures.objects.filter(pk=key).exists():
            perform(lambda: LoginFailures.objects.filter(pk=key).delete())
        return cleaned


class Login(LoginView):
    """The log-in page; a wait is answered with 429, and who has a language of their own goes on in it."""

    template_name = "core/login.html"
    authentication_form = Form
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Let them in; pages come in the language that `anlan user add --language` gave, until another is chosen."""
        response = super().form_valid(form)
        person = form.get_user()
        if isinstance(person, Person) and (language := supported(person.language)):
            remember(response, language, self.request)
        return response

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """Show the form again with what was wrong."""
        response = super().form_invalid(form)
        wait = getattr(form, "wait", None)
        if wait:
            response.status_code = 429
            response["Retry-After"] = str(int(wait.total_seconds()) + 1)
        return response


def attempt_key(request: HttpRequest, username: str) -> str:
    """Return what failures are counted under: name and address, hashed, so that the table names nobody."""
    text = f"{username.lower()}|{client_address(request)}"
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


def client_address(request: HttpRequest) -> str:
    """Return where a request comes from; behind the operator's own proxy (ANLAN_HTTPS) its last word counts."""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.SECURE_PROXY_SSL_HEADER else ""
    return forwarded.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", "")


def _wait_left(key: str) -> dt.timedelta:
    failures = LoginFailures.objects.filter(pk=key).first()
    if failures is None:
        return dt.timedelta(0)
    return max(dt.timedelta(0), failures.last_at + wait_after(failures.failures) - wall())


def _count(key: str) -> None:
    """Count one failure, and drop those of an hour ago."""
    LoginFailures.objects.filter(last_at__lt=wall() - FORGOTTEN).delete()
    failures, _ = LoginFailures.objects.select_for_update().get_or_create(pk=key, defaults={"last_at": wall()})
    failures.failures, failures.last_at = failures.failures + 1, wall()
    failures.save()
