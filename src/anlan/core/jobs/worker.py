"""What runs beside the web: followers catch up, clocks expire, jobs are done, the ledger is sealed each second."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from django.db import close_old_connections, connection

from anlan.core import jobs
from anlan.core.jobs.beside import BESIDE, Act
from anlan.core.ledger import followers, seals
from anlan.core.ledger.writes import is_passing
from anlan.core.time import simulated
from anlan.core.time.clock import now
from anlan.core.time.expiry import Sweep
from anlan.core.workflow import undo

PAUSE_S = 0.5
REMEMBER_S = 2.0  # how much of a simulated city's time a stop may forget
BESIDE_S = 5.0
RENEW_S = 15.0  # a quarter of the lease
GRACE_S = 8.0  # what a job that tells no progress may still take after the signal to stop
log = logging.getLogger("anlan.worker")


class Worker:
    """One thread follows and seals, another does jobs, so that a long job delays no seal."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self._sweep = Sweep()
        self._renewed = self._remembered = time.monotonic()

    def stop(self) -> None:
        """Begin to stop: a running job ends at its next sign of progress, and is done again later."""
        self.stopping.set()
        jobs.release_at_progress()

    def run(self) -> None:
        """Work until stopped."""
        doing = threading.Thread(target=self._do_jobs, name="anlan-jobs", daemon=True)
        doing.start()
        for act in BESIDE:
            threading.Thread(target=self._beside, args=(act,), name="anlan-beside", daemon=True).start()
        while not self.stopping.is_set():
            self._safely(self._turn)
            self.stopping.wait(PAUSE_S)
        doing.join(GRACE_S)
        self._safely(lambda: seals.seal() > 0)
        simulated.remember()
        connection.close()

    def _turn(self) -> bool:
        seals.seal()  # what was written meanwhile waits for no effect
        self._sweep.run()
        undo.forget(now())
        followers.catch_up()
        seals.seal()
        if time.monotonic() - self._remembered > REMEMBER_S:
            self._remembered = time.monotonic()
            simulated.remember()
        current = jobs.current()
        if current and time.monotonic() - self._renewed > RENEW_S:
            self._renewed = time.monotonic()
            jobs.keep_lease(current)
        return False

    def _do_jobs(self) -> None:
        while not self.stopping.is_set():
            if not self._safely(jobs.work_once):
                self.stopping.wait(PAUSE_S)
        connection.close()

    def _beside(self, act: Act) -> None:
        while not self.stopping.wait(BESIDE_S):
            self._safely(act)
        connection.close()

    def _safely(self, act: Callable[[], bool]) -> bool:
        """Run one step; the database being away ends nothing."""
        try:
            return bool(act())
        except Exception as error:
            if is_passing(error):  # a full disk is one line a turn: the log may lie on it
                log.error("the worker tries again: %s", error)
            else:
                log.exception("the worker tries again")
            close_old_connections()
            self.stopping.wait(1.0)
            return False
