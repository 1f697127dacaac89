"""The record of what was done. What writes, verbs, followers, seals and verification are beside it."""

from __future__ import annotations

from anlan.core.ledger.entries import (
    append,
    append_columns,
    append_many,
    append_rows,
    canonical,
    caused_by,
    head_position,
    is_nested,
    outermost,
    row_of,
    savepoint,
)

__all__ = [
    "append",
    "append_columns",
    "append_many",
    "append_rows",
    "canonical",
    "caused_by",
    "head_position",
    "is_nested",
    "outermost",
    "row_of",
    "savepoint",
]
