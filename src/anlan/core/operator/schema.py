"""Whether the database fits this version of Anlan."""

from __future__ import annotations

import enum
import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from anlan.core.ledger.writes import explained, is_in_memory

UPGRADE_LOCK = 0x414E4C55  # "ANLU"


class State(enum.Enum):
    """What was found."""

    READY = "ready"
    MISSING = "missing"
    OLDER = "older"
    NEWER = "newer"
    UNREACHABLE = "unreachable"


def state() -> State:
    """Compare the database with the migrations of this version."""
    if connection.vendor == "sqlite" and not is_in_memory() and not database_file().exists():
        return State.MISSING
    try:
        if MigrationRecorder.Migration._meta.db_table not in connection.introspection.table_names():
            return State.MISSING
        executor = MigrationExecutor(connection)
    except DatabaseError:
        return State.UNREACHABLE
    known = set(executor.loader.disk_migrations or ())
    apps = {app for app, _ in known}
    if any(applied not in known for applied in executor.loader.applied_migrations if applied[0] in apps):
        return State.NEWER
    is_behind = executor.migration_plan(executor.loader.graph.leaf_nodes()) or _unfinished().exists()
    return State.OLDER if is_behind else State.READY


def message(found: State) -> str:
    """Say what a person can do about it."""
    folder = settings.DATA_DIR
    return {
        State.MISSING: f"{folder} holds no city yet: `anlan init --city FOLDER --data {folder}` makes it",
        State.OLDER: f"{folder} is of an older version: back it up, then `anlan serve --data {folder}` brings it up",
        State.NEWER: f"{folder} is of a newer version of Anlan than this: install that version, or take another --data",
        State.UNREACHABLE: _unreachable(),
        State.READY: "ready",
    }[found]


def _unreachable() -> str:
    if connection.vendor == "postgresql":
        return "the database cannot be opened: does it run, and is ANLAN_DATABASE_URL right?"
    return f"{database_file()} cannot be opened: is it whole, may you read and write there, is the disk full?"


def bring_up() -> None:
    """Make or change the tables to fit this version; one that was killed is done again, for what follows the tables.

    The triggers of ledger and evidence go with a table that is written anew, and come back after all tables.
    """
    with explained(), _alone():
        _unfinished().touch()
        call_command("migrate", interactive=False, verbosity=0)
        _unfinished().unlink(missing_ok=True)


def _unfinished() -> Path:
    """Return the mark that stands in the data directory while the tables are brought up."""
    return Path(settings.DATA_DIR) / "upgrade.unfinished"


@contextmanager
def _alone() -> Iterator[None]:
    """Let one process bring the tables up at a time; whoever waited finds them ready."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [UPGRADE_LOCK])
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [UPGRADE_LOCK])
    elif is_in_memory():
        yield
    else:
        with database_file().with_name("upgrade.lock").open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def is_empty() -> bool:
    """Whether the tables of this version are there and hold no city yet, as after a restore that failed."""
    from anlan.core.models import City, LedgerEntry

    return state() is State.READY and not City.objects.exists() and not LedgerEntry.objects.exists()


def database_file() -> Path:
    """Return where the SQLite file lies."""
    return Path(str(connection.settings_dict["NAME"]))


def remove_made() -> None:
    """Take away the SQLite file of a restore that failed, so that it can be tried again."""
    if connection.vendor == "sqlite":
        for suffix in ("", "-wal", "-shm"):
            Path(f"{database_file()}{suffix}").unlink(missing_ok=True)
