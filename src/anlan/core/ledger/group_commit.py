"""Group commit: one thread writes for all threads of the web process, many verbs in one COMMIT."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any, TypeVar, cast

from django.db import connection, transaction
from django.utils import translation

from anlan.core import ledger
from anlan.core.city.current import city_read_once
from anlan.core.ledger import writes
from anlan.core.ledger.calls import ALONE, Call, Together

R = TypeVar("R")
BATCH = 64
COMPANY_S = 0.008  # how long the first of a batch waits for others, while many write
log = logging.getLogger("anlan.writer")


class Spoiled(Exception):
    """One act broke the common transaction, so each has to run by itself."""


class Task:
    """One act, the language of who asked for it, and what came of it."""

    def __init__(self, act: Callable[[], Any], call: Call | None = None) -> None:
        self.act, self.call, self.is_done = act, call, False
        self.language = translation.get_language()
        self.open = threading.Lock()  # held until there is an answer; a Future costs ten times as much
        self.open.acquire()
        self.next: Task | None = None  # whose turn it is then: all at once would fight for the interpreter
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
        """Let who waits have the outcome."""
        self.open.release()

    def outcome(self) -> Any:
        """Wait for the answer."""
        with self.open:
            if self.next:
                self.next.answer()
            if self.error is not None:
                raise self.error
            return self.value


class GroupWriter:
    """A queue and one thread; each caller gets its own outcome, and only after COMMIT.

    With `calls_only`, as on PostgreSQL, which has many writers, other writes are run where they are asked for, and
    what cannot be done as one has a transaction of its own: a verb places its entries last, and then locks nothing.
    """

    def __init__(self, batch: int = BATCH, *, calls_only: bool = False) -> None:
        self.batch, self.calls_only = batch, calls_only
        self.batches = 0
        self._last = 0  # how many the batch before held
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

    def takes(self, call: Call | None) -> bool:
        """Whether it runs this write."""
        return call is not None or not self.calls_only

    def submit(self, act: Callable[[], R], call: Call | None = None) -> R:
        """Run an act with others in one transaction; return its answer once that is committed."""
        if not self._thread.is_alive():
            raise writes.NotStored("Anlan is stopping: nothing was stored. Repeat it in a moment.")
        task = Task(act, call)
        self._queue.put(task)
        return cast(R, task.outcome())

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
        if self._last > 1 and self._queue.qsize() < self.batch - 1:
            time.sleep(COMPANY_S)
        while first and len(tasks) < self.batch:
            try:
                task = self._queue.get_nowait()
            except queue.Empty:
                break
            if task is None:
                self._queue.put(None)
                break
            tasks.append(task)
        self._last = len(tasks)
        return tasks

    def _write(self, tasks: list[Task]) -> None:
        for some in _alike(tasks) if self.calls_only else [tasks]:
            done = self._together(some) if len(some) > 1 or some[0].call else []
            for task, after in pairwise(done):
                task.next = after
            if done:
                done[0].answer()
            answered = set(done)
            for task in some:
                if task not in answered:
                    task.alone()

    def _together(self, tasks: list[Task]) -> list[Task]:
        """Run them in one transaction; return those that have their outcome, for each other has to run by itself."""
        committed: list[bool] = []
        done: list[Task] = []
        try:
            with writes.explained(), writes.one_writer(), writes.entered(), transaction.atomic():
                transaction.on_commit(lambda: committed.append(True))
                with city_read_once():
                    _as_one(tasks)
                for task in tasks:
                    if not task.is_done and not self.calls_only:
                        task.attempt()
                    if connection.get_rollback():
                        raise Spoiled
                done = [task for task in tasks if task.is_done or not self.calls_only]
        except Exception as error:
            if committed:
                log.exception("after a commit")
                return done
            log.warning("a batch of %d is written singly: %s", len(tasks), type(error).__name__)
            connection.close_if_unusable_or_obsolete()
            return []
        return done


def _alike(tasks: list[Task]) -> list[list[Task]]:
    """Group calls by what does them as one."""
    like: dict[Together | None, list[Task]] = {}
    for task in tasks:
        like.setdefault(task.call.together if task.call else None, []).append(task)
    return list(like.values())


def _as_one(tasks: list[Task]) -> None:
    """Do the calls of each verb that can do many as one, in a savepoint; what is left or fails is done by itself."""
    for task in tasks:
        task.is_done = False
    for some in _alike([task for task in tasks if task.call]):
        calls = [task.call for task in some if task.call]
        try:
            with transaction.atomic(), ledger.outermost():
                answers = calls[0].together(calls)
        except Exception as error:
            if writes.is_passing(error):
                raise
            log.warning("%d calls are done one by one: %s", len(some), type(error).__name__)
            continue
        for task, answer in zip(some, answers, strict=True):
            task.is_done = answer is not ALONE
            task.value, task.error = answer, None
