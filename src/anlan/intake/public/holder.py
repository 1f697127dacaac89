"""The door of every page that opens by a tracking code: for its holder alone, and kept nowhere."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control

from anlan.intake.forms.errors import FormErrors
from anlan.intake.public.codes import grouped, read_code
from anlan.intake.public.throttle import WRONG_CODES
from anlan.intake.queries.tracking import report_of_code

View = Callable[..., HttpResponse]


def unkept(view: View) -> View:
    """Keep a page out of caches, search engines and the Referer of what it links to."""

    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        patch_cache_control(response, no_store=True, private=True)
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex"
        return response

    return wrapped


def holder(view: View) -> View:
    """Give the view the report of the code in the address, or answer that there is none; wrong codes are counted."""

    @functools.wraps(view)
    def wrapped(request: HttpRequest, code: str) -> HttpResponse:
        plain = read_code(code)
        if WRONG_CODES.is_closed(request):
            return ask_again(request, "", FormErrors.too_many_codes(), 429)
        found = report_of_code(plain) if plain else None
        if plain and found:
            return view(request, plain, found)
        WRONG_CODES.count(request)
        return ask_again(request, grouped(plain) if plain else code[:60], FormErrors.unknown_code(), 404)

    return wrapped


def ask_again(request: HttpRequest, typed: str, form_errors: FormErrors, status: int) -> HttpResponse:
    """Ask for the code once more, and say what was wrong with it."""
    about = {"typed": typed, "form_errors": form_errors, "page_url": reverse("intake:track")}
    return render(request, "intake/public/track.html", about, status=status)
