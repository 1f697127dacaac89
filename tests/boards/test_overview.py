"""The leader's overview as its readers open it: through HTTP, beside slow plain counts."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.test import Client

from anlan.analysis import usual_range
from anlan.core.city import area_map
from anlan.core.models import AreaVersion, ClockRun
from anlan.core.people.actors import Actor, system
from anlan.core.people.roles import Role
from anlan.core.time.clock import frozen
from anlan.intake.models import Report
from anlan.prevention import actions as prevention
from anlan.triage import actions as triage
from anlan.triage.models import Incident
from anlan.voice.models import Satisfaction
from tests import make
from tests.flat import flat as on_one_line

AT = make.AT  # 14:00 in the small town, a Tuesday
ZONE = ZoneInfo("Asia/Shanghai")
ME = system("test")
EAST = {"lon": 120.05, "lat": 31.75}
READERS = {Role.LEADER, Role.SUPERVISOR, Role.DISPATCHER, Role.ANALYST, Role.PUBLISHER, Role.AUDITOR}
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def town() -> Iterator[None]:
    make.city()
    with frozen(AT):
        yield


@pytest.fixture
def leader(client: Client) -> Client:
    client.force_login(make.person("leader"))
    return client


def page(client: Client, query: str = "", **headers: str) -> str:
    answer = client.get(f"/overview/{query}", headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def figure(text: str, name: str) -> str:
    found = re.search(rf'<b id="f-{name}">([^<]+)</b>', text)
    assert found, name
    return found[1]


def flat(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def ago(**time: float) -> dt.datetime:
    return AT - dt.timedelta(**time)


def sent(at: dt.datetime, *stamps: tuple[str, int], unit: str = "mobile-1", **values: Any) -> int:
    """Send a mobile team, with stamps so many seconds after the sending, and free it."""
    number = make.incident(at=at - dt.timedelta(minutes=1), **values)
    pk = make.assignment(number, unit=unit, at=at)
    for step, seconds in stamps:
        make.stamp(pk, step, at + dt.timedelta(seconds=seconds))
    return pk


def plain_counts(until: dt.datetime, hour: int | None = None) -> list[int]:
    """Count the valid reports of the 56 days before and of the day itself, up to a clock, or in one hour of each."""
    valid = Report.objects.filter(validity__in=["valid", "repeat"]).values_list("received_at", flat=True)
    moments = [at.astimezone(ZONE) for at in valid]
    counted = [at for at in moments if at.hour == hour or (hour is None and at.time() < until.astimezone(ZONE).time())]
    per_day = Counter(at.date() for at in counted)
    return [per_day[until.astimezone(ZONE).date() - dt.timedelta(days=n)] for n in range(56, -1, -1)]


def test_todays_reports_stand_beside_what_is_usual(leader: Client) -> None:
    """The bands are those of the library for plain counts of 56 days, up to the same minute and in the last hour."""
    for day in range(58):
        for n in range(day % 3 + 1):
            make.report(at=ago(days=day, minutes=30 + 50 * n))
            make.report(at=ago(days=day, minutes=-30))  # later in the day: only of the earlier days
    make.report(at=ago(minutes=5), validity="misdial")
    until = AT + dt.timedelta(minutes=10)
    *before, today = plain_counts(until)
    (low,), (high,) = usual_range(before).low, usual_range(before).high
    with frozen(until):
        text = page(leader)
    assert figure(text, "reports") == str(today)
    assert band(text) == (low, high)
    *before, last = plain_counts(until, hour=13)
    (low,), (high,) = usual_range(before).low, usual_range(before).high
    assert f"Last whole hour, from 13:00: {last}, as usual {low}–{high}." in flat(text)


def test_a_city_without_districts_is_drawn_as_one(leader: Client) -> None:
    """What a new city's folder holds, its own outline and nothing else, is its map; what is open stands on it."""
    AreaVersion.objects.exclude(area__kind="city").delete()
    area_map.forget()
    make.incident(at=ago(hours=1))
    text = page(leader)
    assert re.findall(r'<tr data-area="([^"]+)">.*?<td>(\d+)</td>', text, re.DOTALL) == [("small", "1")]
    assert 'class="area"' in text
    AreaVersion.objects.all().delete()
    area_map.forget()
    assert figure(page(leader), "open") == "1"


def band(text: str) -> tuple[int, int]:
    """Return the two ends of the day's usual."""
    found = re.search(r"19 of 20 usual days: (\d+)–(\d+) \(n = \d+ days\)", flat(text))
    assert found
    return int(found[1]), int(found[2])


def test_a_past_storm_is_not_usual_and_an_area_has_a_usual_of_its_own(leader: Client) -> None:
    """One day of sixty reports among days of one widens no band to sixty; the east, without any, is below nothing."""
    for day in range(1, 58):
        make.report(at=ago(days=day, hours=1))
    for minute in range(59):
        make.report(at=ago(days=20, hours=1, minutes=minute))
    make.report(at=ago(minutes=5))
    assert 1 <= band(page(leader))[1] < 10
    assert band(page(leader, "?a=east")) == (0, 0)


def test_days_before_are_counted_again_within_the_hour(leader: Client) -> None:
    """What comes late for an earlier day changes no band at once; the day itself is counted anew each time."""
    for day in range(1, 57):
        make.report(at=ago(days=day, hours=1))
    make.report(at=ago(minutes=2))
    first = band(page(leader))
    for day in range(1, 57):
        make.report(at=ago(days=day, hours=2))
        make.report(at=ago(days=day, hours=3))
    make.report(at=ago(minutes=1))
    text = page(leader)
    assert (figure(text, "reports"), band(text)) == ("2", first)
    cache.clear()  # as after an hour
    assert band(page(leader))[1] > first[1]


def test_a_young_city_has_no_usual(leader: Client) -> None:
    """With less than 28 days before, the usual is a dash and says how many are known; with 28 it is a band."""
    make.report(at=ago(hours=1))
    assert "usual: — (0 of 28 days before known)" in flat(page(leader))
    make.report(at=ago(days=15))
    assert "usual: — (15 of 28 days before known)" in flat(page(leader))
    make.report(at=ago(days=28))
    assert "(n = 28 days)" in flat(page(leader))


def test_open_incidents_and_their_lateness_are_counted_by_district(leader: Client) -> None:
    """The figure, the map's table and a plain count over clocks agree; closed ones do not count."""
    make.incident(at=ago(hours=1))
    make.incident(at=ago(minutes=1))
    make.incident(at=ago(hours=2), **EAST)
    make.incident(at=ago(hours=2), lon=None, lat=None, place_words="somewhere")
    done = make.incident(at=ago(hours=3))
    triage.close_incident(number=done, disposal="no_matter", actor=ME, at=ago(hours=2))
    text = page(leader)
    late = ClockRun.objects.overdue(AT).filter(subject__startswith="incident:").values("subject").distinct().count()
    assert figure(text, "open") == str(Incident.objects.exclude(state="closed").count()) == "4"
    assert f"of which {late} late, 1 due within the hour" in flat(text)
    rows = dict(re.findall(r'<tr data-area="([^"]+)">(.*?)</tr>', on_one_line(text)))
    assert flat(rows["west"]).split()[-3:] == ["2", "1", "1"]
    assert flat(rows["east"]).split()[-3:] == ["1", "1", "0"]
    assert "1 without a place" in text
    assert 'class="m late"' in text


def test_each_figure_leads_to_its_own_list(leader: Client) -> None:
    """Diverted incidents and sendings of mobile teams, and none that are not counted there."""
    kept, diverted = make.incident(), make.incident()
    triage.divert(number=diverted, to="drains", actor=ME, at=AT)
    team = make.assignment(kept)
    make.free("mobile-1")
    links = leader.get("/overview/").context["links"]
    incidents = leader.get(links["diverted"]).content.decode()
    assert (diverted in incidents, kept in incidents) == (True, False)
    assert f"/assignments/{team}/" in leader.get(links["teams"]).content.decode()
    assert leader.get(links["teams"].replace("mobile", "fire")).context["listing"].rows.exists() is False


def test_the_share_diverted_says_its_n(leader: Client) -> None:
    """Of four incidents one was diverted; with none at all stands a dash."""
    make.report(at=ago(minutes=1))
    assert figure(page(leader), "diverted") == "—"
    cache.clear()
    numbers = [make.incident(at=ago(days=n, minutes=1)) for n in range(4)]
    triage.divert(number=numbers[1], to="drains", actor=ME, at=ago(hours=1))
    text = page(leader)
    assert figure(text, "diverted") == "1"
    assert "25.0% of all incidents (n = 4)" in flat(text)


def test_days_that_are_over_are_counted_now_and_then_and_say_when(leader: Client) -> None:
    """What comes late for an earlier day waits ten minutes to be counted; what comes today is counted at once."""
    make.incident(at=ago(days=1))
    assert "(n = 1), counted 14:00" in flat(page(leader))
    make.incident(at=ago(days=2))
    make.incident(at=ago(minutes=2))
    with frozen(AT + dt.timedelta(minutes=5)):
        assert "(n = 2), counted 14:00" in flat(page(leader))
        cache.clear()  # as after ten minutes
        assert "(n = 3), counted 14:05" in flat(page(leader))


def test_the_share_helped_is_of_those_who_answered(leader: Client) -> None:
    """Three of four answered, two were helped; nobody's answer is listed. Before the first answer stands a dash."""
    reports = [make.report(at=ago(hours=n + 1)) for n in range(4)]
    assert figure(page(leader), "helped") == "—"
    for n, answer in enumerate(["yes", "yes", "no", ""]):
        asked = Satisfaction(report=reports[n], asked_at=ago(days=2), helped=answer)
        asked.answered_at = ago(days=1) if answer else None
        asked.save()
    Satisfaction.objects.create(report=make.report(at=ago(days=50)), asked_at=ago(days=40))
    text = page(leader)
    assert figure(text, "helped") == "66.7%"
    assert "n = 3 answers of 4 asked" in flat(text)


def test_mobile_teams_show_median_share_and_what_is_missing(leader: Client) -> None:
    """Stamps that nobody gave are missing, and lower neither the median nor the share."""
    way = [("on_scene", 300), ("resolved", 500), ("field_feedback", 600), ("cleared", 700)]
    sent(ago(hours=5), ("acknowledged", 40), ("en_route", 120), *way)
    sent(ago(hours=4), ("acknowledged", 80), ("en_route", 170), *way)
    sent(ago(hours=3), ("en_route", 190), *way)
    sent(ago(hours=30), ("acknowledged", 10), unit="mobile-2")
    text = flat(page(leader))
    assert "24 hours before, n = 3 sendings" in text
    assert "React target 1:00 1:00 within 50.0%, n = 2, 1 missing" in text
    assert "Set out target 3:00 2:50 within 66.7%, n = 3 " in text
    assert "End the danger target 5:00 3:20 within 100.0%, n = 3 " in text


def test_without_sendings_the_clocks_show_dashes(leader: Client) -> None:
    """Missing is a dash, never zero."""
    make.report(at=ago(minutes=1))
    assert "React target 1:00 — within —, n = 0" in flat(page(leader))


@pytest.fixture
def mending() -> list[str]:
    """Two sites of the year before as problems, one of them in work with a task on a list."""
    make.organisation("government", kind="government")
    make.storms(2015, [(119.95, 31.74), (120.05, 31.75)])
    jan = dt.datetime(2016, 1, 13, 1, tzinfo=dt.UTC)
    people: dict[str, Actor] = {
        role: make.actor(role, at=at)
        for role, at in [("analyst", "control"), ("supervisor", "government"), ("officer", "drains")]
    }
    study = make.study(2015, adopt=True).pk
    numbers: list[str] = prevention.raise_problems(
        title="Ponding", addressee="government", study=study, sites=[1, 2], actor=people["analyst"], at=jan
    )["problems"]
    prevention.instruct(
        problems=numbers, lead="drains", reference="12", on=jan.date(), actor=people["supervisor"], at=jan
    )
    prevention.sign_for(problems=numbers[:1], actor=people["officer"], at=jan)
    pumps = [make.works(numbers[0], day, kind="interim") for day in (dt.date(2016, 7, 29), dt.date(2016, 2, 29))]
    tasks = prevention.plan_tasks(tasks=pumps, actor=people["officer"], at=jan)["tasks"]
    prevention.issue_list(tasks=tasks, kind="Flood", due_on=dt.date(2016, 7, 29), actor=people["supervisor"], at=jan)
    prevention.add_evidence(task=tasks[0], words="Pump stands", actor=people["officer"], at=jan)
    prevention.finish_task(task=tasks[0], actor=people["officer"], at=jan)
    return numbers


def test_problems_tasks_and_sites_stand_in_one_state_each(leader: Client, mending: list[str]) -> None:
    """A problem whose deadline has passed is late; a task done is done, one open past its day late."""
    make.report(at=ago(minutes=1))
    text = flat(page(leader))
    assert "2 problems" in text
    assert "Struck off 0 In hand, in time 0 To sign for 0 Due soon 0 Late 2" in text
    assert "1 task list 2 tasks on them · 1 of them late" in text
    assert "Done on time 0 Open, in time 1 Extended 0 Late 0" in text  # the list itself is due on 29 July
    assert "2 sites" in text
    assert "Passed the rain 0 Accepted, waiting for rain 0 Interim only 1 Not mended yet 1" in text
    assert "0 key areas" in text
    assert "Taken off the list — In hand — Failed again afterwards —" in text


def test_an_area_filters_what_has_a_place(leader: Client, mending: list[str]) -> None:
    """East has its own reports, incidents, problems and sites; the tab says which area is shown."""
    make.incident(at=ago(minutes=20))
    make.incident(at=ago(minutes=30), **EAST)
    make.report(at=ago(minutes=40), **EAST)
    text = page(leader, "?a=east")
    assert (figure(text, "reports"), figure(text, "open")) == ("2", "1")
    assert "1 problem " in flat(text)
    assert "1 site " in flat(text)
    assert re.search(r'<a href="\?a=east" aria-current="true">East District</a>', on_one_line(text))
    assert figure(page(leader, "?a=nowhere"), "reports") == "3"


def test_an_earlier_day_is_shown_whole(leader: Client) -> None:
    """The address names the day; without one it is the last day that has reports, and the page says so."""
    make.report(at=ago(days=3))
    make.report(at=ago(days=3, hours=-8))
    text = page(leader)
    assert "As of the end of 2016-06-25" in text
    assert figure(text, "reports") == "2"
    make.report(at=ago(days=1))
    assert figure(page(leader, "?day=2016-06-25"), "reports") == "2"
    assert "As of the end of 2016-06-27" in page(leader, "?day=2030-01-01")
    assert "As of the end of 2016-06-27" in page(leader, "?day=yesterday")


def test_nothing_personal_stands_on_the_page(leader: Client, mending: list[str]) -> None:
    """No words of a place, no contact, no report's number, nobody's name."""
    personal = {"place_words": "人民路7号桥下", "contact": "13800000000", "words": "Water in the cellar"}
    one = make.report(at=ago(minutes=9), **personal)
    text = page(leader)
    for word in ("人民路", "13800000000", "cellar", one.number, "Somebody", "Head of works", *mending):
        assert word not in text


def test_a_page_costs_few_questions(leader: Client, mending: list[str], django_assert_max_num_queries: Any) -> None:
    """However much there is, the page asks the database at most forty times."""
    for n in range(12):
        make.incident(at=ago(minutes=n))
    for query in ("", "?a=east"):
        with django_assert_max_num_queries(40):
            page(leader, query)


def test_both_languages_are_written(leader: Client) -> None:
    """The page follows the reader's language, names of areas too."""
    make.report(at=ago(minutes=5))
    english = page(leader, **{"accept-language": "en"})
    assert "West District" in english
    assert ">West</text>" in on_one_line(english)
    chinese = page(leader, **{"accept-language": "zh-hans"})
    assert "西区" in chinese
    assert 'lang="zh-Hans"' in chinese


def test_an_empty_city_says_what_to_do(leader: Client) -> None:
    """No figures of nothing: the way to the first report instead."""
    text = page(leader)
    assert "No report has come in yet" in text
    assert 'class="figures"' not in text


@pytest.mark.parametrize("role", Role.values)
def test_the_page_opens_to_those_who_steer(client: Client, role: str) -> None:
    """Call-takers, officers, verifiers and operators have pages of their own."""
    make.report(at=ago(minutes=5))
    client.force_login(make.person(role))
    assert client.get("/overview/").status_code == (200 if role in READERS else 403)


def test_a_list_is_offered_only_to_whom_it_opens(client: Client) -> None:
    """A publisher reads the figures and follows no link that would be refused."""
    make.report(at=ago(minutes=5))
    client.force_login(make.person("publisher"))
    text = page(client)
    addresses = set(re.findall(r'<span class="noprint"> · <a class="def" href="([^"]+)"', text))
    assert not any(client.get(address.replace("&amp;", "&"), follow=True).status_code == 403 for address in addresses)
    client.force_login(make.person("leader"))
    assert "/incidents/?list=open" in page(client)
    assert "/incidents/" not in "".join(addresses)
