"""What runs beside the web: followers catch up, clocks expire, jobs are done, the ledger is sealed each second."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from functools import partial

from django.db import close_old_connections, connection
from django.db.models import Q

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
    """One thread follows and seals, another does jobs, and one each those of a long name: none waits for another."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self._calls = {name: threading.Event() for name in jobs.lines()}
        self._sweep = Sweep()
        self._renewed = self._remembered = time.monotonic()

    def stop(self) -> None:
        """Begin to stop: a running job ends at its next sign of progress, and is done again later."""
        self.stopping.set()
        jobs.release_at_progress()
        for call in self._calls.values():
            call.set()

    def run(self) -> None:
        """Work until stopped."""
        doing = [threading.Thread(target=self._do_jobs, args=(line, self._calls[name]), name="anlan-jobs", daemon=True)
                 for name, line in jobs.lines().items()]  # fmt: skip
        doing.append(threading.Thread(target=self._call_lines, name="anlan-call", daemon=True))
        for thread in doing:
            thread.start()
        for act in BESIDE:
            threading.Thread(target=self._beside, args=(act,), name="anlan-beside", daemon=True).start()
        while not self.stopping.is_set():
            self._safely(self._turn)
            self.stopping.wait(PAUSE_S)
        grace = time.monotonic() + GRACE_S
        for thread in doing:
            thread.join(max(0.0, grace - time.monotonic()))
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
        if time.monotonic() - self._renewed > RENEW_S:
            self._renewed = time.monotonic()
            for run in jobs.running():
                jobs.keep_lease(run)
        return False

    def _call_lines(self) -> None:
        """Look for all lines at once, so that many cost an idle worker no more than one."""
        while not self.stopping.wait(PAUSE_S):
            self._safely(self._call)
        connection.close()

    def _call(self) -> bool:
        found = jobs.waiting()
        for name in found:
            self._calls[name].set()
        return bool(found)

    def _do_jobs(self, line: Q, called: threading.Event) -> None:
        while called.wait() and not self.stopping.is_set():
            called.clear()
            while not self.stopping.is_set() and self._safely(partial(jobs.work_once, among=line)):
                pass
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
