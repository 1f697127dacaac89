"""Verifying finds what somebody wrote into the database, and says what it is."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from anlan.bulletin import actions
from anlan.bulletin.figures.composition import code_of
from anlan.bulletin.figures.measure import MEASURES
from anlan.bulletin.figures.period import Period
from anlan.bulletin.figures.verification import gone, verify
from anlan.bulletin.models import Figure, Issue, RowSet
from anlan.core.people.actors import system
from anlan.core.time.clock import frozen
from anlan.triage.models import Incident
from tests import make
from tests.conftest import Cli

ME = system("test")
JAN, LATER = dt.datetime(2016, 1, 4, tzinfo=dt.UTC), dt.datetime(2017, 1, 25, tzinfo=dt.UTC)
YEAR = Period(dt.date(2016, 1, 1), dt.date(2016, 12, 31))
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def town() -> Iterator[None]:
    """Twelve reports in two districts, three of them incidents."""
    make.city()
    make.organisation("government", kind="government")
    for n in range(12):
        at = dt.datetime(2016, 6, 10 + n, 4, tzinfo=dt.UTC)
        report = make.report(lon=119.93 if n % 2 else 120.05, at=at)
        if n < 3:
            make.incident(report, at=at)
    with frozen(LATER):
        yield


@pytest.fixture
def issue() -> Issue:
    return make.issue("waterlogging_reports", "valid_share", "incidents")


def forge(issue: Issue) -> None:
    """Make the code follow from what was changed, as somebody would who knows how."""
    stored = list(issue.figures.all())
    Issue.objects.filter(pk=issue.pk).update(code=code_of(issue.number, stored))


def spoil(issue: Issue) -> None:
    kept = Figure.objects.get(issue=issue, measure="valid_share").rows
    RowSet.objects.filter(pk=kept.pk).update(packed=bytes(kept.packed)[:-6])


Hand = Callable[[Issue], object]
TAMPERED: list[tuple[str, Hand, str, list[str]]] = [
    ("a value", lambda issue: Figure.objects.filter(issue=issue, measure="valid_share").update(value=99.0),
     "valid_share", ["value"]),
    ("a base", lambda issue: Figure.objects.filter(issue=issue, measure="valid_share").update(base=1.0),
     "valid_share", ["base"]),
    ("an interval", lambda issue: Figure.objects.filter(issue=issue, measure="valid_share").update(low=99.0),
     "valid_share", ["interval"]),
    ("its n", lambda issue: Figure.objects.filter(issue=issue, measure="valid_share").update(n=99),
     "valid_share", ["n"]),
    ("the stored rows", spoil, "valid_share", ["rows"]),
    ("a district", lambda issue: Figure.objects.filter(issue=issue, area="west").delete(), "incidents", ["districts"]),
]  # fmt: skip


@pytest.mark.parametrize(("what", "hand", "measure", "faults"), TAMPERED, ids=[one[0] for one in TAMPERED])
def test_what_was_changed_of_a_figure_is_named(
    issue: Issue, what: str, hand: Hand, measure: str, faults: list[str]
) -> None:
    """Also where the verification code was made anew: the ledger has the one that was published."""
    assert verify(issue).holds
    hand(issue)
    forge(issue)
    issue.refresh_from_db()
    found = verify(issue)
    assert not found.holds
    assert found.ledger_holds == (what in {"an interval", "the stored rows"})  # neither is part of the code
    assert next(one.faults for one in found.figures if one.measure == measure) == faults


def test_a_figure_that_was_taken_away_is_named(issue: Issue) -> None:
    """By the plan as the ledger has it, whatever stands in the plan today."""
    Figure.objects.filter(issue=issue, measure="valid_share").delete()
    issue.plan.measures = json.dumps([code for code in issue.plan.codes if code != "valid_share"])
    issue.plan.save()
    forge(issue)
    issue.refresh_from_db()
    found = verify(issue)
    assert (found.holds, found.ledger_holds, found.missing) == (False, False, ["valid_share"])


def test_other_words_than_were_published_are_found(issue: Issue) -> None:
    """A headline has numbers too."""
    Issue.objects.filter(pk=issue.pk).update(headline="比上年少一半")
    issue.refresh_from_db()
    found = verify(issue)
    assert (found.holds, found.code_holds, found.ledger_holds) == (False, True, False)


def test_an_issue_that_was_taken_away_is_named(issue: Issue) -> None:
    """The ledger says that it was published."""
    assert gone() == []
    Figure.objects.filter(issue=issue).delete()
    Issue.objects.filter(pk=issue.pk).delete()
    assert gone() == [issue.number]


def test_a_record_that_was_changed_without_an_entry_is_named(issue: Issue) -> None:
    """What was printed holds; the incident left the year, and nothing in the ledger says why."""
    one = Incident.objects.order_by("pk").first()
    assert one is not None
    Incident.objects.filter(pk=one.pk).update(opened_at=one.opened_at.replace(year=2014))
    found = verify(issue)
    verdict = next(each for each in found.figures if each.measure == "incidents")
    assert found.holds
    assert verdict.changed == [{"row": one.number, "how": "left", "entries": {}}]


def test_rows_are_kept_once_whatever_rests_on_them(issue: Issue) -> None:
    """All twelve reports are valid: the count, its share, and the correction need no rows of their own."""
    before = RowSet.objects.count()
    actions.correct(issue=issue.number, note="再算一次", note_en="x", actor=ME, at=LATER)
    assert RowSet.objects.count() == before
    assert Figure.objects.count() == 2 * issue.figures.count()
    assert MEASURES["close_median"].draw(YEAR).n == MEASURES["close_p90"].draw(YEAR).n


SCRIPT = """
import datetime as dt
from anlan.core.operator.setup import open_platform
open_platform(None)
from anlan.bulletin import actions
from anlan.bulletin.models import Figure
from anlan.core.people.actors import system
from tests import make
make.organisation("government", kind="government")
me, day = system("test"), dt.date(2016, 1, 4)
for n in range(7):
    make.report(at=dt.datetime(2016, 6, 10 + n, 4, tzinfo=dt.UTC))
actions.fix_measures(since=day, until=dt.date(2016, 12, 31), measures=["reports"], actor=me,
                     at=dt.datetime(2016, 1, 4, 9, tzinfo=dt.UTC))
actions.compose(plan="BP-2016-01", headline="h", issuer="government", actor=me,
                at=dt.datetime(2017, 1, 9, tzinfo=dt.UTC))
Figure.objects.filter(measure="reports").update(value=8)
"""


KILLED = """
import datetime as dt, os, signal
from anlan.core.operator.setup import open_platform
open_platform(None)
from anlan.bulletin import actions
from anlan.bulletin.actions.requests import COMPOSE
from anlan.core import jobs
from anlan.core.people.actors import system
from anlan.core.time.clock import now
from anlan.core.ledger.writes import write
from tests import make
make.organisation("government", kind="government")
me, year = system("test"), now().year - 1
actions.fix_measures(since=dt.date(year, 1, 1), until=dt.date(year, 12, 31), measures=[], actor=me,
                     at=dt.datetime(year, 1, 4, 9, tzinfo=dt.UTC))
with write():
    jobs.enqueue(COMPOSE, {"plan": f"BP-{year}-01", "headline": "h", "issuer": "government"})
run = jobs.claim()
tell = run.progress
def told(done, total=None):
    tell(done, total)
    if done == 9:
        os.kill(os.getpid(), signal.SIGKILL)
run.progress = told
jobs.run(run)
"""


AGAIN = """
import datetime as dt
from anlan.core.operator.setup import open_platform
open_platform(None)
from anlan.core import jobs
from anlan.core.time.clock import frozen, now
with frozen(now() + dt.timedelta(seconds=61)):
    assert jobs.drain() == 1
    assert jobs.drain() == 0
"""


@pytest.mark.slow
def test_a_composition_killed_half_way_ends_once_when_its_lease_is_over(anlan: Cli) -> None:
    """Nothing of the killed attempt is stored; the next worker draws all figures and publishes one issue."""
    anlan("init", "--city", make.CITIES / "small")
    root = Path(__file__).parents[2]
    killed = subprocess.run([sys.executable, "-c", KILLED], env=anlan.env, cwd=root, capture_output=True)
    assert killed.returncode == -9, killed.stderr
    assert json.loads(anlan("bulletin", "verify", "--json").stdout)["issues"] == []
    subprocess.run([sys.executable, "-c", AGAIN], env=anlan.env, cwd=root, check=True)
    told = json.loads(anlan("bulletin", "verify", "--json").stdout)
    assert told["ok"]
    assert [len({one["measure"].partition("@")[0] for one in issue["figures"]}) for issue in told["issues"]] == [
        len(MEASURES)
    ]
    assert json.loads(anlan("status", "--json", status=None).stdout)["figures"] >= len(MEASURES)


@pytest.mark.slow
def test_the_command_names_what_was_changed_in_words_and_as_json(anlan: Cli) -> None:
    """Status 1, the figure, what of it does not follow."""
    anlan("init", "--city", make.CITIES / "small")
    subprocess.run([sys.executable, "-c", SCRIPT], env=anlan.env, check=True, cwd=Path(__file__).parents[2])
    done = anlan("bulletin", "verify", "--json", status=1)
    told = json.loads(done.stdout)
    found = next(one for one in told["issues"][0]["figures"] if one["measure"] == "reports")
    assert (told["ok"], told["gone"], told["issues"][0]["code_holds"], found["faults"]) == (False, [], False, ["value"])
    assert "B-2017-01: DOES NOT HOLD" in done.stderr
    assert "reports: the stored rows do not give what was printed: value" in done.stderr
