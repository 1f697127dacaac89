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
from anlan.core.time.clock import frozen
from anlan.core.time.expiry import Sweep
from tests import make
from tests.make.city import AT
from tests.make.workflow import compared, gaps
from tests.stage_example import stage
from tests.stage_example.stage import FINDS, Find, Line

ME, LATER = system("test"), AT + dt.timedelta(hours=1)
ASKED = {
    "decide": lambda: {"theirs": True, "reason": "It has their name"}, "return": lambda: {"reason": "Not ours"},
    "arbitrate": lambda: {"to": make.organisation("west-office"), "reason": "Theirs"},
    "hand_on": lambda: {"to": make.organisation("west-office")},
}  # fmt: skip


def press(name: str, number: str, **asked: object) -> str:
    """Make a move as a page does."""
    return str(FINDS.doors[name](number, None, asked, actor=ME, at=LATER))


def test_the_table_is_whole() -> None:
    """Every state is reached, is left or is the last, waits for somebody; every move has a door and words."""
    assert gaps(FINDS, "handed", {"returned", "given_up"}) == []


@pytest.mark.parametrize("state", stage.State)
def test_a_move_is_offered_exactly_where_its_verb_takes_it(find: str, state: str) -> None:
    """Every state, every role, every move."""
    Find.objects.update(state=state)
    people = {f"{role} of {at}": make.actor(role, at=at) for role in ("officer", "supervisor", "leader", "analyst")
              for at in ("drains", "west-office")}  # fmt: skip
    actors = people | {"passer-by": PUBLIC, "system": ME}
    asked = {name: told() for name, told in ASKED.items()}
    cases, wrong = compared(FINDS, find, Find.objects.all(), actors, asked, LATER)
    assert (cases, wrong) == (len(actors) * 6, [])


def test_many_moves_leave_what_single_moves_leave(find: str) -> None:
    """One sequence, one transaction: rows, lines and entries are the same."""
    numbers = [stage.keep(number=f"F-{n}", keeper=make.organisation("drains"), actor=ME, at=AT) for n in (2, 3, 4)]
    Find.objects.update(state="kept")
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
    assert press("decide", find, theirs=False, reason="No name") == "kept"
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
    press("decide", find, theirs=True, reason="Name in it")
    assert ClockRun.objects.get(pk=run.pk).stopped_at == LATER


def test_what_nobody_claims_in_its_time_is_given_up_by_itself(find: str) -> None:
    """The clock's end is a move, with its entry and its line; a claim in time stops it."""
    ClockRule.objects.create(code="kept_for", name="保管", name_en="Kept", start="stage_example.find_kept",
                             stop="stage_example.find_claimed", target_s=60,
                             effect="stage_example.give_up")  # fmt: skip
    Find.objects.update(state="handed")
    press("sign_for", find)
    with frozen(LATER + dt.timedelta(minutes=2)):
        Sweep().run()
    assert Find.objects.get().state == "given_up"
    assert [line.move for line in Line.objects.all()] == ["sign_for", "give_up"]
    entry = LedgerEntry.objects.get(kind="stage_example.find_given_up")
    assert entry.cause.kind == "core.clock_expired" if entry.cause else False


def test_what_was_handed_over_is_signed_for_or_comes_back_and_the_arbiter_decides(find: str) -> None:
    """The shared machine: twice back, then a leader's word, which stands."""
    Find.objects.update(state="handed")
    assert press("return", find, reason="Not ours") == "back"
    press("hand_on", find, to=make.organisation("west-office"))
    assert press("return", find, reason="Nor ours") == "disputed"
    assert press("arbitrate", find, to=make.organisation("drains"), reason="Found there") == "handed"
    with pytest.raises(Refused) as refused:
        press("return", find, reason="Still not")
    assert refused.value.code == "arbiter_has_decided"
    assert press("sign_for", find) == "kept"


def test_whoever_reported_it_is_told_where_it_is(find: str) -> None:
    """One line in plain words."""
    report = make.report()
    Find.objects.update(report=report)
    assert [line.title for line in stage.tell_of_find(report, LATER).lines] == ["Kept"]


def test_a_life_cycle_costs_few_lines() -> None:
    """What it costs more than this would belong into the core."""
    lines = Path(stage.__file__).read_text(encoding="utf-8").splitlines()
    assert sum(bool(line.strip()) for line in lines) < 150
