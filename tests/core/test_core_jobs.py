"""Durable jobs: done at least once, retried, capped, stopped and resumed by people."""

from __future__ import annotations

import datetime as dt
import sys

import pytest
from django.db import IntegrityError

from anlan.core import jobs
from anlan.core.ledger.writes import NotStored, write
from anlan.core.logs import Line
from anlan.core.models import Job, LedgerEntry
from anlan.core.people.actors import system
from anlan.core.time.clock import frozen
from tests.make import AT

pytestmark = pytest.mark.django_db
ME = system("test")


@pytest.fixture(autouse=True)
def named():
    """Jobs that the tests register are gone afterwards."""
    before, long = dict(jobs.JOBS), set(jobs.LONG)
    yield
    jobs.JOBS.clear()
    jobs.JOBS.update(before)
    jobs.LONG.clear()
    jobs.LONG.update(long)


def ask(name: str, payload: dict, **more) -> int:
    with write():
        return jobs.enqueue(name, payload, **more)


def test_a_job_is_done_and_its_result_kept():
    """What a job came to can be read from its row."""

    @jobs.job("test.add")
    def add(run):
        run.progress(1, 2)
        run.result({"sum": sum(run.payload["numbers"])})

    job_id = ask("test.add", {"numbers": [1, 2]})
    assert jobs.drain() == 1
    row = Job.objects.get(pk=job_id)
    assert (row.state, row.result, row.done, row.total) == ("done", '{"sum":3}', 1, 2)


def test_a_key_asks_once():
    """The same key twice gives the same job."""
    jobs.JOBS["test.nothing"] = lambda run: None
    assert ask("test.nothing", {}, key="k") == ask("test.nothing", {}, key="k")
    assert jobs.drain() == 1


def test_a_failing_job_is_retried_later_and_dies_at_the_cap():
    """Each failure waits longer, and the last one leaves a dead job with its error."""
    tries = []

    @jobs.job("test.fail")
    def fail(run):
        tries.append(run.token)
        raise RuntimeError("no power")

    at = AT
    with frozen(at):
        job_id = ask("test.fail", {})
    for _ in range(jobs.CAP):
        with frozen(at):
            assert jobs.drain() == 1
        at += dt.timedelta(hours=1)
    row = Job.objects.get(pk=job_id)
    assert (row.state, row.attempts, row.error) == ("dead", jobs.CAP, "RuntimeError: no power")
    assert len(set(tries)) == jobs.CAP


def test_a_job_that_takes_its_worker_with_it_is_dead_at_the_cap():
    """Whoever picks it up ends without a word: it is not picked up for ever, and others get their turn."""
    jobs.JOBS["test.kill"] = jobs.JOBS["test.other"] = lambda run: None
    at = AT
    with frozen(at):
        job_id = ask("test.kill", {})
    for _ in range(jobs.CAP):
        with frozen(at):
            assert jobs.claim().job_id == job_id
        at += 2 * jobs.LEASE
    with frozen(at):
        assert jobs.claim() is None
        row = Job.objects.get(pk=job_id)
        assert (row.state, row.error) == ("dead", "the worker ended during each attempt")
        ask("test.other", {})
        assert jobs.drain() == 1


def test_what_passes_kills_no_job():
    """A disk that is full for longer than the attempts last: the job is done once there is room."""
    full = [True]

    @jobs.job("test.store")
    def store(run):
        if full:
            raise NotStored("The disk is full: nothing was stored. Free some space, then repeat.")

    at = AT
    with frozen(at):
        job_id = ask("test.store", {})
    for _ in range(2 * jobs.CAP):
        with frozen(at):
            assert jobs.drain() == 1
        at += dt.timedelta(minutes=1)
    assert "disk is full" in Job.objects.get(pk=job_id).error
    full.clear()
    with frozen(at):
        jobs.drain()
    assert Job.objects.get(pk=job_id).state == "done"


def test_neither_log_nor_stored_error_holds_the_row_that_the_database_shows():
    """PostgreSQL prints the failing row with an error, and with it somebody's words."""
    told = 'null value in column "salt"\nDETAIL:  Failing row contains (7, Li Wei\nlives here, null).'

    @jobs.job("test.row")
    def fail(run):
        raise IntegrityError(told)

    job_id = ask("test.row", {})
    jobs.drain()
    try:
        raise RuntimeError("while storing") from IntegrityError(told)
    except RuntimeError:
        trace = Line("%(message)s").formatException(sys.exc_info())
    for text in (Job.objects.get(pk=job_id).error, trace):
        assert 'null value in column "salt"' in text
        assert "Li Wei" not in text
        assert "lives here" not in text
    assert "while storing" in trace


def test_who_lost_the_lease_can_write_no_effect():
    """A worker that was frozen past its lease is fenced, and its effect is rolled back."""
    effects = []

    @jobs.job("test.effect")
    def effect(run):
        with run.effect():
            effects.append(run.token)
            LedgerEntry.objects.create(kind="test.effect", actor="x", at="x", subject="x", payload="{}")

    with frozen(AT):
        job_id = ask("test.effect", {})
        slow = jobs.claim()
    with frozen(AT + dt.timedelta(minutes=5)):
        assert jobs.drain() == 1
        jobs.run(slow)
    assert len(effects) == 2
    assert LedgerEntry.objects.filter(kind="test.effect").count() == 1
    assert Job.objects.get(pk=job_id).state == "done"


def test_a_person_stops_and_resumes_a_job():
    """A stopped job ends at its next sign of progress, and runs again when resumed."""
    seen = []

    @jobs.job("test.long")
    def long(run):
        seen.append("began")
        if len(seen) == 1:
            jobs.stop(job_id=run.job_id, actor=ME, at=AT)
        run.progress(1, 2)
        seen.append("went on")

    job_id = ask("test.long", {})
    jobs.drain()
    assert (seen, Job.objects.get(pk=job_id).state) == (["began"], "stopped")
    jobs.resume(job_id=job_id, actor=ME, at=AT)
    jobs.drain()
    assert (seen, Job.objects.get(pk=job_id).state) == (["began", "began", "went on"], "done")
    assert list(LedgerEntry.objects.order_by("id").values_list("kind", flat=True)) == [
        "core.job_stopped",
        "core.job_resumed",
    ]


def test_a_long_job_holds_up_no_other():
    """Of the worker's lines one takes all short jobs and one each those of a long name; every job has one line."""
    done = []

    @jobs.job("test.short")
    def short(run):
        done.append("short")

    @jobs.job("test.long", is_long=True)
    def long(run):
        lines = [line for name, line in jobs.lines().items() if name != "test.long"]
        done.append([jobs.work_once(among=line) for line in lines].count(True))
        assert [other.name for other in jobs.running()] == ["test.long"]
        done.append("long")

    for name in ("test.long", "test.long", "test.short", "test.short"):
        ask(name, {})
    assert jobs.waiting() == {"test.long", jobs.SHORT}
    assert jobs.work_once(among=jobs.lines()["test.long"])
    assert jobs.work_once(among=jobs.lines()["test.long"])
    assert done == ["short", 1, "long", "short", 1, "long"]
    assert not any(jobs.work_once(among=line) for line in jobs.lines().values())
    assert (jobs.running(), jobs.waiting()) == ((), set())


def test_nobody_asks_for_work_that_nobody_does():
    """A job name that no stage registered is refused at once."""
    with pytest.raises(LookupError, match=r"test\.unknown"):
        ask("test.unknown", {})
