"""Moments are light in the row, and come back as they were said; entries of before stay readable."""

from __future__ import annotations

import datetime as dt
import hashlib
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction

from anlan.core import ledger
from anlan.core.ledger.seals import seal
from anlan.core.ledger.verification import verify
from anlan.core.ledger.writes import write
from anlan.core.models import LedgerEntry
from anlan.core.people.actors import system
from anlan.core.time.clock import stamp
from anlan.dispatch.models import Milestone
from anlan.intake.models import Report
from anlan.intake.models.received import covered, differing, stated
from tests import make

pytestmark = pytest.mark.django_db
ME = system("test")
FINE = dt.datetime(2016, 6, 28, 6, 0, 0, 1, tzinfo=dt.UTC)


def entered(at: dt.datetime, subject: str = "a") -> LedgerEntry:
    with write():
        pk = ledger.append("test.done", actor=ME, at=at, subject=subject, payload={})
    return LedgerEntry.objects.get(pk=pk)


def in_row(column: str, table: str, pk: int) -> object:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table} WHERE id = %s", [pk])
        return cursor.fetchone()[0]


def test_an_hour_that_comes_twice_is_two_moments() -> None:
    """Where clocks are put back, half past one is written as when it was, the first time and the second."""
    first = dt.datetime(2016, 11, 6, 1, 30, tzinfo=ZoneInfo("America/New_York"))
    said = [stamp(first), stamp(first.replace(fold=1))]
    assert said == ["2016-11-06T05:30:00.000000Z", "2016-11-06T06:30:00.000000Z"]


@pytest.mark.parametrize("at", [FINE, dt.datetime(1969, 12, 31, tzinfo=dt.UTC), dt.datetime(9999, 1, 1, tzinfo=dt.UTC)])
def test_an_entry_keeps_its_moment_to_the_microsecond(at: dt.datetime) -> None:
    """By whichever way it came in, it is the text that was given, found by that text and sealed as it."""
    first = entered(at)
    with write():
        ledger.append_rows([ledger.row_of("test.done", ME, at, "b", "{}")])
    assert {entry.at for entry in LedgerEntry.objects.filter(subject__in=["a", "b"])} == {stamp(at)}
    assert LedgerEntry.objects.filter(at=stamp(at), subject="a").get() == first
    assert not LedgerEntry.objects.filter(at__gt=stamp(at), subject="a").exists()
    seal()
    assert verify().faults == []
    assert isinstance(in_row("at", "core_ledgerentry", first.pk), int if connection.vendor == "sqlite" else str)


def test_a_time_that_anlan_never_writes_stays_as_it_is() -> None:
    """It is kept to the letter: the seal covers letters."""
    for text in ("x", "2016-06-28T06:00:00Z", "2016-06-28 06:00:00.000001"):
        entry = LedgerEntry.objects.create(kind="test.done", actor="x", at=text, subject="x", payload="{}")
        assert LedgerEntry.objects.get(pk=entry.pk).at == text


def test_a_stamp_stands_once_and_a_request_for_backup_as_often_as_it_is_made() -> None:
    """The one index that holds it is also the one by which an assignment's stamps are found."""
    make.city()
    assignment = make.assignment()
    for _ in range(2):
        Milestone.objects.create(assignment_id=assignment, step="backup_asked", at=FINE)
    Milestone.objects.create(assignment_id=assignment, step="on_scene", at=FINE)
    assert Milestone.objects.filter(assignment_id=assignment, step="on_scene", at=FINE).get().at == FINE
    with pytest.raises(IntegrityError), transaction.atomic():
        Milestone.objects.create(assignment_id=assignment, step="on_scene", at=FINE)


def test_a_commitment_of_before_is_read_as_it_stands() -> None:
    """It was written in hexadecimal; a row that fits holds, a changed one is named by its column."""
    make.city()
    report = make.report()
    stored = Report.objects.values().get(pk=report.pk) | {"category": report.category.code}
    columns = stated({name: [value] for name, value in stored.items()})
    row = {name: column[0] for name, column in columns.items()}
    ((digest, marks),) = covered(columns)
    for said in (digest, hashlib.sha256(ledger.canonical(row).encode()).hexdigest()):
        payload = {"row": said, "marks": marks}
        assert differing(payload, row) == []
        assert differing(payload, row | {"depth_cm": 7}) == ["depth_cm"]
