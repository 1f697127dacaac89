"""`/healthz`: whether this process can answer, for whoever decides where requests go; asked each second or oftener."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from anlan import __version__

ADDRESS = "/healthz"


class Health:
    """Answers before anything else does: no session, no language, no row is read, and any host's name will do."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return _answer() if request.path_info == ADDRESS else self.get_response(request)


def is_reachable() -> bool:
    """Whether the database lets this process in; SQLite would make a file that is gone anew, and empty."""
    name = connection.settings_dict["NAME"]
    try:
        if connection.vendor == "sqlite" and not is_in_memory(name) and not Path(name).is_file():
            return False
        connection.ensure_connection()
        return bool(connection.is_usable())
    except (Error, OSError):
        return False


def is_in_memory(name: str | Path) -> bool:
    """Whether a database of SQLite is no file, as in tests."""
    return ":memory:" in str(name) or "mode=memory" in str(name)


def _answer() -> HttpResponse:
    """Say so in a line; what an operator has to look at stands at /metrics, and is no reason to send nobody here."""
    here = is_reachable()
    said = {"ok": here, "database": "ok" if here else "unreachable", "version": __version__}
    status = HTTPStatus.OK if here else HTTPStatus.SERVICE_UNAVAILABLE
    return JsonResponse(said, status=status, headers={"Cache-Control": "no-store"})
