"""Calls of one verb that come together: a stage does them as one, and each is answered as if it had been alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, NamedTuple

from django.db import connection

from anlan.core.chunks import chunks
from anlan.core.ledger.inserts import insert_keyed
from anlan.core.models import VerbKey
from anlan.core.time.clock import now

ALONE: Final = object()  # in place of an answer: this call is done by the verb itself


class Call(NamedTuple):
    """A keyed call: under what its answer is stored, what was asked, and with what the whole is done as one."""

    scope: str
    asked: dict[str, Any]
    together: Together


class Answer(NamedTuple):
    """What a call is answered for good, with the hash of what was asked, both as they are stored."""

    scope: str
    fingerprint: str
    result: str


Together = Callable[[Sequence[Call]], Sequence[Any]]


def known(scopes: Sequence[str]) -> set[str]:
    """Return under which of these anything was asked before."""
    found: set[str] = set()
    with connection.cursor() as cursor:
        for some in chunks(scopes):
            cursor.execute(f"SELECT key FROM core_verbkey WHERE key IN ({', '.join(['%s'] * len(some))})", some)
            found.update(key for (key,) in cursor.fetchall())
    return found


def keep(answers: Iterable[Answer]) -> None:
    """Store answers under their keys; one that came meanwhile breaks the whole, and each call is done alone."""
    at = now()
    rows = [{"key": scope, "fingerprint": print_, "result": result, "at": at} for scope, print_, result in answers]
    insert_keyed(VerbKey, rows)
