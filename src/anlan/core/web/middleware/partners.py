"""The short way of what partner systems send: no session, form or page is behind their addresses."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, ResolverMatch, resolve

from anlan.core.web.access import declared
from anlan.core.web.api import answers_failures
from anlan.core.web.middleware.access import unkept, with_client


class Partners:
    """Answers partner systems where the view answers failures itself; everything else goes on as it does."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        match = _match(request.path_info) if request.path_info.startswith("/api/") else None
        if match is None:
            return self.get_response(request)
        request.get_host()  # refuses one that is not ours, as Django's own middleware does
        request.resolver_match = match
        response = with_client(request) or match.func(request, *match.args, **match.kwargs)
        if not response.streaming:
            response.headers.setdefault("Content-Length", str(len(response.content)))
        return unkept(request, response)


@lru_cache(256)
def _match(path: str) -> ResolverMatch | None:
    """Return the view of an address, if the short way leads there."""
    try:
        match = resolve(path)
    except Resolver404:
        return None
    access = declared(match.func)
    return match if access is not None and access.kind == "partner" and answers_failures(match.func) else None
