"""`anlan clocks report` as a supervisor types it, held against a plain count."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from anlan.core.models import ClockRule, ClockRun
from anlan.core.time.clock_report import clock_report
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
def test_days_bound_by_the_start_and_owners_part_a_clock() -> None:
    """What started before or after is left out; each organisation has its own row."""
    make.city()
    run("sign", 100, after_days=-40)
    run("sign", 200)
    run("sign", 400, owner="drains")
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
