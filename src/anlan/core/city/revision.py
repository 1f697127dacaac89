"""A mark that changes with what the city's folder and its operators set, whoever changes it and in which process."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.db import DatabaseError, connection, models

TABLE: Final = "core_revision"
FUNCTION: Final = "anlan_revised"
MARKS: Final = {"sqlite": "lower(hex(randomblob(8)))", "postgresql": "gen_random_uuid()::text"}  # never the same again
_followed: list[type[models.Model]] = []


def follow(*tables: type[models.Model]) -> None:
    """Let the mark change with each change of these tables."""
    _followed.extend(tables)


def mark() -> str:
    """Return the mark as this thread sees it, inside a transaction with its own changes; none in an older database."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT mark FROM {TABLE}")
            return str(cursor.fetchone()[0])
    except DatabaseError:
        return ""


def make_table(schema_editor: Any) -> None:
    """Make the table with its only row; it is no model, for nothing of it is kept in a backup."""
    schema_editor.execute(f"CREATE TABLE {TABLE} (id integer PRIMARY KEY, mark text NOT NULL)")
    schema_editor.execute(f"INSERT INTO {TABLE} VALUES (1, {MARKS[schema_editor.connection.vendor]})")


def install(**_: Any) -> None:
    """Put the triggers in place; called after every migration (SQLite's table remake drops them)."""
    there = set(connection.introspection.table_names())
    if TABLE not in there:  # a database brought back to an early migration
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            body = f"BEGIN UPDATE {TABLE} SET mark = {MARKS['postgresql']}; RETURN NULL; END"
            cursor.execute(f"CREATE OR REPLACE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $${body}$$")
        for table in sorted({model._meta.db_table for model in _followed} & there):
            for statement in _triggers(table):
                cursor.execute(statement)


def _triggers(table: str) -> Iterator[str]:
    if connection.vendor == "postgresql":
        yield f"DROP TRIGGER IF EXISTS {table}_revised ON {table}"
        yield (
            f"CREATE TRIGGER {table}_revised AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION {FUNCTION}()"
        )
        return
    for act in ("INSERT", "UPDATE", "DELETE"):
        yield f"DROP TRIGGER IF EXISTS {table}_revised_{act.lower()}"
        yield (
            f"CREATE TRIGGER {table}_revised_{act.lower()} AFTER {act} ON {table}"
            f" BEGIN UPDATE {TABLE} SET mark = {MARKS['sqlite']}; END"
        )
