"""The web process: `anlan serve` runs it under Granian; any WSGI server can (on SQLite with one process)."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from multiprocessing.process import BaseProcess

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anlan.settings")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
GRACE_S = 10.0
LATELY_S = 0.05  # so long a key that was taken back may still be taken


def _group_commit() -> None:
    """Let one thread write for all threads of this process, many verbs in one COMMIT: on PostgreSQL only reports."""
    from django.db import connection

    from anlan.core.city.current import trust_lately
    from anlan.core.ledger.group_commit import GroupWriter
    from anlan.core.ledger.writes import use_writer

    if connection.vendor == "sqlite":  # each thread keeps its connection, and with it pages: fewer than who loads years
        connection.settings_dict["OPTIONS"]["init_command"] += "; PRAGMA cache_size=-8192"
    trust_lately(LATELY_S)
    use_writer(GroupWriter(calls_only=connection.vendor != "sqlite").start())


def _city_time() -> None:
    """Live at the simulated city's time when the process that started this one does; a real city asks no database."""
    from django.conf import settings

    if settings.CITY_AHEAD_S is not None:
        from anlan.core.time.simulated import begin

        begin()


def _end_with_parent() -> None:
    """End when `anlan serve` is gone, however it ended: who still holds its port keeps the next one out."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_wait_for, args=(parent,), name="anlan-parent", daemon=True).start()


def _wait_for(parent: BaseProcess) -> None:
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)  # requests under way are finished first
    time.sleep(GRACE_S)
    os._exit(1)


_end_with_parent()
_group_commit()
_city_time()
