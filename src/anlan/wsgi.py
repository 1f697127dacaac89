"""The web process: `anlan serve` runs it under Granian; any WSGI server can (on SQLite with one process)."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anlan.settings")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()


def _group_commit() -> None:
    """On SQLite one thread writes for all threads of this process, many verbs in one COMMIT."""
    from django.db import connection

    from anlan.core.writer import GroupWriter
    from anlan.core.writes import use_writer

    if connection.vendor == "sqlite":
        use_writer(GroupWriter().start())


def _city_time() -> None:
    """Live at the simulated city's time when the process that started this one does; a real city asks no database."""
    from django.conf import settings

    if settings.CITY_AHEAD_S is not None:
        from anlan.core.simulated import begin

        begin()


_group_commit()
_city_time()
