"""The only way to write: the outermost `write()` is the transaction, and its last act places the ledger entries."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from anlan.core import ledger


class _State(threading.local):
    depth = 0


_state = _State()


def is_writing() -> bool:
    """Whether this thread is inside `write()`."""
    return _state.depth > 0


@contextmanager
def write() -> Iterator[None]:
    """Open the transaction, or a savepoint inside one that drops its own entries on error."""
    if _state.depth:
        with _entered(), transaction.atomic(), ledger.savepoint():
            yield
        return
    with _entered(), transaction.atomic(), ledger.outermost():
        yield


@contextmanager
def _entered() -> Iterator[None]:
    _state.depth += 1
    try:
        yield
    finally:
        _state.depth -= 1


def vendor() -> str:
    """Return the database in use: sqlite or postgresql."""
    return connection.vendor
