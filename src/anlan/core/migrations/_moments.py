"""Moments as numbers, on SQLite: the table with the new columns, then its texts read as what they say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from anlan.core.models.rows import ticks_of

Step = Callable[[Any, Any], None]


def remade(app: str, model: str) -> Step:
    """Return a step that writes a table anew as its model is now; PostgreSQL's columns stay as they are."""

    def step(apps: Any, schema: Any) -> None:
        if schema.connection.vendor == "sqlite":
            schema._remake_table(apps.get_model(app, model))

    return step


def as_numbers(table: str, columns: Sequence[str]) -> Step:
    """Return a step that writes the number of each moment in place of the text that Django wrote."""

    def step(apps: Any, schema: Any) -> None:
        if schema.connection.vendor != "sqlite":
            return
        schema.connection.connection.create_function("ticks", 1, _ticks, deterministic=True)
        schema.execute(f"UPDATE {table} SET " + ", ".join(f"{column} = ticks({column})" for column in columns))

    return step


def _ticks(text: str | int | None) -> int | None:
    return ticks_of(dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)) if isinstance(text, str) else text
