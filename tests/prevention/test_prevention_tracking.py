"""The tracking page at a listed place: in every state of the problem, in both languages, what is done there."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client

from anlan.core.ledger.followers import catch_up
from anlan.core.models import Organisation
from anlan.core.time.clock import frozen
from anlan.intake.actions import set_validity
from anlan.prevention import actions
from anlan.prevention.models import Problem
from anlan.prevention.states import ProblemState as P
from anlan.prevention.states import TaskState as T
from tests import make
from tests.make.problems import B, Town, day, problem, task

CODE = make.CODE
SECRETS = ("人民路", "清潭路", "New pipe", "DN 800", "Head of works", "Pipe laid", "not ours", "119.97", "31.75",
           "P-2016", "T-2016", "常政办", "13800000417", "Ponding")  # fmt: skip


def reopened(town: Town) -> None:
    town.storm(30, peak=45)
    number = town.accepted()
    actions.reopen(problem=number, reason="not ours", actor=town.supervisor, at=day(40))


# state: the way to it, and what the page says in both languages
STATES: dict[str, tuple[Callable[[Town], Any], tuple[str, ...], tuple[str, ...]]] = {
    P.RAISED: (
        lambda town: town.raised(1),
        ("city government has been told", "says who puts it right", "27 January"),
        ("已报告市政府", "确定谁来治理", "1月27日"),
    ),
    P.ASSIGNED: (
        Town.assigned,
        ("Drainage office has been asked", "Drainage office takes it on", "18 January"),
        ("已交排水处治理", "由排水处接手", "1月18日"),
    ),
    P.RETURNED: (Town.returned, ("looked at again whose job",), ("重新确认由谁治理",)),
    P.DISPUTED: (Town.disputed, ("not clear yet whose job", "that decision holds"), ("还没有定下来", "裁定")),
    P.SIGNED: (
        Town.signed,
        ("Drainage office has taken it on", "plans the work"),
        ("排水处已接手治理", "制定治理方案"),
    ),
    P.IN_WORK: (
        Town.planned,
        ("Drainage office is working on it", "Steps finished: 0 of 1.", "more of the work is finished"),
        ("排水处正在治理", "已完成0项", "完成余下的措施"),
    ),
    P.ACCEPTED: (
        Town.accepted,
        ("works were finished on 23 January 2016", "only when a heavy rain has tested it", "30 mm in an hour"),
        ("2016年1月23日完工", "才算真正解决", "每小时30毫米"),
    ),
    P.STRUCK_OFF: (
        Town.struck_off,
        ("used to flood", "It was one of", "rain of 22 February 2016 has tested", "off the list since 3 March 2016"),
        ("以前经常积水", "这里曾是", "2016年2月22日的大雨检验过", "2016年3月3日从清单上销号"),
    ),
    P.REOPENED: (
        reopened,
        ("back on the list since 22 February 2016", "plans the work anew"),
        ("2016年2月22日重新列入清单", "重新制定治理方案"),
    ),
}


@pytest.fixture
def report(town: Town) -> Any:
    """A citizen's report from the place, sent long before the city listed it."""
    return make.report(
        channel="web", tracking_code=CODE, place_words="清潭路加油站", contact="13800000417", lon=B[0], lat=B[1],
        at=dt.datetime(2015, 8, 1, tzinfo=dt.UTC),
    )  # fmt: skip


def place(client: Client, language: str = "en", at: dt.datetime | None = None) -> str:
    """Return what the page says of the place, in words; nothing where it is silent."""
    with frozen(at or day(60)):
        shown = client.get(f"/track/{CODE}/", headers={"accept-language": language}).content.decode()
    found = re.search(r'<section[^>]* id="place">(.+?)</section>', unescape(shown), re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split()) if found else ""


def test_no_state_is_forgotten() -> None:
    """The table above names every state that a problem can have."""
    assert set(STATES) == set(P.values)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("state", P.values)
def test_every_state_is_told_in_plain_words_and_nothing_inner(
    client: Client, town: Town, report: Any, state: str, language: str
) -> None:
    """What is done, what comes next, and no place, title, reason, number or name in it."""
    way, english, chinese = STATES[state]
    way(town)
    assert Problem.objects.get().state == state
    said = place(client, language)
    assert not [part for part in (english if language == "en" else chinese) if part not in said]
    assert not [secret for secret in SECRETS if secret in said]
    assert "%(" not in said
    to_come = "Next," if language == "en" else "下一步"
    assert (to_come in said) == (state not in {P.ACCEPTED, P.STRUCK_OFF})
    if language == "zh-CN":
        assert not re.search("[A-Za-z]{3,}", said)


def test_a_place_that_nobody_raised_is_not_spoken_of(client: Client, town: Town, report: Any) -> None:
    """An adopted site alone promises nothing."""
    assert place(client) == ""


def test_only_what_is_of_its_kind_and_lies_there_is_told(client: Client, town: Town) -> None:
    """Neither a report farther off, nor one of another kind, nor one without a point, nor one taken for a mistake."""
    town.raised(1)
    values = {"channel": "web", "at": day(0), "lon": B[0], "lat": B[1]}
    others = [{"lat": B[1] + 0.01}, {"category": "danger_spot"}, {"lon": None, "lat": None, "place_words": "x"}]
    for n, told in enumerate(others):
        code = f"7KQ4M2XD9TFWHB6{n}"
        make.report(tracking_code=code, **(values | told))
        with frozen(day(1)):
            assert 'id="place"' not in client.get(f"/track/{code}/").content.decode()
    mistaken = make.report(tracking_code=CODE, **values)
    assert place(client, at=day(1))
    set_validity(report_id=mistaken.pk, validity="misdial", actor=make.actor("call_taker"), at=day(1))
    assert not place(client, at=day(1))


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (T.OPEN, "Steps finished: 0 of 2. Next, more of the work"),
        (T.WORKS_DONE, "Steps finished: 2 of 2. Next, somebody who did not do the work checks it"),
        (T.REFUSED, "A check found that a part must be done again. Next, more of the work"),
        (T.PASSED, "The works were finished on"),
    ],
)
def test_every_state_of_a_task_is_told(client: Client, town: Town, report: Any, state: str, words: str) -> None:
    """Of the works themselves only how many are finished: their titles may name a place."""
    _, tasks = town.planned("interim", "permanent")
    if state != T.OPEN:
        for number in tasks:
            town.done(number)
    if state in {T.REFUSED, T.PASSED}:
        passed = state == T.PASSED
        for number in tasks:
            actions.verify(task=number, passed=passed, words="not ours", actor=town.verifier, at=day(12))
    assert task(tasks[0]).state == state
    assert words in place(client)
    assert "not ours" not in place(client)


def test_no_state_of_a_task_is_forgotten() -> None:
    """Those of the test above are all there are."""
    assert set(T.values) == {"open", "works_done", "refused", "passed"}


def test_help_for_the_season_is_told_once_somebody_has_looked(client: Client, town: Town, report: Any) -> None:
    """An interim measure that passed: a pump or a barrier, never its title."""
    _, tasks = town.planned("interim", "permanent")
    town.done(tasks[0])
    assert "Help for this season" not in place(client)
    actions.verify(task=tasks[0], passed=True, actor=town.verifier, at=day(12))
    assert "Steps finished: 1 of 2. Help for this season" in place(client)


def test_rain_that_a_place_stood_is_told_before_it_leaves_the_list(client: Client, town: Town, report: Any) -> None:
    """Tested, so next the city takes it off; a weaker rain tests nothing."""
    town.accepted()
    town.storm(20, peak=12)
    assert "only when a heavy rain" in place(client)
    town.storm(40, peak=45)
    said = place(client)
    assert "The rain of 22 February 2016 has tested them: the place held. Next, the city takes it off its list." in said


def test_the_report_that_puts_a_place_back_on_the_list_is_told_so(client: Client, town: Town, report: Any) -> None:
    """Its own reporter reads that it was theirs; another reads in which rain it failed."""
    town.accepted()
    town.storm(40, peak=45)
    again = make.report(channel="web", tracking_code="7KQ4M2XD9TFWHB6T", lon=B[0], lat=B[1],
                        at=day(40) + dt.timedelta(hours=1))  # fmt: skip
    catch_up()
    assert problem(Problem.objects.get().number).state == P.REOPENED
    assert "failed again in the rain of 22 February 2016 and is back on the list" in place(client)
    with frozen(day(60)):
        shown = client.get("/track/7KQ4M2XD9TFWHB6T/").content.decode()
    assert "your report put it back on the list" in shown
    assert again.number not in place(client)


def test_a_failure_without_a_storm_names_its_day(client: Client, town: Town, report: Any) -> None:
    """And what was said before the failure stays true of the next round: it is planned anew."""
    town.accepted()
    make.report(lon=B[0], lat=B[1], at=day(41))
    catch_up()
    assert "failed again on 23 February 2016 and is back on the list" in place(client)


def test_a_closed_office_is_told_as_who_comes_next(client: Client, town: Town, report: Any) -> None:
    """It has gone; the city says who takes over."""
    town.signed()
    Organisation.objects.filter(code="drains").update(active=False)
    assert "The office that had it is closed. Next, the city says who puts it right." in place(client)


def test_a_deadline_that_has_passed_is_called_late(client: Client, town: Town, report: Any) -> None:
    """On its last day it is still due."""
    town.assigned()
    assert "This is due by the end of today" in place(client, at=day(5))
    assert "was due by Monday 18 January and is late" in place(client, at=day(6))


def test_a_place_of_another_kind_is_no_flood(client: Client, town: Town, report: Any) -> None:
    """Without a rain test: listed, finished, taken off, in words that hold for any trouble."""
    number = town.accepted()
    Problem.objects.filter(number=number).update(rain_test_mm_h=None)
    said = place(client)
    assert "This place is on the city's list" in said
    assert "checked. Next, the city takes it off its list." in said
    assert "rain" not in said
    actions.strike_off(problem=number, actor=town.supervisor, at=day(50))
    assert "This place was on the city's list" in place(client)
