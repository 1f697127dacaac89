"""Reading everything from one moment, while others go on writing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from django.db import connection, transaction

from anlan.core.ledger.writes import is_in_memory

Beside = Callable[[Callable[[], None]], None]


@contextmanager
def snapshot() -> Iterator[Beside]:
    """Read from one moment; what is given to the act that this yields is done beside it, on a connection of its own.

    On SQLite it is a deferred transaction, so that nobody waits for us to write. Inside a transaction, and on a
    database in memory (tests), which has one connection only, the caller's own view has to do.
    """
    if connection.in_atomic_block or is_in_memory():
        yield lambda act: act()
        return
    with ThreadPoolExecutor(1, "anlan-beside") as pool, _one_moment():
        try:
            yield lambda act: pool.submit(act).result()
        finally:
            pool.submit(lambda: connection.close()).result()  # the thread's own


@contextmanager
def _one_moment() -> Iterator[None]:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with transaction.atomic():
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                yield
            return
        cursor.execute("BEGIN DEFERRED")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")
