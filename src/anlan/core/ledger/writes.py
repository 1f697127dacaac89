"""The only way to write: the outermost `write()` is the transaction, and its last act places the ledger entries."""

from __future__ import annotations

import fcntl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol, TypeVar

from django.db import Error, InterfaceError, OperationalError, connection, transaction

from anlan.core import ledger
from anlan.core.city.current import forget_city

if TYPE_CHECKING:
    from anlan.core.ledger.calls import Call

R = TypeVar("R")
WAIT_S = 30.0  # how long a write waits for the others of this data directory


class NotStored(RuntimeError):
    """The database could not store. If COMMIT itself failed the outcome is unknown: repeat with the same key."""

    exit_status = 1


class Writer(Protocol):
    """Something that runs writes for the threads of this process, such as the group commit of the web."""

    def takes(self, call: Call | None) -> bool:
        """Whether it runs this write; else it is run where it was asked for."""

    def submit(self, act: Callable[[], R], call: Call | None = None) -> R:
        """Run a write and return its answer once it is committed; a call may be done as one with others."""


class _State(threading.local):
    depth = 0


_state = _State()
_writer: Writer | None = None


def use_writer(writer: Writer | None) -> None:
    """Send the outermost verbs of this process through a writer, or, with None, run each by itself."""
    global _writer
    _writer = writer


def is_writing() -> bool:
    """Whether this thread is inside `write()`."""
    return _state.depth > 0


def perform(act: Callable[[], R], call: Call | None = None) -> R:
    """Run an act as one write: through this process's writer where there is one, else in this thread."""
    if _writer is not None and not is_writing() and _writer.takes(call):
        return _writer.submit(act, call)
    with write():
        return act()


@contextmanager
def write() -> Iterator[None]:
    """Open the transaction, or a savepoint inside one that drops its own entries on error."""
    if is_writing():
        with read_anew(), entered(), transaction.atomic(), ledger.savepoint():
            yield
        return
    with explained(), one_writer(), entered(), read_anew(), transaction.atomic(), ledger.outermost():
        forget_city()  # what a page had read before may have been changed since
        yield
        if connection.get_rollback():
            raise NotStored("The transaction was broken off: nothing was stored. Repeat it.")


@contextmanager
def read_anew() -> Iterator[None]:
    """Forget what was read of the city in what is taken back."""
    try:
        yield
    except BaseException:
        forget_city()
        raise


@contextmanager
def entered() -> Iterator[None]:
    """Mark this thread as writing."""
    _state.depth += 1
    try:
        yield
    finally:
        _state.depth -= 1


@contextmanager
def explained() -> Iterator[None]:
    """Turn an error of the database that is nobody's wrong use into `NotStored` with what to do about it."""
    try:
        yield
    except Error as error:
        reason = _reason(error)
        if reason is None:
            raise
        raise NotStored(reason) from error


def is_passing(error: Exception) -> bool:
    """Whether an error is the database's state, which passes, and not the fault of what was asked."""
    return isinstance(error, NotStored) or (isinstance(error, Error) and _reason(error) is not None)


def _reason(error: Error) -> str | None:
    text = str(error).lower()
    state = getattr(error.__cause__, "sqlstate", None) or ""
    if "disk is full" in text or state == "53100":
        return "The disk is full: nothing was stored. Free some space, then repeat."
    if "locked" in text or state in {"55P03", "57014", "40P01"}:
        return "The database is busy: nothing was stored. Repeat in a moment."
    if "readonly" in text or "read-only" in text or state == "25006":
        return "The data directory cannot be written: nothing was stored."
    if "i/o error" in text or state[:2] in {"08", "53", "57", "58"} or _is_cut_off(error, state):
        return "The database could not be reached or written. It is not known whether this was stored: repeat it."
    return None


def _is_cut_off(error: Error, state: str) -> bool:
    """Whether the driver says, without an answer of the server, that there is no connection to it."""
    driver = type(error.__cause__).__module__.split(".")[0]
    return not state and isinstance(error, (InterfaceError, OperationalError)) and driver in {"psycopg", "psycopg_pool"}


@contextmanager
def one_writer() -> Iterator[None]:
    """On SQLite let one process write at a time; PostgreSQL needs no such queue.

    Two locks make the queue fair: who waits holds the first, so that who has just written cannot overtake.
    """
    folder = _lock_folder()
    if folder is None:
        yield
        return
    with _lock_file(folder / "turn.lock") as turn, _lock_file(folder / "write.lock") as lock:
        deadline = time.monotonic() + WAIT_S
        _take(turn, deadline)
        _take(lock, deadline)
        fcntl.flock(turn, fcntl.LOCK_UN)
        yield  # closing the files releases the locks, also when the process is killed


def _lock_file(path: Path) -> IO[bytes]:
    try:
        return path.open("ab")
    except OSError as error:
        raise NotStored(f"The data directory cannot be written ({error.strerror}): nothing was stored.") from error


def _take(lock: IO[bytes], deadline: float) -> None:
    pause = 0.0005
    while True:
        try:
            return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise NotStored("Another process has been writing too long: nothing was stored. Repeat it.") from None
        time.sleep(pause)
        pause = min(2 * pause, 0.01)


def _lock_folder() -> Path | None:
    if connection.vendor != "sqlite" or connection.in_atomic_block:  # a test's transaction is already open
        return None
    return None if is_in_memory() else Path(str(connection.settings_dict["NAME"])).parent


def is_in_memory() -> bool:
    """Whether this is the SQLite database of a test, which lies in no file."""
    return connection.vendor == "sqlite" and "mode=memory" in str(connection.settings_dict["NAME"])
