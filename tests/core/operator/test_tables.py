"""A new database gets its tables at once, and they are those that walking every migration makes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from anlan.core.operator import schema, tables
from tests.conftest import own_database

pytestmark = pytest.mark.django_db


def made(how: str, data: Path) -> dict[str, Any]:
    """Return what stands in a database of its own after its tables were made."""
    with own_database() as own:
        environ = os.environ | own | {"ANLAN_DATA": str(data), "DJANGO_SETTINGS_MODULE": "anlan.settings"}
        command = [sys.executable, "-m", "tests.core.operator.layout", how]
        data.mkdir()
        return json.loads(subprocess.run(command, env=environ, capture_output=True, text=True, check=True).stdout)


def test_tables_made_at_once_are_those_that_every_migration_makes(tmp_path: Path) -> None:
    """Columns, indexes, constraints, triggers, and every row, of migrations, permissions or content types.

    Long because it walks all migrations, in a process of its own.
    """
    at_once, walked = made("at once", tmp_path / "at_once"), made("walked", tmp_path / "walked")
    assert at_once.keys() == walked.keys()
    for what in walked:
        assert at_once[what] == walked[what], what
    assert len(walked["rows"]["django_migrations"]) > 80


def test_tables_that_were_cut_off_are_none(tmp_path: Path) -> None:
    """What ends half way leaves a database as empty as before, for the next start to make them all."""
    assert not any(made("cut off", tmp_path / "new").values())


def test_a_database_with_tables_is_walked(monkeypatch: pytest.MonkeyPatch) -> None:
    """What holds a table already is never made anew: only the migrations that are missing run."""
    monkeypatch.setattr(tables, "make", lambda connection: pytest.fail("made anew"))
    call_command("migrate", interactive=False, verbosity=0)
    assert schema.state() is schema.State.READY


def test_a_question_about_migrations_makes_no_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks an empty database for its plan gets the plan, and no table."""
    monkeypatch.setattr(tables, "are_absent", lambda connection: True)
    monkeypatch.setattr(tables, "make", lambda connection: pytest.fail("made"))
    call_command("migrate", plan=True, interactive=False, verbosity=0)
