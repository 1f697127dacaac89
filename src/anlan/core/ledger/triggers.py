"""Triggers that keep ledger and evidence as written, on both databases; `verify` names a missing or changed one."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection, models

from anlan.core.models import LedgerEntry, LedgerKind, LedgerPosition, LedgerSeal

FUNCTION: Final = "anlan_append_only"
BODY: Final = "BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'restrict_violation'; END"


@dataclass(frozen=True)
class Protection:
    """A table whose rows stay as they were written, but for what is named here."""

    model: type[models.Model]
    words: str  # what the database says to who tries
    may_change: frozenset[str] = frozenset()  # columns that a verb changes, with an entry
    may_go: bool = False  # content that is erased by deleting its row

    @property
    def table(self) -> str:
        """The protected table."""
        return self.model._meta.db_table

    @property
    def columns(self) -> dict[str, str]:
        """Each field's column."""
        return {field.name: str(field.column) for field in self.model._meta.local_concrete_fields}

    def held(self) -> str:
        """Return the columns that never change, or nothing where that is every column."""
        held = [column for column in self.columns.values() if column not in self.may_change]
        return ", ".join(held) if self.may_change else ""

    def taken(self) -> str:
        """Return when a new row would take the place of another: `INSERT OR REPLACE` fires no delete trigger."""
        own = self.model._meta.local_concrete_fields
        declared = self.model._meta.constraints
        unique: list[tuple[str, ...]] = [(field.name,) for field in own if field.unique]
        unique += [tuple(each.fields) for each in declared if isinstance(each, models.UniqueConstraint)]
        keys = [[f"{self.columns[name]} = NEW.{self.columns[name]}" for name in key] for key in unique]
        return " OR ".join(map(" AND ".join, keys))


PROTECTED: Final[dict[str, Protection]] = {}


def protect(model: type[models.Model], words: str, *, may_change: Collection[str] = (), may_go: bool = False) -> None:
    """Let the database itself refuse to change, delete or replace rows of a table."""
    found = Protection(model, words, frozenset(may_change), may_go)
    PROTECTED[found.table] = found


for each in (LedgerEntry, LedgerKind, LedgerPosition, LedgerSeal):
    protect(each, "the ledger is append-only")


def install(**_: Any) -> None:
    """Put the triggers in place; called after every migration (SQLite's table remake drops them)."""
    there = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"CREATE OR REPLACE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $${BODY}$$")
        for name, text in expected().items():
            if _table(name) in there:
                cursor.execute(_drop(name))
                cursor.execute(text)


def remove() -> None:
    """Take the triggers away, for the flush of a transactional test and for a restore."""
    with connection.cursor() as cursor:
        for name in expected():
            cursor.execute(_drop(name))


def expected() -> dict[str, str]:
    """Return each trigger's name and text for the database in use."""
    make = _postgresql if connection.vendor == "postgresql" else _sqlite
    return {f"{held.table}_{name}": text for held in PROTECTED.values() for name, text in make(held)}


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


def _table(trigger: str) -> str:
    return trigger.rsplit("_", 2)[0]


def _drop(trigger: str) -> str:
    table = f" ON {_table(trigger)}" if connection.vendor == "postgresql" else ""
    return f"DROP TRIGGER IF EXISTS {trigger}{table}"


def _sqlite(held: Protection) -> Iterator[tuple[str, str]]:
    table = held.table
    stop = f"BEGIN SELECT RAISE(ABORT, '{held.words}'); END"
    of = f" OF {held.held()}" if held.held() else ""
    yield "no_update", f"CREATE TRIGGER {table}_no_update BEFORE UPDATE{of} ON {table} {stop}"
    if not held.may_go:
        yield "no_delete", f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {stop}"
    exists = f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {held.taken()})"
    yield "no_replace", f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} {exists} {stop}"


def _postgresql(held: Protection) -> Iterator[tuple[str, str]]:
    """Write triggers as PostgreSQL tells them back, so that a changed one is seen by its text."""
    table = held.table
    call = f"EXECUTE FUNCTION {FUNCTION}('{held.words}')"
    acts = ("" if held.may_go else "DELETE OR ") + "UPDATE" + (f" OF {held.held()}" if held.held() else "")
    yield "no_change", f"CREATE TRIGGER {table}_no_change BEFORE {acts} ON public.{table} FOR EACH ROW {call}"
    if not held.may_go:
        yield (
            "no_truncate",
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON public.{table} FOR EACH STATEMENT {call}",
        )


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
