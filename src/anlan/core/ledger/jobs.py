"""What the worker does for the ledger beside its turns: heads taken out, the chain verified, the clock looked at."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from django.db import DatabaseError
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import gettext_noop as noop

from anlan.core.jobs import JobRun, job
from anlan.core.jobs.beside import beside
from anlan.core.ledger import heads, watch
from anlan.core.ledger.writes import NotStored
from anlan.core.messages.purposes import purpose
from anlan.core.messages.templates import Template, templates
from anlan.core.operator.condition import clock_back_s
from anlan.core.time.clock import now

PROGRESS_S: Final = 2.0
TELL_S: Final = 300.0  # how often the log says that the clock is behind
log = logging.getLogger("anlan.clock")
_told = {"at": -TELL_S}

purpose(heads.PURPOSE, lazy("The ledger's head of the day, to be kept elsewhere"))
purpose(watch.PURPOSE, lazy("Alarm: the ledger does not verify"), urgent=True)
templates({
    heads.TEMPLATE: Template(
        noop("Ledger head at position %(position)s"),
        noop("Keep this line: it shows whether the ledger was cut off or written anew. %(at)s position %(position)s"
             " head %(head)s"),
        ("at", "position", "head"),
    ),
    watch.TEMPLATE: Template(
        noop("Alarm: the ledger does not verify"),
        noop("The ledger was verified up to position %(position)s: %(faults)s faults were found. Run `anlan ledger"
             " verify`, keep a copy of the data directory, and compare with backups and kept heads."),
        ("position", "faults"),
    ),
})  # fmt: skip


@beside
def keep_heads() -> bool:
    """Take the head out of the house when its day has come."""
    return heads.is_due(now()) and heads.keep()


@beside
def verify_by_itself() -> bool:
    """Verify the ledger when its hours are over."""
    if not watch.is_due(now()):
        return False
    watch.watch()
    return True


@job(watch.JOB, is_long=True)
def verify_when_asked(run: JobRun) -> None:
    """Verify the ledger because an auditor asked for it."""
    verdict = watch.watch(_paced(run))
    run.result({"ok": verdict.ok, "faults": len(verdict.faults) + verdict.more_faults})


def _paced(run: JobRun) -> Callable[[int, int], None]:
    """Tell a job's progress now and then; a database that is busy then is no fault of the ledger."""
    last = time.monotonic()

    def tell(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last < PROGRESS_S:
            return
        last = time.monotonic()
        with suppress(DatabaseError, NotStored):
            run.progress(done, total)

    return tell


@beside
def tell_of_the_clock() -> bool:
    """Say in the log, now and then, that the machine's clock has gone back."""
    back = clock_back_s()
    if not back or time.monotonic() - _told["at"] < TELL_S:
        return False
    _told["at"] = time.monotonic()
    log.error("the machine's clock is %d s behind the last seal", back)
    return True
