"""Erased bytes are cleared out of the files by the worker; one entry says of how many erasings."""

from __future__ import annotations

import json

import pytest
from django.db import transaction

from anlan.core import jobs
from anlan.core.models import Job, LedgerEntry, Residue
from anlan.core.sealed.jobs import clear
from anlan.core.sealed.scrub import is_leaving, note_residue
from anlan.core.time.clock import frozen
from anlan.intake.actions import erase_report
from tests import make

AT = make.AT


def told() -> list[dict[str, int]]:
    """Return what the entries say of erasings that have left the files."""
    return [json.loads(entry.payload) for entry in LedgerEntry.objects.filter(kind="core.erased_cleared")]


@pytest.mark.django_db
def test_many_erasings_are_cleared_with_one_entry_and_none_twice() -> None:
    """Without anything to clear nothing is written."""
    make.city()
    for report in (make.report(words="a"), make.report(words="b"), make.report()):
        erase_report(report_id=report.pk, reason="asked", actor=make.actor("supervisor"), at=AT)
    assert is_leaving(AT)
    make.cleared()
    make.cleared()
    assert told() == [{"count": 2}]
    assert not is_leaving(AT)


@pytest.mark.django_db
def test_what_an_earlier_version_left_to_a_job_is_cleared() -> None:
    """Its job, which waits in the queue, hands over to the worker."""
    make.city()
    Job.objects.create(name="core.scrub", payload="{}", run_after=AT, created_at=AT)
    with frozen(AT):
        jobs.drain()
    assert list(Job.objects.values_list("state", flat=True)) == ["done"]
    assert is_leaving(AT)


@pytest.mark.django_db(transaction=True)
@pytest.mark.only_on("postgresql")
def test_a_number_of_another_servers_transaction_is_waited_for_by_nobody() -> None:
    """A database that was copied to a new server says *erased* there."""
    with transaction.atomic():
        note_residue(AT)
    Residue.objects.update(mark="2000000000")
    assert clear()
    assert not is_leaving(AT)
