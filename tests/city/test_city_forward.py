"""A copied city is run forward: what comes of its deadlines and clocks while nobody acts; never a real one."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from anlan.city.forward import PASSED, NoCopy, forward, mark
from anlan.core import ledger
from anlan.core.city.areas import local_day
from anlan.core.ledger.verification import verify
from anlan.core.ledger.writes import write
from anlan.core.models import ClockRule, ClockRun, LedgerEntry
from anlan.core.people.actors import Actor, system
from anlan.core.refusals import Refused
from anlan.core.time import clocks, simulated
from anlan.core.time.clock import stamp
from anlan.core.time.expiry import EXPIRIES, expires
from anlan.core.time.rules import last_day
from anlan.prevention import actions
from anlan.prevention.actions import raise_problems
from anlan.prevention.models import Escalation
from tests import make
from tests.conftest import Cli
from tests.make.problems import JAN

ZONE = ZoneInfo("Asia/Shanghai")
DAY = dt.timedelta(days=1)
SIMULATE = """
import sys
from anlan.core.operator.setup import open_platform
open_platform()
import datetime as dt
from anlan.core.people.actors import system
from anlan.core.time.simulated import live_from
live_from(actor=system("city"), at=dt.datetime(2017, 1, 25, 2, 30, tzinfo=dt.UTC))
"""


@pytest.fixture
def renewing(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dt.datetime]]:
    """A permit of thirty days whose expiry begins the next, and since when each was over."""
    over: list[dt.datetime] = []

    def begin_again(subject: str, *, actor: Actor, at: dt.datetime, effective_at: dt.datetime) -> None:
        over.append(effective_at)
        ledger.append("test.begun_again", actor=actor, at=at, subject=subject, payload={})
        clocks.start("permit", subject=subject, at=effective_at, holder=None)

    monkeypatch.delitem(EXPIRIES, "test.begin_again", raising=False)
    expires("test.begin_again")(begin_again)
    yield over
    del EXPIRIES["test.begin_again"]


@pytest.mark.django_db
def test_the_small_city_lives_a_year_in_which_nobody_acts(renewing: list[dt.datetime]) -> None:
    """The ladder climbs to its top, clocks expire on their day and begin anew, the time stands a year later."""
    make.city()
    make.organisation("government", kind="government")
    raise_problems(title="Hazards", addressee="government", others=[{"origin": "hazard", "title": "Open shaft"}],
                   actor=make.actor("analyst"), at=JAN)  # fmt: skip
    ClockRule.objects.create(code="permit", name="许可", name_en="Permit", target_s=30 * 86_400, counting="hours",
                             effect="test.begin_again")  # fmt: skip
    begins = JAN + 20 * DAY
    with write():
        clocks.start("permit", subject="permit:1", at=begins, holder=None)
    simulated.live_from(actor=system("city"), at=begins)
    mark_at(begins)
    done = forward(365)
    assert (done["days"], done["effects"]) == (365, 12)
    assert renewing == [begins + 30 * n * DAY for n in range(1, 13)]
    assert simulated.stands_at() == begins + 365 * DAY
    assert set(Escalation.objects.values_list("step", flat=True)) >= {"supervise", "interview"}
    assert ClockRun.objects.running().filter(rule__code="permit").count() == 1
    assert verify().ok


@pytest.mark.django_db
def test_in_a_year_in_which_nobody_acts_each_deadline_climbs_the_ladder_of_its_clock() -> None:
    """Of problems, tasks, a verifier and an answer: what was due when is what the clocks say, and each step its day."""
    town = make.town()
    town.accepted()
    begins = JAN + 12 * DAY
    make.hazard(at=begins)
    for finished in (True, False):
        task = make.hazard_task("drains", at=begins, finished=finished)
    actions.ask_extension(task=task, due_on=dt.date(2016, 6, 1), reason="Frost", actor=system("test"), at=begins)
    first = local_day(begins + 2 * DAY)  # the look of the first day asks for that of the next
    last = local_day(begins + 365 * DAY)
    runs = list(ClockRun.objects.running().select_related("rule"))
    expected = set()
    for run in runs:
        due, on = last_day(run.due_at, ZONE), first - DAY
        for step, days, _minutes in run.rule.rungs():
            on = max(on + DAY, due + days * DAY)  # a step a day, the reminder before all others
            if on <= last:
                expected.add((run.subject.partition(":")[2], str(step), on))
    simulated.live_from(actor=system("city"), at=begins)
    mark_at(begins)
    assert forward(365)["effects"] == 0
    climbed = {(taken.subject, taken.step, local_day(taken.at)) for taken in Escalation.objects.all()}
    assert climbed == expected
    assert {code for code, _, _ in climbed} == {run.subject.partition(":")[2] for run in runs}
    assert {run.rule.code for run in runs} == {
        "problem_raised", "problem_accepted", "task_open", "task_works_done", "extension_asked"
    }  # fmt: skip
    assert set(ClockRun.objects.running().values_list("pk", flat=True)) == {run.pk for run in runs}


def mark_at(at: dt.datetime) -> None:
    simulated.mark_copy(actor=system("city"), at=at)


@pytest.mark.django_db
def test_what_was_cut_off_goes_on_from_the_day_on_which_it_stood() -> None:
    """At the same hour by the city's clocks."""
    make.city()
    moment = dt.datetime(2017, 1, 25, 10, 30, tzinfo=ZONE)
    simulated.live_from(actor=system("city"), at=moment)
    mark_at(moment)
    lines: list[str] = []
    forward(3, lines.append)
    forward(2, lines.append)
    days = LedgerEntry.objects.filter(kind=PASSED).order_by("id").values_list("at", flat=True)
    assert list(days) == [stamp(moment + n * DAY) for n in range(1, 6)]
    assert [line[:10] for line in lines] == ["2017-01-28", "2017-01-30"]


@pytest.mark.django_db
def test_neither_a_real_city_nor_one_that_is_no_copy_is_run_forward() -> None:
    """Nor can a real one be marked as a copy."""
    make.city()
    with pytest.raises(NoCopy):
        forward(1)
    with pytest.raises(Refused) as refused:
        mark()
    assert refused.value.code == "city_not_simulated"
    simulated.live_from(actor=system("city"), at=make.AT)
    with pytest.raises(NoCopy):
        forward(1)
    assert not LedgerEntry.objects.filter(kind=PASSED).exists()


@pytest.mark.slow
def test_the_command_makes_a_copy_and_leaves_the_city_as_it_is(anlan: Cli, tmp_path: Path) -> None:
    """A real city is refused, and so is what is no copy; a copy goes on without its origin."""
    import subprocess
    import sys

    def head() -> str:
        return json.loads(anlan("status", "--json", status=None).stdout)["head"]

    copy = tmp_path / "copy"
    anlan("init", "--city", make.CITIES / "small")
    refused = anlan("city", "forward", "--from", anlan.data, "--to", copy, "--days", 2, status=2)
    assert "holds no simulated city" in refused.stderr
    assert not copy.exists()
    subprocess.run([sys.executable, "-c", SIMULATE], env=anlan.env, check=True, timeout=240)
    before = head()
    done = anlan("city", "forward", "--from", anlan.data, "--to", copy, "--days", 2, "--json")
    assert json.loads(done.stdout)["days"] == 2
    assert "2017-01-27: day 2 of 2" in done.stderr
    assert "day 1 of 1" in anlan("city", "forward", "--to", copy, "--days", 1).stderr
    assert head() == before
    if "ANLAN_DATABASE_URL" not in anlan.environ:  # there the setting names the database, whatever --to says
        assert (
            "no copy of a simulated city" in anlan("city", "forward", "--to", anlan.data, "--days", 1, status=2).stderr
        )
