"""What makes a row light: a key that is the row's own number, an index that does not write it twice, short moments.

Who reads the tables of SQLite past the models finds moments as microseconds since 1970 where else stood 26 letters.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

BEGIN: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
PLAIN_BEGIN: Final = BEGIN.replace(tzinfo=None)
TICK: Final = dt.timedelta.resolution  # a microsecond


def ticks_of(moment: dt.datetime) -> int:
    """Return a moment as microseconds since 1970."""
    return (moment - BEGIN) // TICK


def moment_of(ticks: int) -> dt.datetime:
    """Return the moment, in UTC."""
    return BEGIN + dt.timedelta(microseconds=ticks)


def stamp_of(ticks: Any) -> Any:
    """Return the ledger's text of a moment; what is no number stands as it is."""
    if not isinstance(ticks, int):
        return ticks
    return (PLAIN_BEGIN + dt.timedelta(microseconds=ticks)).isoformat(timespec="microseconds") + "Z"


def ticks_in(text: Any) -> Any:
    """Return the number of a moment in the text of the ledger; what is written in another way stays as it is."""
    try:
        ticks = (dt.datetime.fromisoformat(text.removesuffix("Z")) - PLAIN_BEGIN) // TICK
    except (ValueError, TypeError, AttributeError):
        return text
    return ticks if stamp_of(ticks) == text else text


class RowNumber(models.BigIntegerField):  # type: ignore[type-arg]
    """A key given by us that is the row's own number: SQLite takes only `integer` for it, and else keeps both."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        """Return the column's type."""
        return "integer" if connection.vendor == "sqlite" else super().db_type(connection)


class RowIndex(models.Index):
    """An index that ends in `id`: SQLite writes the row's number behind every index entry by itself."""

    def create_sql(self, model: type[models.Model], schema_editor: Any, using: str = "", **kwargs: Any) -> Any:
        """Return the statement that makes it."""
        if schema_editor.connection.vendor != "sqlite":
            return super().create_sql(model, schema_editor, using, **kwargs)
        lighter = models.Index(fields=[name for name in self.fields if name != "id"], name=self.name)
        return lighter.create_sql(model, schema_editor, using, **kwargs)


class Moment(models.DateTimeField):  # type: ignore[type-arg]
    """A moment of a table with many rows: a number on SQLite, a time stamp on PostgreSQL, which keeps a number itself.

    Compared it is only with moments of the same kind, and no function over dates is asked of it.
    """

    def get_internal_type(self) -> str:
        """Return a name of its own: SQLite's reading of texts is not for it."""
        return "Moment"

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        """Return the column's type."""
        return "integer" if connection.vendor == "sqlite" else str(connection.data_types["DateTimeField"])

    def from_db_value(self, value: Any, expression: Any, connection: BaseDatabaseWrapper) -> Any:
        """Return the moment."""
        return moment_of(value) if isinstance(value, int) else value

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        """Return what the database keeps."""
        value = value if prepared else self.get_prep_value(value)
        return ticks_of(value) if connection.vendor == "sqlite" and isinstance(value, dt.datetime) else value


class StampField(models.CharField):  # type: ignore[type-arg]
    """When an entry was made, as the text of the ledger; on SQLite the row holds the number of it."""

    def get_internal_type(self) -> str:
        """Return a name of its own."""
        return "StampField"

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        """Return the column's type."""
        return "integer" if connection.vendor == "sqlite" else f"varchar({self.max_length})"

    def from_db_value(self, value: Any, expression: Any, connection: BaseDatabaseWrapper) -> Any:
        """Return the text."""
        return stamp_of(value)

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        """Return what the database keeps."""
        return ticks_in(value) if connection.vendor == "sqlite" else value
