"""Triggers that keep a report as it was received: only its validity may change, and nothing deletes it."""

from __future__ import annotations

from typing import Any

from django.db import connections

from anlan.intake.models.report import Report

MAY_CHANGE = frozenset({"validity"})
WORDS = "a report is evidence: it is never edited or deleted"
TRIGGERS = ("intake_report_unedited", "intake_report_undeleted")


def install(using: str = "default", **_: Any) -> None:
    """Put the triggers in place; runs after every migration, since SQLite drops them when it remakes a table."""
    connection = connections[using]
    if "intake_report" not in connection.introspection.table_names():
        return
    with connection.cursor() as cursor:
        for statement in _postgresql() if connection.vendor == "postgresql" else _sqlite():
            cursor.execute(statement)


def remove(using: str = "default") -> None:
    """Take the triggers away: for a moment, when a test's database is emptied."""
    connection = connections[using]
    table = " ON intake_report" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for name in TRIGGERS:
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{table}")


def _columns() -> str:
    held = [field.column for field in Report._meta.local_concrete_fields if field.name not in MAY_CHANGE]
    return ", ".join(f'"{column}"' for column in held)


def _sqlite() -> list[str]:
    unedited, undeleted = TRIGGERS
    return [
        f"DROP TRIGGER IF EXISTS {unedited}",
        f"DROP TRIGGER IF EXISTS {undeleted}",
        f"CREATE TRIGGER {unedited} BEFORE UPDATE OF {_columns()} ON intake_report"
        f" BEGIN SELECT RAISE(ABORT, '{WORDS}'); END",
        f"CREATE TRIGGER {undeleted} BEFORE DELETE ON intake_report BEGIN SELECT RAISE(ABORT, '{WORDS}'); END",
    ]


def _postgresql() -> list[str]:
    unedited, undeleted = TRIGGERS
    run = "FOR EACH ROW EXECUTE FUNCTION intake_report_is_evidence()"
    return [
        "CREATE OR REPLACE FUNCTION intake_report_is_evidence() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{WORDS}' USING ERRCODE = 'restrict_violation'; END $$",
        f"DROP TRIGGER IF EXISTS {unedited} ON intake_report",
        f"DROP TRIGGER IF EXISTS {undeleted} ON intake_report",
        f"CREATE TRIGGER {unedited} BEFORE UPDATE OF {_columns()} ON intake_report {run}",
        f"CREATE TRIGGER {undeleted} BEFORE DELETE ON intake_report {run}",
    ]
