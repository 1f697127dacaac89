"""`/healthz`: whether this process can answer, for whoever decides where requests go; asked each second or oftener."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any

from django.db import Error, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, JsonResponse

from anlan import __version__

ADDRESS = "/healthz"
_opened: dict[str, tuple[int, int]] = {}  # by its name, which file of SQLite this process has opened first


class Health:
    """Answers before anything else does: no session, no language, no row of a table, and any host's name will do."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return _answer() if request.path_info == ADDRESS else self.get_response(request)


def is_reachable() -> bool:
    """Whether the database answers: PostgreSQL a `SELECT 1`; of SQLite only that its file is still the one opened.

    SQLite would make a file that is gone anew, and empty, and go on writing into one that was replaced.
    """
    name = connection.settings_dict["NAME"]
    try:
        here = _file(name) if connection.vendor == "sqlite" and not is_in_memory(name) else None
        connection.ensure_connection()
        return (here is None or _opened.setdefault(str(name), here) == here) and bool(connection.is_usable())
    except (Error, OSError):
        return False


@receiver(connection_created, dispatch_uid="health")
def note_file(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Remember which file a database of SQLite is, when this process opens it for the first time."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite" and not is_in_memory(name):
        _opened.setdefault(str(name), _file(name))


def _file(name: str | Path) -> tuple[int, int]:
    found = Path(name).stat()
    return found.st_dev, found.st_ino


def is_in_memory(name: str | Path) -> bool:
    """Whether a database of SQLite is no file, as in tests."""
    return ":memory:" in str(name) or "mode=memory" in str(name)


def _answer() -> HttpResponse:
    """Say so in a line; what an operator has to look at stands at /metrics, and is no reason to send nobody here."""
    here = is_reachable()
    said = {"ok": here, "database": "ok" if here else "unreachable", "version": __version__}
    status = HTTPStatus.OK if here else HTTPStatus.SERVICE_UNAVAILABLE
    return JsonResponse(said, status=status, headers={"Cache-Control": "no-store"})
