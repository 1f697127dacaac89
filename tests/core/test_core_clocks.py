"""What a folder says of clocks; `anlan clocks report` as a supervisor types it, held against a plain count."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

import pytest

from anlan.city.town.folder import TABLES
from anlan.core.city.current import city_zone
from anlan.core.city.folder import CityFolderError
from anlan.core.city_parts import clocks_left_out, load_clocks
from anlan.core.models import City, ClockRule, ClockRun
from anlan.core.time.calendar import working_calendar
from anlan.core.time.clock_report import clock_report
from anlan.core.time.deadlines import shipped
from anlan.core.time.rules import due
from tests import make
from tests.conftest import Cli

DOCUMENTED = Path(__file__).parents[2] / "docs/reference/json.md"
AT = make.AT


def run(rule: str, seconds: int | None, *, after_days: int = 0, owner: str = "control", n: int = 0) -> None:
    begun = AT + dt.timedelta(days=after_days)
    of = ClockRule.objects.get(code=rule)
    ClockRun.objects.create(
        rule=of, subject=f"incident:E-{rule}-{owner}-{after_days}-{n}", organisation=make.organisation(owner),
        started_at=begun, due_at=begun + dt.timedelta(seconds=of.target_s),
        stopped_at=None if seconds is None else begun + dt.timedelta(seconds=seconds),
    )  # fmt: skip


@pytest.mark.django_db
def test_median_p90_n_missing_and_share_are_those_of_a_plain_count() -> None:
    """A clock without an end is missing: in no duration and in no share, and never a zero."""
    make.city()
    took = [10, 45, 50, 55, 58, 60, 61, 200, 400, 900]
    for n, seconds in enumerate([*took, None, None]):
        run("react", seconds, n=n)
    row = next(one for one in clock_report(since=None, until=None) if one["clock"] == "react")
    assert (row["n"], row["missing"]) == (10, 2)
    assert row["median_s"] == 59
    assert row["p90_s"] == 450
    assert row["within_target"] == 0.6


@pytest.mark.django_db
def test_a_clock_that_never_ran_is_listed_with_dashes() -> None:
    """So that nobody takes its absence for a good result."""
    make.city()
    row = next(one for one in clock_report(since=None, until=None) if one["clock"] == "arbitrate")
    assert row["median_s"] is row["p90_s"] is row["within_target"] is None
    assert (row["n"], row["missing"]) == (0, 0)


@pytest.mark.django_db
def test_a_clock_of_working_days_is_reported_in_their_time() -> None:
    """Over a weekend it stands still: within the target is exactly what is no longer than the target."""
    make.city()
    rule = ClockRule.objects.get(code="sign")
    assert (rule.counting, rule.target_s) == ("working", 86_400)
    friday = dt.datetime(2016, 7, 1, 10, tzinfo=AT.tzinfo)
    calendar, zone = working_calendar(), city_zone()
    for n, hours in enumerate([1, 40, 62, 78, 90]):
        stopped = friday + dt.timedelta(hours=hours)
        due_at = due(friday, rule.target_s, rule.counting, calendar, zone)
        ClockRun.objects.create(rule=rule, subject=f"incident:E-{n}", started_at=friday, due_at=due_at,
                                stopped_at=stopped)  # fmt: skip
    row = next(row for row in clock_report(since=None, until=None) if row["clock"] == "sign")
    midnight = friday.astimezone(zone).replace(hour=0) + dt.timedelta(days=3)
    monday = [max((friday + dt.timedelta(hours=hours) - midnight).total_seconds(), 0) for hours in (1, 40, 62, 78, 90)]
    assert row["median_s"] == sorted(monday)[2]
    assert row["within_target"] == sum(worked <= 86_400 for worked in monday) / 5


@pytest.mark.django_db
def test_days_bound_by_the_start_and_owners_part_a_clock() -> None:
    """What started before or after is left out; each organisation has its own row."""
    make.city()
    run("react", 100, after_days=-40)
    run("react", 200)
    run("react", 400, owner="drains")
    rows = clock_report(since=AT - dt.timedelta(days=1), until=None, by="owner")
    assert {(one["group"], one["median_s"]) for one in rows} == {("control", 200), ("drains", 400)}


@pytest.mark.slow
def test_the_command_prints_one_object_whose_fields_are_documented(anlan: Cli) -> None:
    """Also for a city in which nothing ran; a day that is none is refused with how to write it."""
    anlan("init", "--city", make.CITIES / "small")
    told = json.loads(anlan("clocks", "report", "--json").stdout)
    assert set(told) == {"since", "until", "clocks"}
    text = DOCUMENTED.read_text(encoding="utf-8").split("## anlan clocks report")[1]
    assert all(f"`clocks[].{name}`" in text for name in told["clocks"][0])
    for option, day in (("--since", "June"), ("--until", "9999-12-31")):
        assert "write it as" in anlan("clocks", "report", option, day, status=2).stderr
    assert "owner" in anlan("clocks", "report", "--by", "caller", status=2).stderr


HEAD = "code,name,name_en,start,stop,target_s"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("columns", "values", "counting"),
    [
        ("", "triage.incident_opened,triage.incident_closed,60", "hours"),
        (",calendar", "triage.incident_opened,triage.incident_closed,60,all", "hours"),
        (",calendar", "triage.incident_opened,triage.incident_closed,86400,working", "working"),
        (",counting", "triage.incident_opened,triage.incident_closed,86400,days", "days"),
        (",counting,calendar", "triage.incident_opened,triage.incident_closed,86400,working,", "working"),
        (",ladder", ",triage.incident_closed,,remind:-3d supervise:+1d", "hours"),
    ],
)
def test_a_folder_says_how_a_clock_is_counted(tmp_path: Path, columns: str, values: str, counting: str) -> None:
    """By `counting`, or as older folders do by `calendar`; one that a person starts needs no target."""
    (tmp_path / "clocks.csv").write_text(f"{HEAD}{columns}\nx,某,Some,{values}\n", encoding="utf-8")
    load_clocks(tmp_path, City())
    assert ClockRule.objects.get(code="x").counting == counting


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("columns", "values", "why"),
    [
        (",counting", "triage.incident_opened,triage.incident_closed,60,weeks", "counting is hours, days, working"),
        (
            ",calendar",
            "triage.incident_opened,triage.incident_closed,86400,holy",
            "calendar, its older name, all or working",
        ),
        (",counting", "triage.incident_opened,triage.incident_closed,3600,days", "whole days"),
        (",calendar", "triage.incident_opened,triage.incident_closed,3600,working", "whole days"),
        (",ladder", "triage.incident_opened,triage.incident_closed,60,remind", "is no ladder"),
        (",effect", "triage.incident_opened,,60,nobody.does", "no effect 'nobody.does'"),
        ("", "triage.incident_opened,,60", "needs a stop"),
        ("", "triage.incident_opened,triage.incident_closed,60", "leave start, stop, scope and effect empty"),
        (",scope", ",,60,unit_kind=mobile", "leave start, stop, scope and effect empty"),
        ("", ",,", "needs code, start, stop and target_s"),
    ],
)
def test_a_clock_that_cannot_be_is_refused_with_its_line(tmp_path: Path, columns: str, values: str, why: str) -> None:
    """Before anything of it is stored."""
    code = "first_look" if "empty" in why or values == ",," else "x"
    (tmp_path / "clocks.csv").write_text(f"{HEAD}{columns}\n{code},某,Some,{values}\n", encoding="utf-8")
    with pytest.raises(CityFolderError, match=f"clocks.csv:2: .*{why}"):
        load_clocks(tmp_path, City())


def test_the_cities_of_this_repository_say_every_clock_that_a_verb_asks_for() -> None:
    """Nobody who copies one of them has to look for the names."""
    folders = [*(make.CITIES / name for name in ("small", "norfolk")), TABLES]
    assert [clocks_left_out(folder) for folder in folders] == [[], [], []]
    assert len(shipped()) == 16


@pytest.mark.django_db
def test_a_folder_without_them_goes_by_those_that_are_shipped(tmp_path: Path) -> None:
    """What it does say goes before; what it does not say any more is as shipped again; its others end."""
    head = f"{HEAD},counting,ladder\n"
    row = "problem_raised,交办,Instruct,,,172800,days,remind:-1d\n"
    (tmp_path / "clocks.csv").write_text(
        head + row + "mine,我,Mine,triage.incident_opened,triage.incident_closed,60,,\n", encoding="utf-8"
    )
    load_clocks(tmp_path, City())
    assert (ClockRule.objects.get(code="problem_raised").target_s, ClockRule.objects.count()) == (172_800, 17)
    assert clocks_left_out(tmp_path) == sorted(shipped().keys() - {"problem_raised"})
    (tmp_path / "clocks.csv").write_text(head, encoding="utf-8")
    load_clocks(tmp_path, City())
    found = ClockRule.objects.get(code="problem_raised")
    assert (found.target_s, found.counting, found.ladder) == (864_000, "working", shipped()["problem_raised"]["ladder"])
    assert set(ClockRule.objects.filter(active=True).values_list("code", flat=True)) == shipped().keys()


@pytest.mark.slow
def test_init_names_what_a_folder_leaves_out(anlan: Cli, tmp_path: Path) -> None:
    """The city works, and its operator knows by whose days."""
    folder = shutil.copytree(make.CITIES / "small", tmp_path / "small")
    lines = (folder / "clocks.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith(("task_works_done", "first_look"))]
    (folder / "clocks.csv").write_text("".join(kept), encoding="utf-8")
    assert "does not say first_look, task_works_done: " in anlan("init", "--city", folder).stderr
    assert "does not say" not in anlan("init", "--city", make.CITIES / "small").stderr


@pytest.mark.django_db
def test_a_clock_ran_at_a_moment_until_its_end_whichever_it_was() -> None:
    """Stopped, missing or expired: before its end it ran, from then on it did not; one without an end still runs."""
    make.city()
    rule, hour = ClockRule.objects.get(code="sign"), dt.timedelta(hours=1)
    for n, ends in enumerate([{"stopped_at": 1}, {"missing_at": 2}, {"expired_at": 3}, {}]):
        ClockRun.objects.create(rule=rule, subject=f"incident:{n}", started_at=AT, due_at=AT + 9 * hour,
                                **{end: AT + hours * hour for end, hours in ends.items()})  # fmt: skip
    moments = [AT + half * hour / 2 for half in (0, 1, 3, 5, 7)]
    ran = [sorted(run.subject[-1] for run in ClockRun.objects.ran_at(at)) for at in moments]
    assert ran == [[], ["0", "1", "2", "3"], ["1", "2", "3"], ["2", "3"], ["3"]]
