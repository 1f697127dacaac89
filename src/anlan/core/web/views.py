"""The first page, and the pages for what went wrong."""

from __future__ import annotations

import sys
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseServerError, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from anlan.core.city.current import city
from anlan.core.ledger.writes import is_passing
from anlan.core.models import Person
from anlan.core.people.actors import PUBLIC
from anlan.core.people.members import actor_of
from anlan.core.web.access import public
from anlan.core.web.api import speaks_json
from anlan.core.web.middleware.errors import not_stored
from anlan.core.web.slots import first_page
from anlan.core.words import in_chinese


@public
def home(request: HttpRequest) -> HttpResponse:
    """Send staff to their work; show the public whom to telephone, what to write, and what the city did."""
    if isinstance(request.user, Person):
        return redirect(first_page(actor_of(request.user)))
    here = city()
    context = {"numbers": here.telephones(chinese=in_chinese()), "hotline": here.option("hotline")} if here else {}
    return render(request, "core/home.html", context)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that the request could not be read."""
    return _failed(request, 400, "bad_request", _("The request could not be read."))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that this person may not open the page."""
    return _failed(request, 403, "not_allowed", _("This key may not do that."))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that the form was open too long; nothing was stored."""
    return render(request, "core/errors/403_csrf.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that there is no such page."""
    return _failed(request, 404, "not_found", _("There is no such address."))


def _failed(request: HttpRequest, status: int, code: str, message: str) -> HttpResponse:
    if speaks_json(request):
        return JsonResponse({"error": code, "message": message, "field": None}, status=status)
    return render(request, f"core/errors/{status}.html", status=status)


def server_error(request: HttpRequest, *args: Any) -> HttpResponse:
    """Say that the fault is ours; where not even the rail can be drawn, the page needs neither database nor context."""
    error = sys.exc_info()[1]  # what a middleware met outside of every view
    if isinstance(error, Exception) and is_passing(error):
        return not_stored(request)
    if speaks_json(request):
        message = _("Something failed on our side; send the request again with the same key.")
        return JsonResponse({"error": "server_error", "message": message, "field": None}, status=500)
    try:
        page = "500_work" if getattr(request, "actor", PUBLIC).person_id else "500"
        return render(request, f"core/errors/{page}.html", status=500)
    except Exception:  # what broke the page breaks its frame too
        return HttpResponseServerError(render_to_string("core/errors/500.html"))
