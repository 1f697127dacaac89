"""Reports that wait at the same time are stored as one, and each as if it had been alone."""

from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, transaction

from anlan.core.ledger import writes
from anlan.core.ledger.group_commit import GroupWriter, Task
from anlan.core.ledger.verbs import KeyReused
from anlan.core.ledger.verification import verify
from anlan.core.models import LedgerEntry, VerbKey
from anlan.core.people.members import actor_of_client
from anlan.core.time.clock import frozen
from anlan.intake import live
from anlan.intake.models import Report
from anlan.triage.actions import open_incident
from tests import make
from tests.intake.test_intake_api import WET, post

WET = {**WET, "channel": "partner", "words": "deep"}
PLAIN = [
    {"source_id": "G-1"},
    {"source_id": "G-2", "words": "", "depth_cm": 30},
    {"source_id": "G-3", "name": "Li", "contact": "13800000000", "words": "130102199003072237 called"},
    {"source_id": "G-4", "lon": None, "lat": None, "place_words": "Quay road 5"},
    {"source_id": "G-5", "received_at": "2016-06-26T13:59:00+08:00"},
    {"source_id": "G-6", "crs": "EPSG:4490", "device_time": "2016-06-28T13:58:00+08:00"},
    {"category": "noise", "validity": "nuisance"},
    {},
]


class Waits(Exception):
    """The report lies in the queue."""


class Queue:
    """A writer that only keeps what it is asked, until the test lets it be written as one."""

    def __init__(self) -> None:
        self.tasks: list[Task] = []

    def takes(self, call) -> bool:
        return call is not None

    def submit(self, act, call=None):
        self.tasks.append(Task(act, call))
        raise Waits


def told(number, said, partner, **more):
    """Return how a partner's report is asked of the verb."""
    at = make.AT + dt.timedelta(seconds=number // 3)
    who = {"actor": partner, "at": at, "key": f"k-{number}", "tracking_code": f"CODE{number:012}"}
    return {**WET, "source": partner.name, **said, **who, **more}


def receive_as_one(reports):
    """Let reports wait, then write them in one transaction; return each outcome."""
    queue = Queue()
    writes.use_writer(queue)
    try:
        for report in reports:
            with pytest.raises(Waits):
                live.receive(**report)
    finally:
        writes.use_writer(None)
    GroupWriter()._write(queue.tasks)
    return [outcome(task.outcome) for task in queue.tasks], queue.tasks


def outcome(act):
    try:
        return act()
    except Exception as error:
        return getattr(error, "code", type(error))


def rows():
    """Return every row of every table."""
    models = [model for model in apps.get_models() if model._meta.app_label in {"core", "intake", "triage", "dispatch"}]
    found = {model._meta.db_table: list(model._base_manager.order_by("pk").values_list()) for model in models}
    found["core_seriescount"] = sorted(row[1:] for row in found["core_seriescount"])  # of days begun in another order
    return found


def undone(act):
    """Do something, and let it be undone; return what it gave and all rows that there were then."""
    models = [model for model in apps.get_models() if model._meta.pk.get_internal_type() == "BigAutoField"]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)
    with transaction.atomic():
        given = act(), rows()
        transaction.set_rollback(True)
    return given


@pytest.fixture
def partner(db, monkeypatch):
    """A partner system of the small town, where every salt is the same."""
    monkeypatch.setattr("anlan.intake.actions.storage.new_salts", lambda count: [bytes(16)] * count)
    make.city()
    with frozen(make.AT):
        yield actor_of_client(make.partner("partner")[0])


def test_as_one_leaves_the_rows_of_one_after_the_other(partner):
    """Reports, words, entries, positions, clocks, jobs, codes and answers are the same, row for row, to the letter."""
    reports = [told(number, said, partner) for number, said in enumerate(PLAIN)]
    singly, before = undone(lambda: [live.receive(**report) for report in reports])
    (together, tasks), after = undone(lambda: receive_as_one(reports))
    assert all(task.is_done for task in tasks)
    assert together == singly
    assert after == before
    assert len(before["intake_report"]) == len(PLAIN)
    assert before["core_clockrun"]
    assert before["core_verbkey"]


def test_each_fails_alone_and_says_why(partner):
    """Beside good ones: a refused report, a number told anew with other words, a key that came before, a channel."""
    first = told(0, {"source_id": "G-1"}, partner)
    reports = [
        first,
        told(1, {"source_id": "G-2", "category": "no such"}, partner),
        told(2, {"source_id": "G-1", "words": "another"}, partner),
        told(3, {"source_id": "G-1"}, partner),
        first,
        first | {"words": "other words"},
        told(4, {"source_id": "G-3", "category": "home_violence", "channel": "partner"}, partner),
        told(5, {"source_id": "G-4", "lon": 10.0}, partner),
        told(6, {"source_id": "G-5"}, partner),
    ]
    found, _ = receive_as_one(reports)
    assert found[0] == found[4]
    assert (found[0]["repeated"], found[3]["repeated"], found[3]["number"]) == (False, True, found[0]["number"])
    assert [found[place] for place in (1, 2, 5, 7)] == ["unknown_category", "id_used", KeyReused, "outside_city"]
    assert found[6]["incident"]
    assert found[8]["number"]
    assert Report.objects.count() == 3
    assert verify().ok


def test_a_report_of_before_is_known_again(partner):
    """What was stored before the batch repeats, answers under its key as it did, or is refused, as ever."""
    first = told(0, {"source_id": "G-1"}, partner)
    before = live.receive(**first)
    found, tasks = receive_as_one(
        [first, told(1, {"source_id": "G-1", "depth_cm": 5}, partner), told(2, {"source_id": "G-2"}, partner)]
    )
    assert (found[0], found[1], found[2]["repeated"]) == (before, "id_used", False)
    assert [task.is_done for task in tasks] == [False, False, True]


def test_what_breaks_the_whole_is_written_one_by_one(partner, monkeypatch):
    """An error while many are stored as one costs nobody a report."""

    def broken(_answers):
        raise ZeroDivisionError

    monkeypatch.setattr("anlan.triage.actions.together.keep", broken)
    found, tasks = receive_as_one([told(number, said, partner) for number, said in enumerate(PLAIN)])
    assert [each["report_id"] for each in found] == list(Report.objects.order_by("pk").values_list("pk", flat=True))
    assert not any(task.is_done for task in tasks)
    assert LedgerEntry.objects.filter(kind="intake.report_received").count() == len(PLAIN)


@pytest.mark.django_db(transaction=True)
def test_partners_that_send_at_once_are_each_answered():
    """Through the API: two are stored in one transaction, the third hears what is wrong with its report."""
    make.city()
    key = make.partner("partner")[1]
    writer = GroupWriter(calls_only=True)
    writes.use_writer(writer)
    bodies = [{"source_id": "G-1"}, {"source_id": "G-2"}, {"source_id": "G-3", "lat": 10.0}]
    reports = [{**{name: WET[name] for name in ("category", "lon", "lat", "received_at")}, **body} for body in bodies]
    try:
        writer._thread.is_alive = lambda: True
        with ThreadPoolExecutor(3) as pool, frozen(make.AT):
            asked = [pool.submit(post, body, key=key, idempotency=f"k-{n}") for n, body in enumerate(reports)]
            while writer._queue.qsize() < 3:
                pass
            del writer._thread.is_alive
            writer.start()
            answers = [each.result() for each in asked]
    finally:
        writes.use_writer(None)
        writer.stop()
    assert [answer.status_code for answer in answers] == [201, 201, 422]
    assert answers[2].json()["error"] == "outside_city"
    assert writer.batches == 1
    assert Report.objects.count() == 2
    assert VerbKey.objects.count() == 4


@pytest.mark.django_db(transaction=True)
@pytest.mark.only_on("postgresql", because="on SQLite one writes at a time")
def test_an_urgent_report_among_others_waits_for_who_opens_an_incident_and_stops_nobody(caplog):
    """Who holds the numbers of incidents places its entries while the batch waits for them: neither is broken off.

    Long because both threads have to stand where each would wait for the other.
    """
    make.city()
    partner = actor_of_client(make.partner("partner")[0])
    known, dispatcher = make.report(), make.actor("dispatcher")
    queue, held, go = Queue(), threading.Event(), threading.Event()
    writes.use_writer(queue)
    try:
        for number, said in enumerate([{"source_id": "G-1"}, {"source_id": "G-2", "category": "home_violence"}]):
            with pytest.raises(Waits), frozen(make.AT):
                live.receive(**told(number, said, partner))
    finally:
        writes.use_writer(None)

    def open_another():
        try:
            with writes.write():
                open_incident(report_id=known.pk, actor=dispatcher, at=make.AT)
                held.set()
                assert go.wait(30)
        finally:
            connection.close()

    def write_batch():
        try:
            GroupWriter(calls_only=True)._write(queue.tasks)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool, frozen(make.AT):
        opened = pool.submit(open_another)
        assert held.wait(30)
        batch = pool.submit(write_batch)
        while not waits_for_a_lock():
            assert not batch.done()
        go.set()
        opened.result()
        batch.result()
    assert [bool(task.outcome()["incident"]) for task in queue.tasks] == [False, True]
    assert not caplog.records
    assert Report.objects.count() == 3
    assert verify().ok


def waits_for_a_lock():
    """Whether somebody waits for another's lock in this database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                       " AND datname = current_database()")  # fmt: skip
        return bool(cursor.fetchone()[0])
