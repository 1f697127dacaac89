"""See that each kind of entry has its row, before an entry bears its number."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from anlan.core.models import LedgerKind
from anlan.core.models.kinds import number_of

_kept: set[str] = set()  # committed, as this process knows


def keep(names: Iterable[str]) -> None:
    """Store the kinds that are new; only inside `write()`. Once they are committed this process asks no more."""
    new = {number_of(name): name for name in sorted(set(names) - _kept)}
    if not new:
        return
    there = dict(LedgerKind.objects.filter(pk__in=new).values_list("number", "name"))
    for number, name in there.items():
        if name != new[number]:
            raise RuntimeError(f"the kinds {name} and {new[number]} have the same number: call one otherwise")
    rows = [LedgerKind(number=number, name=name) for number, name in new.items() if number not in there]
    LedgerKind.objects.bulk_create(rows, ignore_conflicts=True)  # on PostgreSQL another process may be first
    transaction.on_commit(lambda: _kept.update(new.values()), robust=True)


def forget() -> None:
    """Ask again: the tables may have been emptied, or are others."""
    _kept.clear()


def faults() -> list[str]:
    """Name, by their numbers, the kinds whose number is not their own: entries would be read as something else."""
    rows = LedgerKind.objects.order_by("number").values_list("number", "name")
    return [f"kind {number}: its number is another one's" for number, name in rows if number_of(name) != number]
