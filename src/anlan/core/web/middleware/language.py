"""Which language an answer is in: chosen here, else the browser's, else the city's."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header

from anlan.core.city.current import city

COOKIE = settings.LANGUAGE_COOKIE_NAME


class Language:
    """Activates the language; `?lang=` chooses one and is remembered in the language cookie, set only then."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = supported(request.GET.get("lang", ""))
        language = chosen or language_of(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        if chosen:
            remember(response, chosen, request)
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response


def remember(response: HttpResponse, language: str, request: HttpRequest) -> None:
    """Keep a language in this browser."""
    response.set_cookie(COOKIE, language, max_age=365 * 86400, samesite="Lax", secure=request.is_secure())


def language_of(request: HttpRequest) -> str:
    """Return the language of a request that chooses none."""
    if known := supported(request.COOKIES.get(COOKIE, "")):
        return known
    for name, _ in parse_accept_lang_header(request.META.get("HTTP_ACCEPT_LANGUAGE", "")):
        if known := supported(name):
            return known
    here = city()
    return supported(here.language if here else "") or settings.LANGUAGE_CODE


def supported(name: str) -> str | None:
    """Return which of our languages a name means: any `zh` is read in simplified characters, any `en` in English."""
    prefix = name.lower().replace("_", "-").split("-")[0]
    return {"zh": "zh-hans", "en": "en"}.get(prefix)
