"""What makes a row light: a key that is the row's own number, an index that does not write it twice."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


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
