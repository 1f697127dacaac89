"""What one holds does not stop the others: on PostgreSQL rows that refer to a problem are written while it is held."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection

from anlan.core.ledger.writes import write
from anlan.prevention import actions
from anlan.prevention.actions.steps import locked
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
