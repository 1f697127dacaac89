"""Group commit: one thread writes for all threads of the web process, many verbs in one COMMIT."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar, cast

from django.db import connection, transaction
from django.utils import translation

from anlan.core import ledger
from anlan.core.ledger import writes

R = TypeVar("R")
BATCH = 64
log = logging.getLogger("anlan.writer")


class Spoiled(Exception):
    """One act broke the common transaction, so each has to run by itself."""


class Task:
    """One act, the language of who asked for it, and what came of it."""

    def __init__(self, act: Callable[[], Any]) -> None:
        self.act = act
        self.language = translation.get_language()
        self.future: Future[Any] = Future()
        self.value: Any = None
        self.error: Exception | None = None

    def spoken(self) -> Any:
        """Run in the language of who asked."""
        with translation.override(self.language):
            return self.act()

    def attempt(self) -> None:
        """Run in a savepoint of the common transaction, and remember the outcome."""
        self.value = self.error = None
        try:
            with transaction.atomic(), ledger.outermost():
                self.value = self.spoken()
        except Exception as error:
            if writes.is_passing(error):  # a deadlock or a full disk is the whole batch's: each is written singly
                raise
            self.error = error

    def alone(self) -> None:
        """Run in a transaction of its own, and answer."""
        try:
            with writes.write():
                self.value, self.error = self.spoken(), None
        except Exception as error:
            self.error = error
        self.answer()

    def answer(self) -> None:
        """Give the outcome to who waits for it."""
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.value)


class GroupWriter:
    """A queue and one thread; each caller gets its own outcome, and only after COMMIT."""

    def __init__(self, batch: int = BATCH) -> None:
        self.batch = batch
        self.batches = 0
        self._queue: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="anlan-writer", daemon=True)

    def start(self) -> GroupWriter:
        """Start the thread."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Finish what was asked so far, then end."""
        self._queue.put(None)
        self._thread.join()

    def submit(self, act: Callable[[], R]) -> R:
        """Run an act with others in one transaction; return its answer once that is committed."""
        if not self._thread.is_alive():
            raise writes.NotStored("Anlan is stopping: nothing was stored. Repeat it in a moment.")
        task = Task(act)
        self._queue.put(task)
        return cast(R, task.future.result())

    def _run(self) -> None:
        try:
            while tasks := self._next():
                self._write(tasks)
                self.batches += 1
        finally:
            connection.close()

    def _next(self) -> list[Task]:
        first = self._queue.get()
        tasks = [first] if first else []
        while first and len(tasks) < self.batch:
            try:
                task = self._queue.get_nowait()
            except queue.Empty:
                break
            if task is None:
                self._queue.put(None)
                break
            tasks.append(task)
        return tasks

    def _write(self, tasks: list[Task]) -> None:
        if len(tasks) > 1 and self._together(tasks):
            for task in tasks:
                task.answer()
            return
        for task in tasks:
            task.alone()

    def _together(self, tasks: list[Task]) -> bool:
        """Run all in one transaction; return whether it was committed, else each has to run by itself."""
        committed: list[bool] = []
        try:
            with writes.explained(), writes.one_writer(), writes.entered(), transaction.atomic():
                transaction.on_commit(lambda: committed.append(True))
                for task in tasks:
                    task.attempt()
                    if connection.get_rollback():
                        raise Spoiled
        except Exception as error:
            if committed:
                log.exception("after a commit")
                return True
            log.warning("a batch of %d is written singly: %s", len(tasks), type(error).__name__)
            connection.close_if_unusable_or_obsolete()
            return False
        return True
