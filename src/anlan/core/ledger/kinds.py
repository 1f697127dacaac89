"""See that each kind of entry has its row, before an entry bears its number."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from anlan.core.models import LedgerKind
from anlan.core.models.kinds import number_of

_kept: set[str] = set()  # committed, as this process knows


def keep(names: Iterable[str]) -> None:
    """Store the kinds that are new; only inside `write()`. Once they are committed this process asks no more."""
    new = set(names) - _kept
    for name in sorted(new):
        row, _created = LedgerKind.objects.get_or_create(number=number_of(name), defaults={"name": name})
        if row.name != name:
            raise RuntimeError(f"the kinds {row.name} and {name} have the same number: call the new one otherwise")
    if new:
        transaction.on_commit(lambda: _kept.update(new), robust=True)


def forget() -> None:
    """Ask again: the tables may have been emptied, or are others."""
    _kept.clear()


def faults() -> list[str]:
    """Name the kinds whose number is not their own: entries would be read as something else."""
    rows = LedgerKind.objects.order_by("number").values_list("number", "name")
    return [f"kind {name}: its number is another one's" for number, name in rows if number_of(name) != number]
