"""A clock that allows another time: the figure says so with its reason, and is held against no other time."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path

import pytest
from django.test import Client

from anlan import prevention
from anlan.bulletin.figures.measure import MEASURES
from anlan.bulletin.figures.period import Period
from anlan.bulletin.figures.verification import verify
from anlan.bulletin.models import Figure, Issue
from anlan.bulletin.words import name_of
from anlan.core.models import ClockRule, ClockRun
from anlan.core.people.actors import system
from anlan.core.time import clocks
from anlan.core.time.targets import set_targets, settable
from anlan.core.time.vocabulary import uses_by_clock
from tests import make

pytestmark = pytest.mark.django_db
ME, WHY = system("test"), {"reason": "外环路程较远", "reason_en": "The outer ring is far"}
YEAR = Period(dt.date(2016, 1, 1), dt.date(2016, 12, 31))
MARCH = {2015: dt.datetime(2015, 3, 2, 4, tzinfo=dt.UTC), 2016: dt.datetime(2016, 3, 2, 4, tzinfo=dt.UTC)}


@pytest.fixture(autouse=True)
def town() -> None:
    """Ten sendings of mobile teams in March of two years: in 50, 70, 90 ... seconds."""
    make.city()
    make.organisation("government", kind="government")


def sendings() -> None:
    for year, begun in MARCH.items():
        for n in range(10):
            run = clocks.start("react", subject=f"assignment:{year}{n}", at=begun, holder=None)
            run.stopped_at = begun + dt.timedelta(seconds=50 + 20 * n)
            run.save()


def ended(rule: str, subject: str, begun: dt.datetime) -> ClockRun:
    run = clocks.start(rule, subject=subject, at=begun, holder=None)
    run.stopped_at = begun + dt.timedelta(seconds=900)
    run.save()
    return run


def set_react(seconds: int, day: dt.date) -> None:
    at = dt.datetime.combine(day - dt.timedelta(days=3), dt.time(), dt.UTC)
    set_targets(targets={"react": seconds}, valid_from=day, actor=ME, at=at, **WHY)


def figures(issue: Issue) -> dict[str, Figure]:
    return {figure.measure: figure for figure in issue.figures.all()}


def published() -> Issue:
    return make.issue("react_in_time", "react_missing", "react_median", headline="年报")


def test_without_a_change_both_years_stand_beside_each_other_and_the_time_is_said() -> None:
    """The definition is right in every city: it names the time that the city's clock allows."""
    sendings()
    issue = published()
    figure = figures(issue)["react_in_time"]
    assert (figure.value, figure.base, figure.base_absent) == (10.0, 10.0, "")
    assert figure.says.endswith("规定时限：1分钟。")
    assert figure.says_en.endswith("Time allowed: 1 min.")


def test_another_time_leaves_the_figure_without_a_base_and_prints_the_reason() -> None:
    """In 2016 the same teams look better by a longer time; nobody reads that as an improvement."""
    set_react(100, dt.date(2016, 2, 1))
    sendings()
    issue = published()
    figure = figures(issue)["react_in_time"]
    assert (figure.value, figure.base, figure.base_absent) == (30.0, None, "other_time")
    assert "1分钟；自2016-02-01起100秒（外环路程较远）" in figure.says
    assert "1 min; from 2016-02-01 on 100 s (The outer ring is far)" in figure.says_en
    page = Client().get(f"/bulletins/{issue.number}/", headers={"Accept-Language": "en"}).content.decode()
    assert "The outer ring is far" in page
    assert "the clock allowed another time then" in page
    rows = {row["measure"]: row for row in csv.DictReader(io.StringIO(
        Client().get(f"/bulletins/{issue.number}/bulletin.csv").content.decode("utf-8-sig")))}  # fmt: skip
    assert (rows["react_in_time"]["base"], rows["react_in_time"]["base_note"]) == ("", "other_time")
    assert "外环路程较远" in rows["react_in_time"]["definition"]


def test_what_does_not_judge_by_the_time_stays_comparable() -> None:
    """A median of seconds is the same work whatever was allowed."""
    set_react(100, dt.date(2016, 2, 1))
    sendings()
    found = figures(published())
    assert found["react_median"].base == found["react_median"].value == 140.0
    assert found["react_missing"].base_absent == ""


def test_a_change_that_both_years_had_behind_them_divides_nothing() -> None:
    """And one that begins only after the period is not yet said."""
    set_react(100, dt.date(2014, 12, 1))
    set_react(60, dt.date(2017, 1, 1))
    sendings()
    figure = figures(published())["react_in_time"]
    assert (figure.value, figure.base) == (30.0, 30.0)
    assert figure.says.endswith("规定时限：100秒。")


def test_an_issue_recomputes_to_itself_whatever_time_is_set_afterwards() -> None:
    """A run keeps the time that it began with, so no printed figure moves."""
    set_react(100, dt.date(2016, 2, 1))
    sendings()
    issue = published()
    set_react(300, dt.date(2017, 3, 1))
    verdict = verify(issue)
    assert not [figure for figure in verdict.figures if figure.faults or figure.rows_revalued or figure.rows_entered]
    assert all(figure.base_rows_changed == 0 for figure in verdict.figures)
    assert verdict.holds


def test_the_ladder_names_only_the_clocks_whose_time_was_changed() -> None:
    """Steps of the ladder rest on many clocks; the definition does not list ten of them for nothing."""
    assert "期限" not in MEASURES["supervisions"].says_of(YEAR)[0].removeprefix(MEASURES["supervisions"].says)
    at = dt.datetime(2016, 1, 2, tzinfo=dt.UTC)
    set_targets(targets={"problem_signed": 20 * 86_400}, valid_from=dt.date(2016, 2, 1), actor=ME, at=at, **WHY)
    chinese, english = MEASURES["supervisions"].says_of(YEAR)
    assert "期限有调整：待制定任务计划10个工作日；自2016-02-01起20个工作日（外环路程较远）。" in chinese
    assert "To be planned 10 working days; from 2016-02-01 on 20 working days" in english
    assert MEASURES["supervisions"].base(YEAR).absent == "other_time"


def test_a_longer_first_step_is_held_against_no_year_before() -> None:
    """900 s of work are late by 300 s and in time by 6000 s: what the desk did is the same, so there is no base."""
    at = dt.datetime(2015, 12, 28, tzinfo=dt.UTC)
    set_targets(targets={"first_step": 6000}, valid_from=dt.date(2016, 1, 1), actor=ME, at=at, **WHY)
    for year, begun in MARCH.items():
        ended("first_step", f"incident:E-{year}", begun)
    figure = figures(make.issue("first_step_in_time", "closed_share"))["first_step_in_time"]
    assert (figure.value, figure.base, figure.base_absent) == (100.0, None, "other_time")
    assert "规定时限：5分钟；自2016-01-01起100分钟（外环路程较远）。" in figure.says
    assert "The outer ring is far" in figure.says_en


def test_every_measure_of_runs_that_another_time_moves_is_judged_by_it() -> None:
    """Whoever takes a share of a clock's runs and forgets to say so is found here: by the work that is the same."""
    ClockRule.objects.create(code="arrive", name="到场", name_en="Arrive", target_s=600)
    for rule in settable():
        ended(rule.code, f"assignment:{rule.code}", MARCH[2016])
    of_runs = [of for of in MEASURES.values() if of.of == "run"]
    ClockRun.objects.update(due_at=MARCH[2016] + dt.timedelta(seconds=300))
    late = {of.code: of.value(of.draw(YEAR)) for of in of_runs}
    ClockRun.objects.update(due_at=MARCH[2016] + dt.timedelta(seconds=6000))
    moved = {of.code for of in of_runs if of.value(of.draw(YEAR)) != late[of.code]}
    assert {"first_step_in_time", "signed_in_time", "handled_in_time", "react_in_time", "arrive_in_time"} <= moved
    assert {of.code for of in of_runs if of.judged and len(of.clocks) == 1} == moved
    rests = {use.name for used in uses_by_clock().values() for use in used if use.judges}
    assert {name_of(MEASURES[code]) for code in moved} <= rests


def test_every_clock_that_a_measure_names_is_one_that_a_city_can_have() -> None:
    """A code that is mistyped would never be said to change."""
    known = set(ClockRule.objects.values_list("code", flat=True)) | {"arrive"}
    assert {clock for of in MEASURES.values() for clock in of.clocks} <= known


def test_the_ladders_measures_rest_on_every_clock_that_is_escalated_by_days() -> None:
    """What the stage ships with a ladder and a time of its own: not what a person dates, nor the desk's of minutes."""
    with (Path(prevention.__file__).parent / "clocks.csv").open(encoding="utf-8", newline="") as file:
        timed = {row["code"] for row in csv.DictReader(file) if row["ladder"] and row["target_s"]}
    assert timed
    for code in ("reminders", "supervisions", "interviews"):
        assert set(MEASURES[code].clocks) == timed
