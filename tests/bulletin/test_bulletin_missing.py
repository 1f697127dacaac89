"""Where a bulletin has no figure: missing is never 0, and the reason stands beside it in words."""

from __future__ import annotations

import csv
import datetime as dt
from typing import Any

import pytest
from django.test import Client

from anlan.bulletin.figures.measure import MEASURES, Absent
from anlan.bulletin.figures.period import Period
from anlan.bulletin.figures.verification import verify
from anlan.bulletin.models import Figure, Issue
from anlan.core.people.actors import system
from anlan.dispatch.actions import begin_shift
from anlan.hotspots.actions import adopt_study
from anlan.intake.models import Category
from anlan.triage import actions as triage
from tests import make

ME = system("test")
SPOTS = [(119.93, 31.73), (119.98, 31.76)]
YEAR = Period(dt.date(2016, 1, 1), dt.date(2016, 12, 31))
NEXT = dt.datetime(2017, 1, 4, tzinfo=dt.UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def town() -> None:
    """A small town with storms in both years, and nobody who studied them."""
    make.city()
    make.organisation("government", kind="government")
    make.storms(2015, SPOTS)
    make.storms(2016, SPOTS)


def figure(issue: Issue, measure: str) -> Figure:
    return Figure.objects.get(issue=issue, measure=measure, area="")


def row(client: Client, issue: Issue, measure: str) -> dict[str, str]:
    """Return a measure's row of the CSV."""
    text = client.get(f"/bulletins/{issue.number}/bulletin.csv").content.decode("utf-8-sig")
    return next(one for one in csv.DictReader(text.splitlines()) if one["measure"] == measure and not one["area"])


def test_a_year_whose_study_is_not_adopted_has_no_number_of_sites(client: Client) -> None:
    """2015 has its study and 2016 none: "—" with the reason on the page and in the CSV, and no change from it."""
    make.study(2015, adopt=True)
    issue = make.issue("sites", at=NEXT)
    one = figure(issue, "sites")
    assert (one.value, one.absent, one.base, one.base_absent) == (None, "no_study", 2, "")
    assert row(client, issue, "sites")["value_note"] == "no_study"
    assert row(client, issue, "sites")["value"] == ""
    client.force_login(make.person("analyst"))
    page = client.get(f"/bulletins/{issue.number}/").content.decode()
    assert "no figure: no study of that period is adopted" in page
    english = " ".join(client.get(f"/bulletins/{issue.number}/figures/sites/").content.decode().split())
    assert "<b>—</b>" in english
    client.get("/bulletins/?lang=zh-hans")
    assert "本期缺失：该期没有采用的研判" in client.get(f"/bulletins/{issue.number}/").content.decode()


def test_what_was_missing_and_is_measured_later_is_named_when_it_is_recomputed() -> None:
    """The issue holds; today the study is adopted, so its rows have entered."""
    later = make.study(2016)
    issue = make.issue("sites", at=NEXT)
    assert verify(issue).holds
    assert all(one.same for one in verify(issue).figures)
    adopt_study(study_id=later.pk, actor=ME, at=dt.datetime(2017, 2, 1, tzinfo=dt.UTC))
    found = next(one for one in verify(issue).figures if one.measure == "sites")
    assert (found.holds, found.same, found.value, found.value_now, found.rows_entered) == (True, False, None, 2, 2)


def test_a_study_of_an_adopted_year_without_sites_is_a_true_zero() -> None:
    """Somebody looked and found none; a study of dangerous spots says nothing of floods."""
    make.study(2016, adopt=True, categories=["danger_spot"])
    assert MEASURES["sites"].draw(YEAR).absent == Absent.NO_STUDY
    make.study(2016, adopt=True, parameters={"min_episodes": 9})
    assert MEASURES["sites"].draw(YEAR).absent == ""
    assert MEASURES["sites"].value(MEASURES["sites"].draw(YEAR)) == 0


def test_a_first_study_has_no_sites_gone() -> None:
    """There is nothing to compare with; a second one has a number, and it may be zero."""
    make.study(2015, adopt=True)
    assert MEASURES["sites_gone"].draw(YEAR.year_before()).absent == Absent.NO_STUDY_BEFORE
    make.study(2016, adopt=True)
    assert MEASURES["sites_gone"].value(MEASURES["sites_gone"].draw(YEAR)) == 0


def test_before_a_register_begins_nobody_looked_and_afterwards_none_is_zero() -> None:
    """Incidents were kept from 2016 on: 2015 has none to compare with, and 2016 has no diverted one."""
    report = make.report(at=dt.datetime(2016, 6, 1, tzinfo=dt.UTC))
    triage.open_incident(report_id=report.pk, actor=ME, at=dt.datetime(2016, 6, 1, 1, tzinfo=dt.UTC))
    issue = make.issue("incidents", "diverted", "problems_raised", at=NEXT)
    diverted, problems = figure(issue, "diverted"), figure(issue, "problems_raised")
    assert (diverted.value, diverted.absent, diverted.base, diverted.base_absent) == (0, "", None, "not_kept")
    assert (problems.value, problems.absent) == (None, "not_kept")
    assert all(one.value is None for one in issue.figures.exclude(absent=""))


def test_a_category_that_the_city_does_not_have_is_not_counted_as_none() -> None:
    """Robberies stand under another category here, and nobody knows how many; thefts are counted."""
    triage.open_incident(report_id=make.report(category="theft").pk, actor=ME, at=make.AT)
    assert MEASURES["theft"].draw(YEAR).n == 1
    assert MEASURES["robbery"].draw(YEAR).absent == Absent.NO_CATEGORY
    assert MEASURES["property_calls"].draw(YEAR).absent == Absent.NO_CATEGORY
    Category.objects.create(code="robbery", name="抢劫", name_en="Robbery", kind="alarm", group="robbery")
    assert MEASURES["robbery"].value(MEASURES["robbery"].draw(YEAR)) == 0


def test_a_share_of_nothing_and_a_channel_that_was_not_connected_are_missing() -> None:
    """Not 0 %."""
    assert MEASURES["hotline_share"].draw(YEAR).absent == Absent.NO_CHANNEL
    assert MEASURES["react_in_time"].draw(YEAR).absent == Absent.NO_ROWS
    make.report(channel="hotline_12345", at=dt.datetime(2016, 7, 1, tzinfo=dt.UTC))
    assert MEASURES["hotline_share"].draw(YEAR.year_before()).absent == Absent.NO_CHANNEL
    assert (MEASURES["hotline_share"].value(MEASURES["hotline_share"].draw(YEAR)) or 0) > 0


def test_mobile_teams_and_their_people_come_from_shifts() -> None:
    """Two teams with 26 and 24 people at most; a city that records no shifts has no number of either."""
    teams, people = MEASURES["mobile_teams"], MEASURES["mobile_people"]
    assert teams.draw(YEAR).absent == Absent.NO_SHIFT
    for unit, day, count in [("mobile-1", 1, 20), ("mobile-1", 2, 26), ("mobile-2", 2, 24), ("pump-1", 2, 6)]:
        at = dt.datetime(2016, 6, day, tzinfo=dt.UTC)
        begin_shift(unit=unit, begins_at=at, ends_at=at + dt.timedelta(hours=8), people=count, actor=ME, at=at)
    assert teams.value(teams.draw(YEAR)) == 2
    assert people.value(people.draw(YEAR)) == 50


def test_the_printed_issue_says_why_in_both_languages(client: Client) -> None:
    """The PDF is written with its missing figures, and its rows and base say nothing else."""
    issue = make.issue("sites", "problems_raised", at=NEXT)
    for language in ("en", "zh-hans"):
        answer: Any = client.get(f"/bulletins/{issue.number}/bulletin.pdf?lang={language}", follow=True)
        assert answer.content.startswith(b"%PDF-")


def test_the_time_to_type_in_leaves_out_what_nobody_types() -> None:
    """A list that was imported two days later and a reporter's own form are no typing."""
    heard = dt.datetime(2016, 3, 1, 4, tzinfo=dt.UTC)
    for channel, seconds in (("phone_110", 40), ("hotline_12345", 60), ("grid_worker", 80), ("web", 0), ("partner", 1),
                             ("sensor", 1), ("import", 172_800)):  # fmt: skip
        make.report(channel=channel, received_at=heard, at=heard + dt.timedelta(seconds=seconds), source_id=channel)
    make.report(channel="phone_110", received_at=heard, at=heard, validity="misdial")
    march = Period(dt.date(2016, 3, 1), dt.date(2016, 3, 31))
    assert sorted(MEASURES["entry_delay"].draw(march).values) == [40, 60, 80]
    assert sorted(MEASURES["entry_delay_p90"].draw(march).values) == [40, 60, 80]
