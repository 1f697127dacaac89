"""The worker clears erased bytes out of the files, a moment every few seconds until they have left."""

from __future__ import annotations

from anlan.core.jobs import JobRun, job
from anlan.core.jobs.beside import beside
from anlan.core.people.actors import system
from anlan.core.sealed.scrub import cleared, note_cleared, note_residue
from anlan.core.time.clock import now


@beside
def clear() -> bool:
    """Clear what can be cleared now; outside of every transaction, so that nobody waits for it."""
    gone = cleared()
    return bool(gone) and note_cleared(residues=gone, actor=system("erasing"), at=now()) > 0


@job("core.scrub")
def clear_older(run: JobRun) -> None:
    """Hand over what an earlier version left to a job."""
    with run.effect():
        note_residue(now())
