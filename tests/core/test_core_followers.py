"""Followers read the ledger in order, each entry once."""

from __future__ import annotations

import pytest
from django.db import OperationalError

from anlan.core import ledger
from anlan.core.ledger import followers
from anlan.core.ledger.verbs import verb
from anlan.core.ledger.writes import NotStored, write
from anlan.core.models import Cursor, LedgerEntry
from anlan.core.people.actors import system
from tests.make import AT

pytestmark = pytest.mark.django_db
ME = system("test")


@pytest.fixture(autouse=True)
def only_ours():
    """Only the followers of the test run."""
    before = dict(followers.FOLLOWERS)
    followers.FOLLOWERS.clear()
    yield
    followers.FOLLOWERS.clear()
    followers.FOLLOWERS.update(before)


def happen(kind: str, subject: str) -> None:
    with write():
        ledger.append(kind, actor=ME, at=AT, subject=subject, payload={})


def test_a_follower_sees_its_kinds_once_and_in_order():
    """Entries of other kinds are passed over, and nothing comes twice."""
    seen = []
    followers.follow("test.one", ["test.done"])(lambda entry, position: seen.append((entry.subject, position)))
    for number in range(3):
        happen("test.done", f"a:{number}")
        happen("test.other", f"b:{number}")
    assert followers.catch_up() == 3
    assert followers.catch_up() == 0
    assert seen == [("a:0", 1), ("a:1", 3), ("a:2", 5)]


def test_a_rare_kind_is_found_far_behind_a_long_stretch_of_others(monkeypatch):
    """The ledger is read stretch by stretch; an entry behind many that are of no interest is still met in one look."""
    monkeypatch.setattr(followers, "STRETCH", 200)
    with write():
        for number in range(1100):
            ledger.append("test.other", actor=ME, at=AT, subject=f"b:{number}", payload={})
    happen("test.rare", "a:1")
    seen = []
    followers.follow("test.rare", ["test.rare"])(lambda entry, position: seen.append(position))
    assert followers.catch_up() == 1
    assert seen == [1101]
    assert Cursor.objects.get(name="test.rare").position == 1101


def test_a_failing_entry_stops_its_follower_and_is_never_skipped():
    """What came before it stays done; after resuming, the failing entry comes first."""
    seen, broken = [], [True]

    def effect(entry, position):
        if entry.subject == "a:1" and broken[0]:
            raise ValueError("what is this")
        seen.append(entry.subject)

    followers.follow("test.one", ["test.done"])(effect)
    for number in range(3):
        happen("test.done", f"a:{number}")
    followers.catch_up()
    followers.catch_up()
    assert seen == ["a:0"]
    assert [cursor.error for cursor in followers.stopped()] == ["at 2: ValueError: what is this"]
    broken.clear()
    broken.append(False)
    followers.resume(name="test.one", actor=system("test"), at=AT)
    followers.catch_up()
    assert seen == ["a:0", "a:1", "a:2"]


def test_what_passes_stops_no_follower():
    """A full disk or a deadlock ends the turn with nothing stored; the next one takes the same entry."""
    seen, full = [], [True]

    def effect(entry, position):
        if full:
            raise OperationalError("database or disk is full")
        seen.append(entry.subject)

    followers.follow("test.one", ["test.done"])(effect)
    happen("test.done", "a:1")
    with pytest.raises(NotStored, match="disk is full"):
        followers.catch_up()
    full.clear()
    assert not followers.stopped()
    followers.catch_up()
    assert seen == ["a:1"]


def test_effects_of_a_failing_entry_are_rolled_back():
    """The half that was written before the error is gone, and the entries of others stay."""

    def effect(entry, position):
        LedgerEntry.objects.create(kind="test.half", actor="x", at="x", subject="x", payload="{}")
        raise ValueError

    followers.follow("test.one", ["test.done"])(effect)
    happen("test.done", "a:0")
    followers.catch_up()
    assert not LedgerEntry.objects.filter(kind="test.half").exists()
    assert Cursor.objects.get(name="test.one").position == 0


def test_what_a_follower_writes_names_its_cause():
    """An entry that a follower leaves is tied to the entry that it followed."""

    def effect(entry, position):
        ledger.append("test.effect", actor=ME, at=AT, subject="c:0", payload={})

    followers.follow("test.one", ["test.done"])(effect)
    happen("test.done", "a:0")
    followers.catch_up()
    assert LedgerEntry.objects.get(kind="test.effect").cause.subject == "a:0"


def test_a_second_effect_of_one_turn_names_its_own_cause():
    """What a verb leaves that a follower calls follows from its entry, not from the effect of the entry before."""

    @verb("test.effect")
    def act(*, actor, at):
        ledger.append("test.effect", actor=actor, at=at, subject="c:0", payload={})

    followers.follow("test.one", ["test.done"])(lambda entry, position: act(actor=ME, at=AT))
    for number in range(3):
        happen("test.done", f"a:{number}")
    followers.catch_up()
    effects = LedgerEntry.objects.filter(kind="test.effect").order_by("pk")
    assert [effect.cause.subject for effect in effects] == ["a:0", "a:1", "a:2"]


def test_a_follower_may_take_many_entries_at_once():
    """In order, each once, however many came since the last time."""
    seen = []
    followers.follow_together("test.many", ["test.done"])(
        lambda entries: seen.append([entry.subject for entry in entries])
    )
    for number in range(3):
        happen("test.done", f"a:{number}")
        happen("test.other", f"b:{number}")
    assert followers.catch_up() == 3
    assert followers.catch_up() == 0
    assert seen == [["a:0", "a:1", "a:2"]]


def test_of_many_entries_the_one_that_fails_stops_its_follower():
    """Nothing stays of what was done for all; those before it are done by themselves, and it is never skipped."""

    def effect(entries):
        for entry in entries:
            LedgerEntry.objects.create(kind="test.half", actor="x", at="x", subject=entry.subject, payload="{}")
            if entry.subject == "a:1":
                raise ValueError("what is this")

    followers.follow_together("test.many", ["test.done"])(effect)
    for number in range(3):
        happen("test.done", f"a:{number}")
    followers.catch_up()
    assert list(LedgerEntry.objects.filter(kind="test.half").values_list("subject", flat=True)) == ["a:0"]
    assert [cursor.error for cursor in followers.stopped()] == ["at 2: ValueError: what is this"]
    assert Cursor.objects.get(name="test.many").position == 1
