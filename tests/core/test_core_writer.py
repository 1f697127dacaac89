"""Group commit: many threads, one COMMIT, and each caller gets its own outcome."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import translation

from anlan.core import ledger
from anlan.core.ledger import writes
from anlan.core.ledger.group_commit import GroupWriter
from anlan.core.ledger.verbs import KeyReused, verb
from anlan.core.ledger.verification import verify
from anlan.core.models import Holiday, LedgerEntry, LedgerPosition, Membership, VerbKey
from anlan.core.people.actors import Actor, system
from tests.make import AT

pytestmark = pytest.mark.django_db(transaction=True)
ME = system("test")


class Refused(Exception):
    """What a verb says no with."""


@verb("test.seen")
def look(*, subject: str, seen: str | None = None, actor: Actor, at, key: str | None = None) -> str:
    """Do nothing with what a page showed."""
    return "now"


@verb("test.note")
def note(*, subject: str, actor: Actor, at, key: str | None = None) -> dict[str, str]:
    """Leave one entry; "bad" is refused after it, "dangling" names a person who is not there."""
    ledger.append("test.noted", actor=actor, at=at, subject=subject, payload={})
    if subject == "bad":
        raise Refused
    if subject == "dangling":
        Membership.objects.create(person_id=999_999, organisation_id=999_999, role="analyst")
    if subject == "spoiled":
        transaction.set_rollback(True)
    return {"subject": subject}


@pytest.fixture
def writer():
    """The writer of a web process, kept waiting until the test has asked for everything."""
    made = GroupWriter()
    writes.use_writer(made)
    yield made
    writes.use_writer(None)
    made.stop()


def ask_together(writer: GroupWriter, subjects: list[str]) -> list[object]:
    """Ask from as many threads, and let the writer begin only when all wait."""
    with ThreadPoolExecutor(len(subjects)) as pool:
        alive = threading.Event()
        writer._thread.is_alive = lambda: True
        futures = [pool.submit(lambda one=one: note(subject=one, actor=ME, at=AT)) for one in subjects]
        while writer._queue.qsize() < len(subjects):
            alive.wait(0.001)
        del writer._thread.is_alive
        writer.start()
        return [future.exception() or future.result() for future in futures]


def subjects() -> list[str]:
    return sorted(LedgerPosition.objects.values_list("entry__subject", flat=True))


def test_many_verbs_share_one_commit(writer):
    """Thirty callers are answered after one transaction, with positions without a gap."""
    answers = ask_together(writer, [f"a:{number}" for number in range(30)])
    assert answers == [{"subject": f"a:{number}"} for number in range(30)]
    assert writer.batches == 1
    assert list(LedgerPosition.objects.order_by("position").values_list("position", flat=True)) == list(range(1, 31))
    assert verify().ok


def test_one_refusal_harms_nobody_else(writer):
    """The verb that says no gets its error and leaves no entry; the others are stored."""
    answers = ask_together(writer, ["a:1", "bad", "a:2"])
    assert [type(answer) for answer in answers] == [dict, Refused, dict]
    assert subjects() == ["a:1", "a:2"]


@pytest.mark.parametrize("poison", ["dangling", "spoiled"])
def test_a_verb_that_kills_the_common_transaction_fails_alone(writer, poison):
    """What only COMMIT would show makes the batch run again one by one; the others are stored once."""
    answers = ask_together(writer, ["a:1", poison, "a:2"])
    assert [isinstance(answer, dict) for answer in answers] == [True, False, True]
    assert subjects() == ["a:1", "a:2"]
    assert verify().ok


def test_a_batch_holds_at_most_sixty_four(writer):
    """A hundred callers make two transactions."""
    ask_together(writer, [f"a:{number}" for number in range(100)])
    assert writer.batches == 2
    assert LedgerEntry.objects.count() == 100


def test_an_error_is_told_in_the_language_of_who_asked(writer):
    """The writer's thread works in the context of each caller."""
    writer.start()
    with translation.override("zh-hans"):
        assert writes.perform(translation.get_language) == "zh-hans"
    assert writes.perform(translation.get_language) != "zh-hans"


def test_after_stopping_nothing_is_taken(writer):
    """Who asks a stopped writer is told that nothing was stored."""
    writer.start()
    writer.stop()
    with pytest.raises(writes.NotStored, match="stopping"):
        note(subject="late", actor=ME, at=AT)


def test_the_same_key_gives_the_same_answer_once(writer):
    """Eight callers with one key get one entry; another body under it is refused."""
    writer.start()
    with ThreadPoolExecutor(8) as pool:
        futures = [pool.submit(lambda: note(subject="a:1", actor=ME, at=AT, key="k")) for _ in range(8)]
        assert {str(future.result()) for future in futures} == {"{'subject': 'a:1'}"}
    assert LedgerEntry.objects.count() == 1
    with pytest.raises(KeyReused):
        note(subject="a:2", actor=ME, at=AT, key="k")


@pytest.mark.parametrize(
    "kept", [{"subject": "a:1"}, {"subject": "a:1", "seen": "7"}, {"subject": "a:1", "seen": None}]
)
def test_a_key_of_an_earlier_version_is_recognised_whatever_its_page_showed(kept):
    """What a page showed is not what was asked for; earlier versions hashed it for the verbs that took it then."""
    body = json.dumps(kept, sort_keys=True, separators=(",", ":")).encode()
    fingerprint = hmac.new(settings.SECRET_KEY.encode(), body, hashlib.sha256).hexdigest()
    VerbKey.objects.create(key=f"test.seen|{ME.name}|k", fingerprint=fingerprint, at=AT, result='"before"')
    shown = {"seen": kept["seen"]} if kept.get("seen") else {}
    assert look(subject="a:1", actor=ME, at=AT, key="k", **shown) == "before"
    with pytest.raises(KeyReused):
        look(subject="a:2", actor=ME, at=AT, key="k", **shown)


def test_a_verb_that_failed_leaves_no_answer_under_its_key():
    """After a refusal the key is free: the repeated call is tried again."""
    for _ in range(2):
        with pytest.raises(Refused):
            note(subject="bad", actor=ME, at=AT, key="k")
    assert not LedgerEntry.objects.exists()


@pytest.mark.only_on(
    "postgresql", because="the tests' SQLite lies in memory, where threads share one connection's lock"
)
def test_writers_in_threads_of_their_own_leave_no_gap():
    """Without the group writer each verb has its own transaction, and positions still have no gap."""

    def write_some(name: str) -> None:
        for number in range(10):
            note(subject=f"{name}:{number}", actor=ME, at=AT)
        connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write_some, "abcd"))
    assert list(LedgerPosition.objects.order_by("position").values_list("position", flat=True)) == list(range(1, 41))
    assert verify().ok


@pytest.mark.only_on("sqlite", because="a limit that only SQLite can set")
def test_a_full_disk_stores_nothing_and_says_so():
    """SQLite's own message becomes ours; what the verb had written is gone."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        pages = cursor.fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages + 2}")
    try:
        with pytest.raises(writes.NotStored, match="disk is full"):
            writes.perform(fill)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA max_page_count = 1073741823")
    assert not Holiday.objects.exists()
    note(subject="a:1", actor=ME, at=AT)
    assert subjects() == ["a:1"]


def fill() -> None:
    for number in range(200):
        ledger.append("test.noted", actor=ME, at=AT, subject=f"a:{number}", payload={"words": "x" * 2000})
