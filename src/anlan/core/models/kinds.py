"""The kinds of ledger entries: a number in each row, a name to everybody who reads it."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Any, Final

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from anlan.core.models.rows import RowNumber

LOOKUPS: Final = frozenset({"exact", "in", "isnull", "startswith", "endswith"})
_names: dict[int, str] = {}


@lru_cache(4096)
def number_of(name: str) -> int:
    """Return a kind's number: computed from its name, it is the same everywhere and never stale."""
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") & 0x7FFFFFFF
    _names.setdefault(number, name)
    return number


def name_of(number: int) -> str:
    """Return the name of a kind that stands in a row; a number that nobody stored shows as itself."""
    if number not in _names:
        _names.update(LedgerKind.objects.values_list("number", "name"))
    return _names.get(number, f"?{number}")


class LedgerKind(models.Model):
    """One kind of ledger entry. Who reads the tables joins it; who uses the models sees names only."""

    number = RowNumber(primary_key=True)
    name = models.CharField(max_length=64, unique=True)

    def __str__(self) -> str:
        return self.name


class KindField(models.Field):  # type: ignore[type-arg]
    """A kind, as its number in the row and as its name elsewhere."""

    def get_internal_type(self) -> str:
        """Return of which type the column is."""
        return "IntegerField"

    def from_db_value(self, value: int | None, expression: Any, connection: BaseDatabaseWrapper) -> str | None:
        """Return the name."""
        return None if value is None else name_of(value)

    def get_prep_value(self, value: Any) -> Any:
        """Return the number."""
        return number_of(value) if isinstance(value, str) else value

    def get_lookup(self, lookup_name: str) -> Any:
        """Allow what can be asked of a kind; the rest would compare numbers."""
        return super().get_lookup(lookup_name) if lookup_name in LOOKUPS else None


class _NameLookup(models.Lookup):
    """Kinds by a part of their names, found in the small table."""

    prepare_rhs = False
    pattern = ""

    def as_sql(self, compiler: Any, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        """Return the condition."""
        lhs, params = self.process_lhs(compiler, connection)
        like = self.pattern % connection.ops.prep_for_like_query(self.rhs)
        names = "SELECT number FROM core_ledgerkind WHERE name LIKE %s ESCAPE '\\'"
        return f"{lhs} IN ({names})", (*params, like)


@KindField.register_lookup
class StartsWith(_NameLookup):
    """Kinds of a stage."""

    lookup_name, pattern = "startswith", "%s%%"


@KindField.register_lookup
class EndsWith(_NameLookup):
    """Kinds of one sort, such as all that was taken back."""

    lookup_name, pattern = "endswith", "%%%s"
