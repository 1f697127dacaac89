"""Rows that are evidence, each against the entries that tell of it: what a stage can check of its own tables."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from django.db import models

from anlan.core.chunks import IN_ONE_QUERY
from anlan.core.models import LedgerEntry

M = TypeVar("M", bound=models.Model)
Blame = Callable[[str], None]
Check = Callable[[Blame], int]


@dataclass(frozen=True)
class Evidence:
    """Whose rows are checked, by what, and which columns no entry tells of, each with the reason."""

    tables: tuple[type[models.Model], ...]
    check: Check
    free: Mapping[str, str]


@dataclass(frozen=True)
class Said:
    """What one entry says of a record."""

    pk: int
    kind: str
    at: str
    payload: dict[str, Any]


FREE: Final = {"LedgerSeal.id": "names nothing: seals follow each other by what they cover"}
CALL: Final = "by which keyed call sealed content came: only for its fingerprint to go with it"
NUMBER: Final = re.compile(r"[A-Z]{1,2}-?[0-9][0-9R-]{0,20}")
EVIDENCE: Final[dict[str, Evidence]] = {}


def evidence(name: str, *tables: type[models.Model], free: Mapping[str, str] | None = None) -> Callable[[Check], Check]:
    """Register a check of a stage's rows; it blames what differs, by the record's number, and returns how many it saw.

    It streams: it holds a bounded number of rows. Faults name columns and never what stands in them. `free` are the
    columns (`Model.column`) that no entry tells of.
    """

    def register(check: Check) -> Check:
        calls = {f"{table.__name__}.verb_key": CALL for table in tables if hasattr(table, "verb_key")}
        EVIDENCE[name] = Evidence(tables, check, calls | dict(free or {}))
        return check

    return register


def in_stretches(rows: models.QuerySet[M], count: int = IN_ONE_QUERY) -> Iterator[list[M]]:
    """Yield all rows in the order of their keys, some at a time: each stretch is a query of its own."""
    last: Any = None
    while found := list((rows if last is None else rows.filter(pk__gt=last)).order_by("pk")[:count]):
        yield found
        last = found[-1].pk


def entries_of(subjects: Iterable[str], kinds: Collection[str]) -> dict[str, list[Said]]:
    """Return what entries of these kinds say of each of a few records, in the order in which it was said."""
    wanted = list(subjects)
    said: dict[str, list[Said]] = {subject: [] for subject in wanted}
    found = LedgerEntry.objects.filter(subject__in=wanted, kind__in=kinds).order_by("pk")
    for pk, kind, at, subject, payload in found.values_list("pk", "kind", "at", "subject", "payload"):
        said[subject].append(Said(pk, kind, at, json.loads(payload)))
    return said


def with_entries(
    rows: models.QuerySet[M], subject: Callable[[M], str], kinds: Collection[str]
) -> Iterator[tuple[M, list[Said]]]:
    """Yield all rows, each with what entries of these kinds say of it."""
    for found in in_stretches(rows):
        said = entries_of(map(subject, found), kinds)
        yield from ((row, said[subject(row)]) for row in found)


def gone(kind: str, record: Callable[[str, Said], Any], model: type[models.Model], column: str = "pk") -> Iterator[Any]:
    """Yield the records of which entries of a kind tell and no row is there any more."""
    for found in in_stretches(LedgerEntry.objects.filter(kind=kind)):
        of = {record(each.subject, Said(each.pk, kind, each.at, json.loads(each.payload))) for each in found}
        there = model._default_manager.filter(**{f"{column}__in": list(of)}).values_list(column, flat=True)
        yield from sorted(of - set(there))


def called(number: Any) -> str:
    """Return how a fault calls a record: by its number, unless something else was written there."""
    return number if isinstance(number, str) and NUMBER.fullmatch(number) else "?"


def number_in(subject: str) -> str:
    """Return what an entry's subject calls the record, without its kind."""
    return subject.partition(":")[2]
