"""The ledger: placed in commit order, sealed, append-only, and verified against every kind of tampering."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import FieldError
from django.db import DatabaseError, connection, transaction

from anlan.core import ledger
from anlan.core.ledger import seals, triggers
from anlan.core.ledger.verbs import verb
from anlan.core.ledger.verification import verify
from anlan.core.ledger.writes import write
from anlan.core.models import LedgerEntry, LedgerKind, LedgerPosition, LedgerSeal
from anlan.core.models.kinds import number_of
from anlan.core.people.actors import Actor, system
from tests.make import AT

pytestmark = pytest.mark.django_db
ME = system("test")


def happen(subject: str, **payload: object) -> int:
    with write():
        return ledger.append("test.done", actor=ME, at=AT, subject=subject, payload=payload)


class Refused(Exception):
    """A verb that changes its mind after its entry."""


def fail(subject: str) -> None:
    with write():
        ledger.append("test.done", actor=ME, at=AT, subject=subject, payload={})
        raise Refused


@pytest.fixture
def sealed() -> str:
    """Ten entries in two seals, and one that is not sealed; returns the head."""
    for number in range(10):
        happen(f"a:{number}", n=number)
        if number in {4, 9}:
            seals.seal()
    happen("a:10")
    return seals.head().hash


def tamper(*statements: str) -> None:
    """Write past the triggers, as somebody with the database's file can, and put them back."""
    triggers.remove()
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    triggers.install()


def faults(head: str | None = None) -> str:
    return "; ".join(verify(head).faults)


def entry_at(position: int) -> int:
    return LedgerPosition.objects.get(pk=position).entry_id


def test_an_untouched_ledger_is_whole(sealed):
    """Verify counts what is sealed and what is not yet."""
    verdict = verify(sealed)
    assert (verdict.ok, verdict.entries, verdict.seals, verdict.unsealed, verdict.position) == (True, 10, 2, 1, 11)


def test_an_empty_ledger_is_whole():
    """There is nothing to be wrong."""
    assert verify().ok


def test_positions_follow_the_order_of_commit_without_gaps():
    """A verb that failed leaves neither an entry nor a hole."""
    happen("a:0")
    with pytest.raises(Refused):
        fail("a:1")
    happen("a:2")
    placed = LedgerPosition.objects.order_by("position").values_list("position", "entry__subject")
    assert list(placed) == [(1, "a:0"), (2, "a:2")]


def test_a_nested_verb_that_failed_leaves_no_entry():
    """The outer verb goes on without the inner one's entry."""
    with write():
        ledger.append("test.done", actor=ME, at=AT, subject="outer", payload={})
        with pytest.raises(Refused):
            fail("inner")
    assert list(LedgerEntry.objects.values_list("subject", flat=True)) == ["outer"]
    assert verify().ok


def test_nested_entries_name_their_cause():
    """What a verb within a verb appends is tied to the entry before it."""
    with write():
        outer = ledger.append("test.done", actor=ME, at=AT, subject="outer", payload={})
        with write():
            ledger.append("test.done", actor=ME, at=AT, subject="inner", payload={})
    assert LedgerEntry.objects.get(subject="inner").cause_id == outer


def test_nothing_is_appended_outside_a_write():
    """An entry without its transaction is refused."""
    with pytest.raises(RuntimeError, match="outside"):
        ledger.append("test.done", actor=ME, at=AT, subject="a", payload={})


@pytest.mark.parametrize(
    "change",
    [
        "payload = '{\"n\":6}'",
        "actor = 'person:1'",
        "at = '2016-06-28T06:00:00.000001Z'",
        "kind = 7",
        "subject = 'a:7'",
    ],
)
def test_one_changed_column_is_named_with_its_position(sealed, change):
    """Whatever is changed in an entry, verify says at which position."""
    tamper(f"UPDATE core_ledgerentry SET {change} WHERE id = {entry_at(6)}")
    assert "position 6 was changed" in faults()
    assert "positions 6-10" in faults()


def test_null_and_another_value_differ(sealed):
    """A cause put where there was none is found."""
    tamper(f"UPDATE core_ledgerentry SET cause_id = {entry_at(1)} WHERE id = {entry_at(6)}")
    assert "position 6 was changed" in faults()


def test_a_deleted_entry_is_named(sealed):
    """Without its position, the gap is named; with it, the entry that it lost."""
    entry = entry_at(7)
    tamper("DELETE FROM core_ledgerposition WHERE position = 7", f"DELETE FROM core_ledgerentry WHERE id = {entry}")
    assert "positions 7-7 are missing" in faults()


def test_an_entry_put_in_is_named(sealed):
    """An entry without a position was not appended by Anlan."""
    LedgerEntry.objects.create(kind="test.done", actor="x", at="x", subject="x", payload="{}")
    assert "has no position" in faults()


def test_swapped_entries_are_named(sealed):
    """Two entries that changed places are both named."""
    one, two = entry_at(2), entry_at(3)
    tamper(
        "DELETE FROM core_ledgerposition WHERE position IN (2, 3)",
        f"INSERT INTO core_ledgerposition (position, entry_id) VALUES (2, {two}), (3, {one})",
    )
    assert "position 2 was changed; the entry at position 3 was changed" in faults()


def test_a_renumbered_entry_is_named(sealed):
    """The entry's own number is part of what is sealed."""
    old = entry_at(4)
    tamper(
        "DELETE FROM core_ledgerposition WHERE position = 4",
        f"UPDATE core_ledgerentry SET id = 999 WHERE id = {old}",
        "INSERT INTO core_ledgerposition (position, entry_id) VALUES (4, 999)",
    )
    assert "position 4 was changed" in faults()


def test_a_cut_end_shows_only_against_a_kept_head(sealed):
    """From inside a cut-off end cannot be seen; the head that was kept elsewhere shows it."""
    entries = ",".join(str(entry_at(position)) for position in range(6, 12))
    tamper(
        "DELETE FROM core_ledgerseal WHERE last = 10",
        "DELETE FROM core_ledgerposition WHERE position > 5",
        f"DELETE FROM core_ledgerentry WHERE id IN ({entries})",
    )
    assert faults() == ""
    assert "its end was cut off" in faults(sealed)


def test_any_seal_of_the_chain_is_a_head(sealed):
    """An older head that was kept is still found."""
    assert faults(LedgerSeal.objects.order_by("last").first().hash) == ""


def test_a_changed_seal_is_named(sealed):
    """A seal that was written anew no longer fits the next one."""
    tamper("UPDATE core_ledgerseal SET hash = 'feed' WHERE last = 5")
    assert "positions 1-5 does not fit" in faults()
    assert "positions 6-10 does not follow" in faults()


def test_a_seal_with_an_unknown_algorithm_is_named(sealed):
    """An algorithm that nobody knows is a fault, not a crash."""
    tamper("UPDATE core_ledgerseal SET algorithm = 'rot13' WHERE last = 5")
    assert "positions 1-5 names an algorithm that is not known" in faults()
    assert "rot13" not in faults()


@pytest.mark.parametrize("table", ["core_ledgerentry", "core_ledgerposition", "core_ledgerseal"])
def test_the_database_itself_refuses_changes(sealed, table):
    """UPDATE and DELETE on the ledger's tables are refused."""
    key = triggers.PROTECTED[table].model._meta.pk.column
    for statement in (f"UPDATE {table} SET {key} = {key}", f"DELETE FROM {table}"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.only_on("sqlite", because="SQLite's own statement")
def test_replacing_an_entry_is_refused(sealed):
    """`INSERT OR REPLACE`, which fires no delete trigger on SQLite, is refused as well."""
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT OR REPLACE INTO core_ledgerentry SELECT * FROM core_ledgerentry LIMIT 1")


def test_kinds_are_found_by_name_whatever_stands_in_the_row():
    """By the whole name, by one of many, by its stage and by its end; a kind that was never left finds nothing."""
    for kind in ("test.done", "test.done_undone", "other.done"):
        with write():
            ledger.append(kind, actor=ME, at=AT, subject="a", payload={})

    def found(**asked: object) -> list[str]:
        return sorted(LedgerEntry.objects.filter(**asked).values_list("kind", flat=True))

    assert found(kind="test.done") == ["test.done"]
    assert found(kind__in=["test.done", "other.done", "test.never"]) == ["other.done", "test.done"]
    assert found(kind__startswith="test.") == ["test.done", "test.done_undone"]
    assert found(kind__endswith="_undone") == ["test.done_undone"]
    assert found(kind="test.never") == found(kind__startswith="t_st") == []
    with pytest.raises(FieldError):
        found(kind__contains="done")


def test_two_kinds_never_share_a_number():
    """The second is refused before its first entry."""
    LedgerKind.objects.create(number=number_of("test.done"), name="test.like_it")
    with pytest.raises(RuntimeError, match=r"test\.like_it and test\.done"):
        happen("a")
    assert not LedgerEntry.objects.exists()


def test_a_kind_under_another_number_is_named():
    """Entries with that number would be read as what they are not."""
    LedgerKind.objects.create(number=7, name="test.slipped_in")
    assert faults() == "kind 7: its number is another one's"


def test_a_missing_trigger_is_named(sealed):
    """A ledger without its guard is not whole, even if nothing was changed."""
    name = next(iter(triggers.expected()))
    table = name.rsplit("_", 2)[0]
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}" + (f" ON {table}" if connection.vendor == "postgresql" else ""))
    assert faults() == f"trigger {name} is missing"


def test_an_emptied_or_disabled_trigger_is_named(sealed):
    """A trigger that is there and does nothing is found."""
    connection.check_constraints()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE core_ledgerentry DISABLE TRIGGER core_ledgerentry_no_change")
            assert "core_ledgerentry_no_change was changed or disabled" in faults()
            cursor.execute("ALTER TABLE core_ledgerentry ENABLE TRIGGER core_ledgerentry_no_change")
            empty = f"CREATE OR REPLACE FUNCTION {triggers.FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS "
            cursor.execute(empty + "$$BEGIN RETURN NEW; END$$")
        else:
            cursor.execute("DROP TRIGGER core_ledgerentry_no_update")
            body = "BEFORE UPDATE ON core_ledgerentry BEGIN SELECT 1; END"
            cursor.execute(f"CREATE TRIGGER core_ledgerentry_no_update {body}")
    assert "core_ledgerentry_no_" in faults()
    assert "was changed or disabled" in faults()


@pytest.mark.only_on("sqlite", because="PostgreSQL stores no such text")
def test_bytes_that_are_no_text_are_named(sealed):
    """A payload overwritten with broken bytes ends in a fault, not in a stack trace."""
    tamper(f"UPDATE core_ledgerentry SET payload = CAST(x'ff00' AS TEXT) WHERE id = {entry_at(6)}")
    assert "cannot be read" in faults() or "position 6 was changed" in faults()


@pytest.mark.only_on("sqlite", because="PostgreSQL's columns hold one type")
@pytest.mark.parametrize("change", ["first = 'x'", "last = 'x'", "version = 'x'", "marks = 'x'", "first = 1e300"])
def test_a_seal_of_another_type_is_named(sealed, change):
    """Verifying does not break off there: then nothing would be noted, and no alarm raised."""
    tamper(f"UPDATE core_ledgerseal SET {change} WHERE last = 5")
    assert "cannot be read to the end" in faults()


@pytest.mark.only_on("sqlite", because="PostgreSQL's columns hold one type")
def test_a_kind_that_is_no_text_is_named(sealed):
    """Nor does it break off at the names of kinds."""
    tamper("UPDATE core_ledgerkind SET name = x'fffe'")
    assert "cannot be read to the end" in faults()


def test_a_key_of_any_length_counts_once() -> None:
    """A column has an end, and what a caller sends as its key has none."""
    calls: list[str] = []

    @verb("tests.long_key")
    def act(*, actor: Actor, at: dt.datetime, key: str) -> int:
        calls.append(key)
        return len(calls)

    assert [act(key=key, actor=ME, at=AT) for key in ("k" * 500, "k" * 500, "k" * 501)] == [1, 1, 2]
