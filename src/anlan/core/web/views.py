"""Log-in, the first page, and the pages for what went wrong."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.views import LogoutView
from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.shortcuts import redirect, render
from django.template.loader import render_to_string

from anlan.core.people.actors import PUBLIC
from anlan.core.people.login import Login
from anlan.core.web.access import public
from anlan.core.web.middleware.access import actor_of_request
from anlan.core.web.slots import first_page

login = public(Login.as_view())
logout = public(LogoutView.as_view(next_page="/"))


@public
def home(request: HttpRequest) -> HttpResponse:
    """Send staff to their work and the public to the report page."""
    return redirect(first_page(actor_of_request(request)) if request.user.is_authenticated else "intake:report")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that the request could not be read."""
    return render(request, "core/errors/400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that this person may not open the page."""
    return render(request, "core/errors/403.html", status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that the form was open too long; nothing was stored."""
    return render(request, "core/errors/403_csrf.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that there is no such page."""
    return render(request, "core/errors/404.html", status=404)


def server_error(request: HttpRequest, *args: Any) -> HttpResponse:
    """Say that the fault is ours; where not even the rail can be drawn, the page needs neither database nor context."""
    try:
        page = "500_work" if getattr(request, "actor", PUBLIC).person_id else "500"
        return render(request, f"core/errors/{page}.html", status=500)
    except Exception:  # what broke the page breaks its frame too
        return HttpResponseServerError(render_to_string("core/errors/500.html"))
