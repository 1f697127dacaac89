"""Django's `migrate`, which makes the tables of an empty database at once; one with tables is walked as ever."""

from __future__ import annotations

from typing import Any

from django.core.management.commands import migrate
from django.db import connections

from anlan.core.operator import tables

ASIDE = ("app_label", "plan", "check_unapplied", "fake", "fake_initial", "prune")  # asked for a part, or to look only


class Command(migrate.Command):
    """Bring the tables up to this version."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Make them at once where there is none, else walk the migrations that are missing."""
        connection = connections[options["database"]]
        if not any(options[name] for name in ASIDE) and tables.are_absent(connection):
            tables.make(connection)
        else:
            super().handle(*args, **options)
