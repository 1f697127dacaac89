"""What happens by itself: a mended place that fails comes back, and every deadline is looked at each day."""

from __future__ import annotations

from typing import Any

import pytest

from anlan.core import jobs
from anlan.core.ledger import followers
from anlan.core.models import Job, LedgerEntry
from anlan.core.operator.condition import condition
from anlan.core.time import clock
from anlan.prevention import actions, follows
from anlan.prevention.models import Escalation, Problem
from tests import make
from tests.make.problems import Town, day, problem


def wet(number: str, n: int, **fields: object) -> None:
    one = problem(number)
    values = {"lon": one.lon, "lat": one.lat, "received_at": day(n), "at": day(n)} | fields
    make.report(**values)
    followers.catch_up()


def test_a_report_at_a_struck_off_place_reopens_its_problem_with_its_history(town: Town) -> None:
    """The problem is the same one, its moves are all there, and the lead has a deadline again."""
    number = town.struck_off()
    followers.catch_up()
    wet(number, 60)
    one = problem(number)
    assert (one.state, one.reopened, one.lead.code) == ("reopened", 1, "drains")
    assert [move.verb for move in one.moves.all()][-3:] == ["accept", "strike_off", "reopen"]
    assert one.moves.last().words.startswith("R-16")
    heard = LedgerEntry.objects.get(kind="prevention.problem_reopened").cause_id
    assert LedgerEntry.objects.get(pk=heard).kind == "intake.report_received"
    wet(number, 61)
    assert problem(number).reopened == 1


def test_a_report_at_works_that_were_accepted_reopens_them_too(town: Town) -> None:
    """Accepted is mended until a report says otherwise."""
    number = town.accepted()
    wet(number, 20)
    assert problem(number).state == "reopened"


def test_what_proves_no_failure_reopens_nothing(town: Town) -> None:
    """Misdials, reports from elsewhere or of another kind, and late entries of what was before the mending."""
    number = town.struck_off()
    one = problem(number)
    wet(number, 60, validity="misdial")
    wet(number, 60, lat=one.lat + 0.01)
    wet(number, 60, category="blocked_drain")
    wet(number, 60, received_at=day(3))
    assert problem(number).state == "struck_off"


def test_of_a_report_and_a_person_who_put_it_back_at_once_neither_stops_the_other(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The follower looks, a person is quicker, and the next report is heard all the same."""
    number, looked = town.accepted(), follows.near_mended

    def meanwhile(points: Any) -> list[list[Problem]]:
        found = looked(points)
        actions.reopen(problem=number, reason="It stood under water", actor=town.supervisor, at=day(20))
        return found

    followers.catch_up()
    monkeypatch.setattr(follows, "near_mended", meanwhile)
    wet(number, 20)
    assert (problem(number).state, problem(number).reopened) == ("reopened", 1)
    assert not followers.stopped()


def test_the_ladder_is_looked_at_every_day(town: Town) -> None:
    """From the first problem on one job a day waits, and asks for the next."""
    with clock.frozen(day(0)):
        town.assigned()
        followers.catch_up()
    for n in range(1, 7):
        with clock.frozen(day(n)):
            jobs.drain()
    assert list(Escalation.objects.values_list("step", flat=True)) == ["remind", "supervise"]
    assert Job.objects.filter(name="prevention.ladder", state="ready").count() == 1


def test_the_status_counts_problems_tasks_and_results(town: Town) -> None:
    """`anlan status --json` has the three numbers."""
    town.accepted()
    assert {name: condition()[name] for name in ("problems", "tasks", "results")} == {
        "problems": 1,
        "tasks": 1,
        "results": 1,
    }
