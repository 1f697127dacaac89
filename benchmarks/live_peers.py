"""The peers of `live.py`: Django on the same server, with a view that stores nothing and one that stores naively.

python -m live_peers --port 8001
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anlan.settings")

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path


def bare(request: HttpRequest) -> HttpResponse:
    """Parse the report and store nothing."""
    report = json.loads(request.body)
    return answer(report)


def naive(request: HttpRequest) -> HttpResponse:
    """Parse the report and store it: one INSERT in a transaction of its own."""
    report = json.loads(request.body)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO naive (source_id, body) VALUES (%s, %s)", [report["source_id"], json.dumps(report)])
    return answer(report)


def answer(report: dict[str, Any]) -> HttpResponse:
    """Answer as the API does."""
    body = {"number": report["source_id"], "tracking_code": None, "masked": [], "repeated": False}
    said = JsonResponse(body, status=201)
    said.headers["Content-Length"] = str(len(said.content))
    return said


urlpatterns = [path("api/bare", bare), path("api/naive", naive)]


def made() -> WSGIHandler:
    """Set Django up with these two views, behind what stands before the API's own; no key is asked for."""
    import django

    django.setup(set_prefix=False)
    before = settings.MIDDLEWARE[: settings.MIDDLEWARE.index("anlan.core.web.middleware.partners.Partners")]
    settings.ROOT_URLCONF, settings.MIDDLEWARE = "live_peers", [] if os.environ.get("LIVE_STRIPPED") else before
    if connection.vendor == "sqlite":
        connection.settings_dict["CONN_MAX_AGE"] = settings.DATABASES["default"]["CONN_MAX_AGE"] = None
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS naive (source_id text PRIMARY KEY, body text)")
    connection.close()
    return WSGIHandler()


def main() -> None:
    """Serve with what `anlan serve` serves with."""
    from anlan.core.commands import serve

    class Peers(serve_web()):  # type: ignore[misc]
        """The same server for another application."""

        def __init__(self, _target: str, **options: Any) -> None:
            super().__init__("live_peers:application", **options)

    import granian

    granian.Granian = Peers  # type: ignore[misc]
    serve._serve_web("127.0.0.1", int(sys.argv[sys.argv.index("--port") + 1]))


def serve_web() -> type:
    """Return the server's class."""
    from granian import Granian

    return Granian


if __name__ == "__main__":
    main()
else:
    application = made()
