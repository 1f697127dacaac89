"""A column that looks like the number of each record, and is not taken for it: it holds one number twice."""

from __future__ import annotations

from collections.abc import Sequence

from anlan.tables import Note, Record, as_text, guess_columns

SHOWN_CHARACTERS = 60


def number_twice(columns: Sequence[str], sample: Sequence[Record]) -> tuple[Note, ...]:
    """Say which column has the name of a number and holds one twice, and where; nothing where none has."""
    if not sample:
        return ()
    column = guess_columns(columns, [sample[-1].values]).columns.id  # of one record every number is the only one
    if column is None:
        return ()
    seen: set[str] = set()
    for record in sample:
        number = as_text(record.values.get(column))
        if number and number in seen:
            return (_note(column, number[:SHOWN_CHARACTERS], record.line or record.number),)
        seen.add(number)
    return ()


def _note(column: str, number: str, row: int) -> Note:
    made = Note(f"the column {column!r} holds {number!r} twice (again in row {row}): it is not used as the number")
    made.code, made.limits = "number_twice", {"column": column, "number": number, "row": row}
    return made
