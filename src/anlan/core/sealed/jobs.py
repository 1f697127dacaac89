"""Erased bytes that somebody's reading kept in the files leave them later."""

from __future__ import annotations

import datetime as dt

from anlan.core.jobs import JobRun, enqueue, job
from anlan.core.ledger.writes import one_writer
from anlan.core.sealed.scrub import JOB, scrub
from anlan.core.time.clock import now

PATIENCE = dt.timedelta(seconds=30)


@job(JOB)
def scrub_again(run: JobRun) -> None:
    """Empty the log once nobody reads what it holds; until then another job waits."""
    with one_writer():
        is_clean = scrub()
    if not is_clean:
        with run.effect():
            enqueue(JOB, {}, run_after=now() + PATIENCE)
