"""Runs as a process: makes the tables of an empty database, and prints what then stands in it."""

from __future__ import annotations

import json
import re
import sys
from contextlib import suppress
from typing import Any
from unittest.mock import patch

import django
from django.core.management import call_command
from django.core.management.commands.migrate import Command as Walk

APPLIED, KEYS = {"applied", "mark"}, {"id", "content_type_id"}
WORDS = {
    "auth_permission": {"name"}
}  # after the table as it is called here, or as the migrations call it; read by nobody
POSTGRESQL = {
    "columns": "SELECT table_name || '.' || column_name, concat_ws(' ', data_type, character_maximum_length,"
    " is_nullable, column_default, collation_name, is_identity, identity_generation)"
    " FROM information_schema.columns WHERE table_schema = 'public'",
    "indexes": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "constraints": "SELECT conrelid::regclass || ' ' || conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace",
    "triggers": "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "functions": "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
    "sequences": "SELECT sequencename, data_type::text FROM pg_sequences WHERE schemaname = 'public'",
}


def layout() -> dict[str, Any]:
    """Return every table's columns, indexes, constraints and triggers by name, and the rows, in no order."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            found = {what: _pairs(cursor, text) for what, text in POSTGRESQL.items()}
        else:
            names = _pairs(cursor, "SELECT type || ' ' || name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'")
            found = {"made": {name: sorted(_parts(text)) for name, text in names.items()}}
        found["rows"] = {table: _rows(cursor, table) for table in connection.introspection.table_names(cursor)}
    return found


def _pairs(cursor: Any, text: str) -> dict[str, str]:
    cursor.execute(text)
    return dict(cursor.fetchall())


def _parts(text: str) -> list[str]:
    """Cut a definition of a table into its columns and constraints, whose order means nothing."""
    opened, parts, body = 0, [""], re.sub(r"^CREATE TABLE (\S+) \((.*)\)$", r"\2", text)
    for sign in body:
        opened += {"(": 1, ")": -1}.get(sign, 0)
        if sign == "," and opened == 0 and body != text:
            parts.append("")
        else:
            parts[-1] += sign
    return [part.strip() for part in parts]


def _rows(cursor: Any, table: str) -> list[str]:
    """Return a table's rows without keys and moments of their own."""
    own = APPLIED | KEYS | WORDS.get(table, set())
    cursor.execute(f'SELECT * FROM "{table}"')
    names = [column[0] for column in cursor.description]
    return sorted(
        json.dumps({name: str(value) for name, value in zip(names, row, strict=True) if name not in own},
                   sort_keys=True) for row in cursor.fetchall()
    )  # fmt: skip


def make(how: str) -> None:
    """Make the tables at once, by every migration, or at once with an end before they are done."""
    from anlan.core.operator import tables

    if how == "cut off":
        with patch.object(tables, "_in_order", side_effect=KeyboardInterrupt), suppress(KeyboardInterrupt):
            call_command("migrate", interactive=False, verbosity=0)
    else:
        call_command(Walk() if how == "walked" else "migrate", interactive=False, verbosity=0)


if __name__ == "__main__":
    django.setup()
    make(sys.argv[1])
    sys.stdout.write(json.dumps(layout()))
