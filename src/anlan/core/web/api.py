"""Answers for partner systems: every failure is JSON of one shape that says what to change."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.utils.translation import gettext as _

from anlan.core.ledger.verbs import KeyReused
from anlan.core.ledger.writes import NotStored, is_passing
from anlan.core.people.actors import NotAllowed
from anlan.core.refusals import Refused

STATUSES = {"not_json": 400, "not_an_object": 400, "id_used": 409}
log = logging.getLogger("anlan.api")
View = Callable[[HttpRequest], HttpResponseBase]


class ApiError(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, error: str, message: str, field: str | None = None, **headers: str) -> None:
        super().__init__(error)
        self.response = JsonResponse(
            {"error": error, "message": message, "field": field},
            status=status,
            headers={name.replace("_", "-"): value for name, value in headers.items()},
        )


def speaks_json(request: HttpRequest) -> bool:
    """Whether who asks reads JSON: a partner system, or a script of a page."""
    return request.path.startswith("/api/") or "json" in request.headers.get("Accept", "")


def as_json(view: View) -> View:
    """Answer every failure as JSON with what to change; what is our fault is logged by its type alone."""

    @functools.wraps(view)
    def answer(request: HttpRequest) -> HttpResponseBase:
        try:
            if request.method != "POST":
                raise ApiError(405, "method_not_allowed", _("Send a POST request."), Allow="POST")
            return view(request)
        except Exception as error:
            return _failure(error).response

    answer.answers_failures = True  # type: ignore[attr-defined]
    return answer


def answers_failures(view: View) -> bool:
    """Whether a view answers every failure itself."""
    return getattr(view, "answers_failures", False)


def _failure(error: Exception) -> ApiError:
    if isinstance(error, ApiError):
        return error
    if isinstance(error, Refused):
        return _refused(error)
    if isinstance(error, KeyReused):
        message = _("This Idempotency-Key came with another body before; send a new key for a new report.")
        return ApiError(409, "idempotency_key_reused", message, "Idempotency-Key")
    if isinstance(error, NotAllowed):
        return ApiError(403, "not_allowed", _("This key may not do that."))
    if isinstance(error, OSError):  # Django's UnreadablePostError, or the server's own
        return ApiError(400, "broken_connection", _("The request ended too early; send it again."))
    if is_passing(error):
        message = str(error) if isinstance(error, NotStored) else _("Nothing can be stored now; send it again.")
        return ApiError(503, "not_stored", message, Retry_After="5")
    log.error("the request failed: %s", type(error).__name__)
    message = _("Something failed on our side; send the request again with the same key.")
    return ApiError(500, "server_error", message)


def _refused(error: Refused) -> ApiError:
    return ApiError(STATUSES.get(error.code, 422), error.code, str(error), error.field or None)
