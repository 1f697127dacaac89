"""What one holds does not stop the others: on PostgreSQL rows that refer to a problem are written while it is held."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from django.db import connection

from anlan.core.ledger.writes import write
from anlan.core.models import LedgerEntry
from anlan.prevention import actions
from anlan.prevention.actions.steps import locked
from anlan.prevention.models import Escalation
from tests import make
from tests.make.problems import day

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.only_on("postgresql")]


def test_the_ladder_climbs_while_an_officer_holds_a_problem(db: Any) -> None:
    """Both end by the ledger's lock: if each waited for the other, one would be broken off."""
    town = make.town()
    number, _ = town.planned()
    held, done = threading.Event(), threading.Event()
    actions.escalate_overdue(actor=town.supervisor, at=day(31))

    def hold() -> None:
        with write():
            locked([number], town.officer)
            held.set()
            done.wait(30)
        connection.close()

    officer = threading.Thread(target=hold)
    officer.start()
    try:
        assert held.wait(30)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '3s'")
        assert actions.escalate_overdue(actor=town.supervisor, at=day(34))["supervise"] == 1
    finally:
        done.set()
        officer.join()


def test_two_that_look_at_once_give_each_step_one_number(db: Any) -> None:
    """Whoever comes second waits and finds the step taken: no number twice, and none left out."""
    town = make.town()
    town.planned("interim", "permanent", "permanent")
    ready, refused = threading.Barrier(2), []

    def look() -> None:
        try:
            ready.wait(30)
            actions.escalate_overdue(actor=town.supervisor, at=day(34))
        except Exception as error:
            refused.append(error)
        finally:
            connection.close()

    both = [threading.Thread(target=look) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert not refused
    numbers = list(Escalation.objects.order_by("number").values_list("number", flat=True))
    assert numbers == ["LR-2016-001", "LR-2016-002", "LR-2016-003"]
    entries = LedgerEntry.objects.filter(kind="prevention.escalated").values_list("payload", flat=True)
    assert sorted(json.loads(payload)["number"] for payload in entries) == numbers
