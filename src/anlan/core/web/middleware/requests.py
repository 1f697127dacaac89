"""One log line and one count a request, without personal data."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from anlan.core.web.traffic import TRAFFIC

log = logging.getLogger("anlan.requests")


class RequestLog:
    """Logs method, the view's name (never the path: it can hold a tracking code), status and milliseconds."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        start = time.perf_counter()
        response = self.get_response(request)
        seconds = time.perf_counter() - start
        TRAFFIC.count(response.status_code, seconds)
        view = request.resolver_match.view_name if request.resolver_match else "-"
        log.info("%s %s %d %.0f ms", request.method, view, response.status_code, 1000 * seconds)
        return response
