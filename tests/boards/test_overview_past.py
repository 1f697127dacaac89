"""The overview of a day that is over is about that day only, at its end."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from anlan.bulletin.figures.period import Period
from anlan.bulletin.measures.prevention.lists import lists_late, lists_on_time
from anlan.core.models import ClockRun
from anlan.core.people.actors import system
from anlan.core.time.clock import frozen
from anlan.hotspots.models import Site, SiteVersion
from anlan.prevention import actions as prevention
from anlan.triage import actions as triage
from tests import make
from tests.flat import flat
from tests.make import AT
from tests.make.problems import day

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
BEFORE = "?day=2016-06-27"  # AT is on the 28th


def page(at: dt.datetime, query: str = "") -> str:
    """Return what a leader reads at a moment."""
    with frozen(at):
        return make.browser(make.person("leader")).get(f"/overview/{query}").content.decode()


def counted(text: str) -> str:
    """Return how many are open and every bar of the page, without the moment at which it is read."""
    found = re.search(r'<b id="f-open">([^<]+)</b>', text)
    assert found
    legends = re.findall(r'<div class="legend">(.*?)</div>', text, re.DOTALL)
    headings = re.findall(r"<h2>(.*?)</h2>", text, re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", " ".join([found[1], *headings, *legends])))


def close(number: str, at: dt.datetime) -> None:
    """End an incident."""
    triage.resolve(number=number, disposal="advised", actor=make.actor("dispatcher"), at=at)
    triage.close_incident(number=number, actor=make.actor("dispatcher"), at=at)


def test_a_past_day_counts_the_incidents_that_were_open_at_its_end() -> None:
    """One closed since was open then; one opened since was not, nor what was closed then and is reopened now."""
    make.city()
    then, again = make.incident(at=AT - DAY), make.incident(at=AT - 2 * DAY)
    objected = make.incident(make.report(channel="web", tracking_code=make.CODE, at=AT - 2 * DAY), at=AT - 2 * DAY)
    for number in (again, objected):
        close(number, AT - 2 * DAY + HOUR)
    close(then, AT - HOUR)
    make.incident(at=AT - HOUR)
    triage.reopen(number=again, reason="Water again", actor=make.actor("dispatcher"), at=AT - HOUR)
    triage.object_to(tracking_code=make.CODE, actor=system("test"), at=AT - HOUR)
    for query, n in [("?day=2016-06-26", 0), (BEFORE, 1), ("", 3)]:
        assert f'<b id="f-open">{n}</b>' in page(AT, query), query


def test_a_past_day_leaves_out_the_clocks_that_had_expired() -> None:
    """Its incident is late by a clock that runs, not by one whose effect was run that day; now as then."""
    make.city()
    number = make.incident(at=AT - DAY)
    assert "of which 1 late" in page(AT, BEFORE)
    ClockRun.objects.filter(subject=f"incident:{number}").update(expired_at=AT - DAY + HOUR)
    assert "of which 0 late" in page(AT, BEFORE)


def test_a_past_day_counts_the_sites_that_were_merged_since() -> None:
    """Two sites of 2015 are one by the study of 2016: they were two until it was adopted."""
    make.city()
    spots = [(119.95, 31.72), (120.05, 31.78)]
    make.storms(2015, spots)
    make.study(2015, adopt=True)
    make.storms(2016, spots[:1])
    study = make.study(2016, adopt=True)
    (gone,) = SiteVersion.objects.filter(study=study, place=None)
    SiteVersion.objects.filter(pk=gone.pk).update(change="merged")
    Site.objects.filter(pk=gone.site_id).update(merged_into=Site.objects.exclude(pk=gone.site_id).get())
    later = dt.datetime(2017, 2, 1, 4, tzinfo=dt.UTC)
    assert "2 sites" in page(later, BEFORE)
    assert "1 site" in flat(page(later, "?day=2017-02-01"))


def test_a_past_day_says_what_it_tells_as_of_now() -> None:
    """Whether an incident was diverted is kept as it stands: the page of a past day says so, that of now does not."""
    make.city()
    make.incident(at=AT - DAY)
    make.report(at=AT - HOUR)
    said = "by how they stand now"
    assert (said in flat(page(AT, BEFORE)), said in flat(page(AT))) == (True, False)


def test_a_past_day_is_judged_whole_and_leads_to_no_list_of_now() -> None:
    """Not its last hour stands beside the usual; its own reports are listed, what is open now is not."""
    make.city()
    for n in range(1, 41):
        make.report(at=AT - n * DAY)
    make.report(at=AT - HOUR)
    text, now = page(AT, BEFORE), page(AT)
    assert "The whole day: 1, as usual" in flat(text)
    assert "Last whole hour" not in text
    assert "Last whole hour" in now
    assert "since=2016-06-27&amp;until=2016-06-27" in text
    assert "list=open" not in text


def test_what_a_day_shows_is_what_it_showed_at_its_end() -> None:
    """Problems, lists, sites: each day of a course of works is read at its end, and again when all is over."""
    town = make.town()
    make.report(at=day(0))
    shown: dict[int, str] = {}

    def until(n: int) -> None:
        for each in range(max(shown, default=-1) + 1, n):
            make.report(at=day(each))
            shown[each] = counted(page(day(each) + 14 * HOUR - dt.timedelta(minutes=1)))  # 23:59 in the city

    number, (interim, permanent) = town.planned("interim", "permanent")
    until(5)
    prevention.issue_list(tasks=[interim, permanent], kind="x", due_on=dt.date(2016, 3, 1), actor=town.supervisor,
                          at=day(5))  # fmt: skip
    until(6)
    prevention.extend(task=permanent, due_on=dt.date(2016, 2, 25), reason="Frost", actor=town.supervisor, at=day(6))
    until(10)
    for task in (interim, permanent):
        town.done(task)
    until(12)
    prevention.verify(task=interim, passed=True, actor=town.verifier, at=day(12))
    prevention.verify(task=permanent, passed=False, words="short", actor=town.verifier, at=day(12))
    until(13)
    town.done(permanent, at=day(13))
    prevention.verify(task=permanent, passed=True, actor=town.verifier, at=day(13))
    until(20)
    prevention.reopen(problem=number, reason="It stood under water", actor=town.supervisor, at=day(20))
    until(24)
    assert len(set(shown.values())) > 5
    for n, then in shown.items():
        if n > 4:  # what was done before the first page was read is of one breath
            assert counted(page(day(40), f"?day={day(n).date()}")) == then, n


def test_a_past_day_reads_the_moves_and_tasks_of_all_years_once() -> None:
    """Whatever is counted of them on the page."""
    town = make.town()
    make.report(at=day(6))
    town.planned("interim", "permanent")
    with CaptureQueriesContext(connection) as asked:
        page(day(40), f"?day={day(6).date()}")
    for table in ("prevention_move", "prevention_extension", "prevention_result"):
        assert sum(f'FROM "{table}"' in each["sql"] for each in asked) == 1, table


def test_lists_are_counted_as_lists(client: Client) -> None:
    """By the day that each names, as the bulletin counts them; how many tasks stand on them is said beside."""
    town = make.town()
    make.report(at=day(6))
    _number, tasks = town.planned("interim", "permanent")
    for some in (tasks, tasks[:1]):
        prevention.issue_list(tasks=some, kind="x", due_on=dt.date(2016, 3, 1), actor=town.supervisor, at=day(5))
    town.done(tasks[0], at=day(6))
    prevention.verify(task=tasks[0], passed=True, actor=town.verifier, at=day(6))
    period = Period(dt.date(2016, 1, 1), dt.date(2016, 3, 11))
    assert [len(drawn(period)) for drawn in (lists_on_time, lists_late)] == [1, 1]
    text = flat(re.sub(r"<[^>]+>", " ", page(day(60), "?day=2016-03-12")))
    assert "2 task lists" in text
    assert "3 tasks on them · 1 of them late" in text
    assert "Done on time 1 Open, in time 0 Extended 0 Late 1" in text


def test_an_extended_task_leaves_its_list_late_as_in_the_bulletin(client: Client) -> None:
    """The list keeps the day that it names; neither an extension nor works that nobody passed are on time."""
    town = make.town()
    make.report(at=day(6))
    _number, tasks = town.planned("interim", "permanent")
    for task in tasks:
        prevention.issue_list(tasks=[task], kind="x", due_on=dt.date(2016, 2, 1), actor=town.supervisor, at=day(5))
    prevention.extend(task=tasks[1], due_on=dt.date(2016, 6, 1), reason="Frost", actor=town.supervisor, at=day(6))
    town.done(tasks[0], at=day(6))
    period = Period(dt.date(2016, 1, 1), dt.date(2016, 3, 11))
    assert [len(drawn(period)) for drawn in (lists_on_time, lists_late)] == [0, 2]
    text = flat(re.sub(r"<[^>]+>", " ", page(day(60), "?day=2016-03-12")))
    assert "Done on time 0 Open, in time 0 Extended 0 Late 2" in text
