"""What an error in a view becomes: a page or JSON that says what to do, and one log line without personal data."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from pathlib import Path

from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from anlan.core.ledger.verbs import KeyReused
from anlan.core.ledger.writes import NotStored, is_passing
from anlan.core.people.actors import NotAllowed
from anlan.core.web.api import speaks_json

log = logging.getLogger("anlan.errors")


class Errors:
    """Turns our own errors into 400, 403, 409 and 503; says of others where they arose, never with which words."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer what we know; leave the rest to Django's own pages."""
        if isinstance(error, NotAllowed):
            raise PermissionDenied from error
        if isinstance(error, KeyReused):
            message = _("This idempotency key was used before with another body. Use a new key.")
            return JsonResponse({"error": "key_reused", "message": message}, status=409)
        if is_passing(error):
            log.error("not stored: %s", error if isinstance(error, NotStored) else type(error).__name__)
            return not_stored(request)
        if isinstance(error, Http404 | PermissionDenied | SuspiciousOperation | BadRequest):
            return None  # an answer, and no fault of ours: the line of the request says which
        if isinstance(error, DataError) and "NUL" in str(error):  # no text holds one, and PostgreSQL takes none
            raise BadRequest from error
        view = request.resolver_match.view_name if request.resolver_match else "-"
        log.error("%s in %s at %s", type(error).__name__, view, _where(error))
        return None


def not_stored(request: HttpRequest) -> HttpResponse:
    """Say that the fault is ours, that nothing was stored, and to repeat it."""
    headers = {"Retry-After": "30"}
    if speaks_json(request):
        message = _("This could not be stored now. Repeat it later with the same key.")
        return JsonResponse({"error": "not_stored", "message": message}, status=503, headers=headers)
    try:
        return HttpResponse(render_to_string("core/errors/503.html", request=request), status=503, headers=headers)
    except Exception:  # the database that stored nothing draws no rail either
        return HttpResponse(render_to_string("core/errors/503.html"), status=503, headers=headers)


def _where(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "/anlan/" in frame.filename] or frames
    return f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else "-"
