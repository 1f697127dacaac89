"""The toy stage of docs/howto/stage.md holds what every stage must hold."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from anlan.core.ledger.verification import verify
from anlan.core.models import ClockRule, ClockRun, LedgerEntry
from anlan.core.people.actors import PUBLIC, system
from anlan.core.refusals import Refused
from tests import make
from tests.make.city import AT
from tests.make.workflow import compared, gaps
from tests.stage_example import stage
from tests.stage_example.stage import FINDS, Find, Line

ME, LATER = system("test"), AT + dt.timedelta(hours=1)
ASKED = {"decide": {"theirs": True, "reason": "It has their name"}}


def test_the_table_is_whole() -> None:
    """Every state is reached, is left or is the last, waits for somebody; every move has a door and words."""
    assert gaps(FINDS, "kept", {"returned", "given_up"}) == []


@pytest.mark.parametrize("state", stage.State)
@pytest.mark.parametrize("days", [1, 200])
def test_a_move_is_offered_exactly_where_its_verb_takes_it(find: str, state: str, days: int) -> None:
    """Every state, every role, every move, before and after the time of keeping."""
    Find.objects.update(state=state)
    people = {f"{role} of {at}": make.actor(role, at=at) for role in ("officer", "supervisor", "analyst")
              for at in ("drains", "west-office")}  # fmt: skip
    actors = people | {"passer-by": PUBLIC, "system": ME}
    cases, wrong = compared(FINDS, find, Find.objects.all(), actors, ASKED, AT + dt.timedelta(days=days))
    assert (cases, wrong) == (len(actors) * 3, [])


def test_many_moves_leave_what_single_moves_leave(find: str) -> None:
    """One sequence, one transaction: rows, lines and entries are the same."""
    numbers = [stage.keep(number=f"F-{n}", keeper=make.organisation("drains"), actor=ME, at=AT) for n in (2, 3, 4)]
    stage.claim(finds=numbers[:2], actor=ME, at=LATER)
    stage.claim(finds=numbers[2:], actor=ME, at=LATER)
    assert set(Find.objects.filter(number__in=numbers).values_list("state", "claims")) == {("claimed", 1)}
    lines = Line.objects.order_by("pk").values_list("find__number", "move", "after")
    assert list(lines) == [(number, "claim", "claimed") for number in numbers]
    entries = LedgerEntry.objects.filter(kind="stage_example.find_claimed")
    assert [json.loads(entry.payload) for entry in entries] == [{"claims": 1, "from": "kept", "to": "claimed"}] * 3
    with pytest.raises(Refused):
        stage.claim(finds=["F-1", "F-2"], actor=ME, at=LATER)
    assert Find.objects.get(number="F-1").state == "kept"
    assert verify().ok


def test_a_page_that_no_longer_holds_is_refused(find: str) -> None:
    """Of two who press at once the second is told."""
    stage.claim(finds=[find], seen="0", actor=ME, at=LATER)
    assert stage.decide(find=find, theirs=False, reason="No name", actor=ME, at=LATER) == "kept"
    with pytest.raises(Refused) as refused:
        stage.claim(finds=[find], seen="0", actor=ME, at=LATER)
    assert (refused.value.code, str(refused.value.limits["state"])) == ("step_taken_meanwhile", "Kept")


def test_moves_start_and_stop_clocks(find: str) -> None:
    """A rule of the city names the entries; the keeper owns what names no owner."""
    ClockRule.objects.create(code="decide", name="决定", name_en="Decide", start="stage_example.find_claimed",
                             stop="stage_example.find_returned|stage_example.claim_refused", target_s=3600)  # fmt: skip
    stage.claim(finds=[find], actor=ME, at=LATER)
    run = ClockRun.objects.get(subject="find:F-1")
    assert (run.due_at, run.stopped_at) == (LATER + dt.timedelta(hours=1), None)
    assert run.organisation == Find.objects.get().keeper
    stage.decide(find=find, theirs=True, reason="Name in it", actor=ME, at=LATER)
    assert ClockRun.objects.get(pk=run.pk).stopped_at == LATER


def test_a_life_cycle_costs_few_lines() -> None:
    """What it costs more than this would belong into the core."""
    assert len(Path(stage.__file__).read_text(encoding="utf-8").splitlines()) < 150
