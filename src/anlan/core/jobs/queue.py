"""Durable jobs: enqueued in the transaction that they serve, done at least once, leased, fenced, capped."""

from __future__ import annotations

import datetime as dt
import json
import logging
import random
import secrets
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection
from django.db.models import F, Q

from anlan.core import ledger
from anlan.core.ledger import canonical
from anlan.core.ledger.verbs import verb
from anlan.core.ledger.writes import is_passing, is_writing, write
from anlan.core.logs import brief
from anlan.core.models import Job
from anlan.core.people.actors import Actor
from anlan.core.time.clock import now

LEASE = dt.timedelta(seconds=60)
CAP = 8  # attempts before a job is dead and waits for a person
log = logging.getLogger("anlan.jobs")


class JobStopped(Exception):
    """A person stopped this job."""


class Released(Exception):
    """This worker is stopping: the job goes back to the queue."""


class Fenced(Exception):
    """Another worker took this job over: whatever this one did is rolled back."""


@dataclass
class JobRun:
    """One attempt at a job, as its function sees it."""

    job_id: int
    name: str
    payload: dict[str, Any]
    actor: str
    token: str
    outcome: dict[str, Any] | None = None
    finished: bool = False

    def progress(self, done: int, total: int | None = None) -> None:
        """Tell how far it is, renew the lease, and end here if somebody stopped the job."""
        if _Worker.stopping:
            raise Released(self.name)
        changes: dict[str, Any] = {"done": done, "run_after": now() + LEASE}
        if total is not None:
            changes["total"] = total
        self._held(**changes)

    def result(self, outcome: dict[str, Any]) -> None:
        """Keep what the job came to: plain JSON, no personal content."""
        self.outcome = outcome

    @contextmanager
    def effect(self) -> Iterator[None]:
        """Open one transaction for the job's effect and its end: both, or, if another took the job over, neither."""
        with write():
            yield
            self.finish()

    def finish(self) -> None:
        """Mark the job as done, inside `write()`."""
        result = None if self.outcome is None else canonical(self.outcome)
        self._held(state=Job.State.DONE, finished_at=now(), result=result, error="", token="")
        self.finished = True

    def _held(self, **changes: Any) -> None:
        with write():
            held = Job.objects.filter(pk=self.job_id, token=self.token, state=Job.State.READY)
            if not held.update(**changes):
                stopped = Job.objects.filter(pk=self.job_id, state=Job.State.STOPPED).exists()
                raise JobStopped(self.name) if stopped else Fenced(self.name)


class _Worker:
    """What this process is doing; its other threads look."""

    running: tuple[JobRun, ...] = ()  # replaced, never changed: a thread that looks sees a whole one
    changing = threading.Lock()
    stopping = False


def running() -> tuple[JobRun, ...]:
    """Return the jobs that this process is doing."""
    return _Worker.running


def release_at_progress() -> None:
    """Let the running jobs go back to the queue at their next sign of progress: this process is stopping."""
    _Worker.stopping = True


def keep_lease(run: JobRun) -> None:
    """Renew a lease from another thread while a long step runs."""
    with write():
        Job.objects.filter(pk=run.job_id, token=run.token, state=Job.State.READY).update(run_after=now() + LEASE)


JobFunction = Callable[[JobRun], None]
JOBS: dict[str, JobFunction] = {}
LONG: set[str] = set()  # names of jobs that take minutes
ANY: Final = Q()
SHORT: Final = ""  # the line of all jobs that are not long


def job(name: str, *, is_long: bool = False) -> Callable[[JobFunction], JobFunction]:
    """Register the function that does the jobs of a name such as "hotspots.study".

    For a name that is long the worker has a thread of its own, so that no other job waits behind it.
    """

    def register(function: JobFunction) -> JobFunction:
        JOBS[name] = function
        if is_long:
            LONG.add(name)
        return function

    return register


def lines() -> dict[str, Q]:
    """Return what each thread of a worker takes from the queue: one all short jobs, one each those of a long name."""
    return {SHORT: ~Q(name__in=LONG), **{name: Q(name=name) for name in sorted(LONG)}}


def waiting() -> set[str]:
    """Return the lines in which a job waits whose time has come."""
    ready = Job.objects.filter(state=Job.State.READY, run_after__lte=now()).order_by()
    return {name if name in LONG else SHORT for name in ready.values_list("name", flat=True).distinct()}


def enqueue(
    name: str,
    payload: dict[str, Any],
    *,
    key: str | None = None,
    run_after: dt.datetime | None = None,
    actor: Actor | None = None,
) -> int:
    """Ask for work in this transaction and return the job's id; with a key it is asked for once."""
    if not is_writing():
        raise RuntimeError(f"{name}: a job outside write()")
    if name not in JOBS:
        raise LookupError(f"no job is named {name!r}")
    values = {
        "name": name,
        "payload": canonical(payload),
        "run_after": run_after or now(),
        "created_at": now(),
        "actor": actor.name if actor else "system:anlan",
    }
    if key is None:
        return Job.objects.create(**values).pk
    return Job.objects.get_or_create(key=key, defaults=values)[0].pk


def unknown(keys: Iterable[str]) -> list[str]:
    """Return the keys under which nothing was asked for yet."""
    wanted = list(keys)
    if not wanted:
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT key FROM core_job WHERE key IN ({', '.join(['%s'] * len(wanted))})", wanted)
        there = {key for (key,) in cursor.fetchall()}
    return [key for key in wanted if key not in there]


def claim(only: int | None = None, among: Q = ANY) -> JobRun | None:
    """Take the next job whose time has come, with a lease and a fence of its own."""
    ready = Job.objects.filter(among, state=Job.State.READY, run_after__lte=now())
    if only is not None:
        ready = ready.filter(pk=only)
    if not ready.exists():  # a plain read first: on SQLite even a transaction that only reads takes the write lock
        return None
    with write():
        job = ready.select_for_update(skip_locked=True).order_by("run_after", "pk").first()
        if job is None:
            return None
        if job.attempts >= CAP:  # each attempt took its worker with it, so that none came to say that it failed
            _bury(job, "the worker ended during each attempt")
            return None
        job.attempts += 1
        job.token = secrets.token_hex(16)
        job.run_after = now() + LEASE
        job.save(update_fields=["attempts", "token", "run_after"])
    return JobRun(job.pk, job.name, json.loads(job.payload), job.actor, job.token)


def run(claimed: JobRun) -> None:
    """Do a claimed job; a failure is retried later, at most `CAP` times."""
    with _Worker.changing:
        _Worker.running = (*_Worker.running, claimed)
    try:
        if claimed.name not in JOBS:
            raise LookupError(f"no job is named {claimed.name!r} in this version")
        JOBS[claimed.name](claimed)
        if not claimed.finished:
            claimed.finish()
    except Released:
        _release(claimed)
    except JobStopped:
        log.info("job %d %s was stopped", claimed.job_id, claimed.name)
    except Fenced:
        log.warning("job %d %s was taken over by another worker", claimed.job_id, claimed.name)
    except Exception as error:
        _failed(claimed, error)
    finally:
        with _Worker.changing:
            _Worker.running = tuple(other for other in _Worker.running if other is not claimed)


def work_once(only: int | None = None, among: Q = ANY) -> bool:
    """Do one job that is ready; return whether there was one."""
    claimed = claim(only, among)
    if claimed is not None:
        run(claimed)
    return claimed is not None


def drain() -> int:
    """Do what is ready until nothing is; return how many attempts that took."""
    count = 0
    while work_once():
        count += 1
    return count


def backoff(attempts: int) -> dt.timedelta:
    """Return how long to wait before the next attempt: 2, 4, 8 ... seconds, spread by a half."""
    return dt.timedelta(seconds=2**attempts * random.uniform(1, 1.5))  # noqa: S311 - spreads load, hides nothing


def _release(claimed: JobRun) -> None:
    log.info("job %d %s goes back to the queue", claimed.job_id, claimed.name)
    with write():
        held = Job.objects.filter(pk=claimed.job_id, token=claimed.token, state=Job.State.READY)
        held.update(token="", run_after=now(), attempts=F("attempts") - 1)


def _failed(claimed: JobRun, error: Exception) -> None:
    log.exception("job %d %s failed", claimed.job_id, claimed.name)
    with write():
        job = Job.objects.select_for_update().filter(pk=claimed.job_id, token=claimed.token).first()
        if job is None or job.state != Job.State.READY:
            return
        passing = is_passing(error)  # a full disk says nothing of the job
        if not passing and (job.attempts >= CAP or getattr(error, "permanent", False)):
            _bury(job, brief(error))
            return
        job.run_after = now() + backoff(job.attempts)
        job.attempts -= passing
        job.token, job.error = "", brief(error)
        job.save()


def _bury(job: Job, error: str) -> None:
    """Leave a job to a person."""
    job.state, job.finished_at, job.token, job.error = Job.State.DEAD, now(), "", error
    job.save()


@verb("core.jobs.stop")
def stop(*, job_id: int, actor: Actor, at: dt.datetime) -> bool:
    """Stop a job that has not ended, at its next sign of progress, or give up one that failed for good.

    Return whether it was open.
    """
    job = _locked(job_id, actor)
    if job.state not in {Job.State.READY, Job.State.DEAD}:
        return False
    job.state, job.token, job.finished_at = Job.State.STOPPED, "", at
    job.save(update_fields=["state", "token", "finished_at"])
    ledger.append("core.job_stopped", actor=actor, at=at, subject=f"job:{job_id}", payload={"name": job.name})
    return True


@verb("core.jobs.resume")
def resume(*, job_id: int, actor: Actor, at: dt.datetime) -> bool:
    """Put a stopped or dead job back in the queue. Return whether it was one."""
    job = _locked(job_id, actor)
    if job.state not in {Job.State.STOPPED, Job.State.DEAD}:
        return False
    job.state, job.token, job.attempts, job.run_after, job.finished_at = Job.State.READY, "", 0, at, None
    job.save()
    ledger.append("core.job_resumed", actor=actor, at=at, subject=f"job:{job_id}", payload={"name": job.name})
    return True


def _locked(job_id: int, actor: Actor) -> Job:
    return Job.objects.visible_to(actor).select_for_update().get(pk=job_id)
