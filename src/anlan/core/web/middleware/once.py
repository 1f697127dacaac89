"""What is read once for a page."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from anlan.core.city.current import city_read_once


class Once:
    """Reads the city once for each request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with city_read_once(lately=request.path_info.startswith("/api/")):
            return self.get_response(request)
