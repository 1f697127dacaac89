"""Durable jobs, and the worker that does them."""

from __future__ import annotations

from anlan.core.jobs.queue import (
    CAP,
    JOBS,
    LEASE,
    Fenced,
    JobRun,
    JobStopped,
    Released,
    backoff,
    claim,
    current,
    drain,
    enqueue,
    job,
    keep_lease,
    release_at_progress,
    resume,
    run,
    stop,
    work_once,
)

__all__ = [
    "CAP",
    "JOBS",
    "LEASE",
    "Fenced",
    "JobRun",
    "JobStopped",
    "Released",
    "backoff",
    "claim",
    "current",
    "drain",
    "enqueue",
    "job",
    "keep_lease",
    "release_at_progress",
    "resume",
    "run",
    "stop",
    "work_once",
]
