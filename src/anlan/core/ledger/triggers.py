"""Triggers that keep the ledger append-only, on both databases; `verify` fails when one is missing or was changed."""

from __future__ import annotations

from typing import Any

from django.db import connection

TABLES = {"core_ledgerentry": "id", "core_ledgerposition": "position", "core_ledgerseal": "id"}
FUNCTION = "anlan_append_only"
BODY = "BEGIN RAISE EXCEPTION 'the ledger is append-only'; END"


def install(**_: Any) -> None:
    """Put the triggers in place; called after every migration (SQLite's table remake drops them)."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"CREATE OR REPLACE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $${BODY}$$")
        for name, text in expected().items():
            table = name.rsplit("_", 2)[0]
            if connection.vendor == "postgresql":
                cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
            else:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
            cursor.execute(text)


def remove() -> None:
    """Take the triggers away, for the flush of a transactional test and for a restore."""
    with connection.cursor() as cursor:
        for name in expected():
            table = name.rsplit("_", 2)[0]
            cursor.execute(
                f"DROP TRIGGER IF EXISTS {name}" + (f" ON {table}" if connection.vendor == "postgresql" else "")
            )


def expected() -> dict[str, str]:
    """Return each trigger's name and text for the database in use."""
    make = _postgresql if connection.vendor == "postgresql" else _sqlite
    return {name: text for table, key in TABLES.items() for name, text in make(table, key)}


def faults() -> list[str]:
    """Say which triggers are missing, disabled or changed."""
    found = _found_postgresql() if connection.vendor == "postgresql" else _found_sqlite()
    faults = []
    for name, text in expected().items():
        if name not in found:
            faults.append(f"trigger {name} is missing")
        elif found[name] != text:
            faults.append(f"trigger {name} was changed or disabled")
    return faults


def _sqlite(table: str, key: str) -> list[tuple[str, str]]:
    """Three a table: `INSERT OR REPLACE` fires no delete trigger, so an insert of a key that exists is refused too."""
    stop = "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
    exists = f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})"
    if table == "core_ledgerposition":
        exists = exists[:-1] + " OR entry_id = NEW.entry_id)"
    if table == "core_ledgerseal":
        exists = exists[:-1] + " OR last = NEW.last OR hash = NEW.hash)"
    return [
        (f"{table}_no_update", f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {stop}"),
        (f"{table}_no_delete", f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {stop}"),
        (f"{table}_no_replace", f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} {exists} {stop}"),
    ]


def _postgresql(table: str, key: str) -> list[tuple[str, str]]:
    call = f"EXECUTE FUNCTION {FUNCTION}()"
    return [
        (
            f"{table}_no_change",
            f"CREATE TRIGGER {table}_no_change BEFORE DELETE OR UPDATE ON public.{table} FOR EACH ROW {call}",
        ),
        (
            f"{table}_no_truncate",
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON public.{table} FOR EACH STATEMENT {call}",
        ),
    ]


def _found_sqlite() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        return dict(cursor.fetchall())


def _found_postgresql() -> dict[str, str]:
    """Read the triggers' definitions; one that is disabled or whose function was emptied counts as changed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.tgname, pg_get_triggerdef(t.oid), t.tgenabled, p.prosrc"
            " FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal"
        )
        rows = cursor.fetchall()
    return {
        name: text if enabled in {"O", "A"} and body == BODY else f"{enabled} {body}"
        for name, text, enabled, body in rows
    }
