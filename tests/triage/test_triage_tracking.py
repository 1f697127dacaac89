"""The tracking page in every state of the incident, in both languages: what comes next, by when, nothing inner."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client

from anlan.core.people.actors import system
from anlan.core.time.clock import frozen
from anlan.intake.actions import set_validity
from anlan.intake.actions.tracking import withdraw_report
from anlan.triage import actions
from anlan.triage.models import Incident
from anlan.triage.states import Disposal, State
from tests import make

AT = make.AT
ME = system("test")
CODE = make.CODE
SECRETS = ("清潭路加油站", "车过不去", "13800000417", "王先生", "不归我们", "上级说的", "E-160628", "119.97", "31.76")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _town() -> None:
    make.city()


def later(minutes: int) -> dt.datetime:
    return AT + dt.timedelta(minutes=minutes)


def opened(**fields: Any) -> str:
    """Return the incident of a citizen's report."""
    values = {"channel": "web", "tracking_code": CODE, "place_words": "清潭路加油站", "words": "车过不去",
              "contact": "13800000417", "name": "王先生"} | fields  # fmt: skip
    report = make.report(**values)
    return str(actions.open_incident(report_id=report.pk, actor=ME, at=later(1))["incident"])


def hand(number: str, to: str = "drains", *, diverted: bool = False, after: int = 2) -> None:
    actions.hand_over(number=number, to=to, diverted=diverted, actor=ME, at=later(after))


def signed(number: str) -> None:
    hand(number)
    actions.sign_for(number=number, actor=ME, at=later(3))


def returned(number: str, after: int = 2) -> None:
    hand(number, after=after)
    actions.return_incident(number=number, reason="不归我们，上级说的", actor=ME, at=later(after + 1))


def disputed(number: str) -> None:
    returned(number)
    returned(number, after=4)


def resolved(number: str) -> None:
    actions.resolve(number=number, disposal="done", actor=ME, at=later(5))


def closed(number: str, disposal: str = "done") -> None:
    actions.close_incident(number=number, disposal=disposal, actor=ME, at=later(6))


def reopened(number: str) -> None:
    closed(number)
    actions.reopen(number=number, reason="不归我们", actor=ME, at=later(7))


# state: the way to it, the heading in both languages, and what the lead promises
STATES: dict[str, tuple[Callable[[str], None], str, str, str, str]] = {
    State.NEW: (lambda number: None, "We are dealing with it", "正在处理", "14:06 today", "今天14:06"),
    State.HANDED_OVER: (
        hand, "Drainage office is asked to deal with it", "已转交排水处办理", "Wednesday 29 June", "6月29日（星期三）",
    ),
    State.SIGNED: (signed, "Drainage office deals with it", "排水处正在办理", "Tuesday 5 July", "7月5日（星期二）"),
    State.RETURNED: (returned, "We are finding the right people", "正在确认由谁办理", "14:08 today", "今天14:08"),
    State.DISPUTED: (
        disputed, "not clear yet whose job this is", "还没有定下来", "Wednesday 29 June", "6月29日（星期三）",
    ),
    State.DISPATCHED: (
        lambda number: actions.send(number=number, actor=ME, at=later(2)) and None,
        "Somebody was sent", "已派人前往", "Tuesday 5 July", "7月5日（星期二）",
    ),
    State.RESOLVED: (resolved, "The work on it has ended", "现场处理已结束", "Thursday 30 June", "6月30日（星期四）"),
    State.CLOSED: (closed, "This matter is closed", "这件事已办结", "put right", "已处理好"),
    State.REOPENED: (reopened, "We have taken it up again", "已重新办理", "14:12 today", "今天14:12"),
}  # fmt: skip


def page(client: Client, language: str = "en", at: dt.datetime | None = None) -> str:
    with frozen(at or later(8)):
        answer = client.get(f"/track/{CODE}/", headers={"accept-language": language})
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def words_of(shown: str, tag: str) -> str:
    found = re.search(rf"<{tag}[^>]*>(.+?)</{tag[:2].strip()}>", shown, re.DOTALL)
    assert found, tag
    return " ".join(re.sub(r"<[^>]+>", "", found[1]).split())


def test_no_state_is_forgotten() -> None:
    """The table below names every state that an incident can have."""
    assert set(STATES) == set(State.values)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("state", State.values)
def test_every_state_says_what_comes_next_and_by_when_and_nothing_inner(
    client: Client, state: str, language: str
) -> None:
    """A heading of its own and a promise with its time; no place, name, number, reason or inner number."""
    way, *said = STATES[state]
    number = opened()
    way(number)
    assert Incident.objects.get(number=number).state == state
    shown = page(client, language)
    title, promise = (said[0], said[2]) if language == "en" else (said[1], said[3])
    assert title in words_of(shown, "h1")
    assert promise in words_of(shown, 'p class="lead"')
    assert not [secret for secret in SECRETS if secret in shown]
    assert "%(" not in shown
    assert "somebody reads your report" not in shown
    if language == "zh-CN":
        assert not re.search(r"[A-Za-z]{3,}", words_of(shown, 'p class="lead"') + words_of(shown, "h1"))


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("disposal", ["", *Disposal.values])
def test_every_result_has_a_sentence(client: Client, disposal: str, language: str) -> None:
    """Put right, advised, passed on, not found, known already, no matter: each in words of its own."""
    number = opened()
    closed(number, disposal or "done")
    Incident.objects.filter(number=number).update(disposal=disposal)
    lead = words_of(page(client, language), 'p class="lead"')
    said = {
        "": "Nothing more is planned",
        "done": "put right",
        "advised": "explained what can be done",
        "passed_on": "passed on to those whose job it is",
        "not_found": "found nothing",
        "repeat_of": "knew of it already",
        "no_matter": "can do nothing about it",
    }[disposal]
    assert (said in lead) == (language == "en")
    assert len(lead) > 10


def test_what_is_diverted_says_to_whom_and_until_when(client: Client) -> None:
    """Not for the police, but for them; they look at it by a day."""
    hand(opened(), diverted=True)
    lead = words_of(page(client), 'p class="lead"')
    assert "the job of Drainage office, not of the police" in lead
    assert "by Wednesday 29 June" in lead


def test_what_is_late_says_so(client: Client) -> None:
    """The deadline that has passed stays, with the word for it and what to do."""
    opened()
    shown = page(client, at=later(60))
    assert "This was due by 14:06 today and is late. If it is urgent, please telephone." in words_of(
        shown, 'p class="lead"'
    )
    assert "state tag late" in shown
    assert "2016" not in words_of(shown, 'p class="lead"')
    assert "Tuesday 28 June 2016" in words_of(page(client, at=later(400 * 1440)), 'p class="lead"')


def test_a_later_report_is_told_that_others_came_before(client: Client) -> None:
    """How many, and that it still counts; what was done before it came is not told as if it followed."""
    first = make.report(at=later(-20))
    number = actions.open_incident(report_id=first.pk, actor=ME, at=later(-19))["incident"]
    hand(number, after=-18)
    mine = make.report(channel="web", tracking_code=CODE)
    actions.link_report(number=number, report_id=mine.pk, actor=ME, at=later(2))
    shown = page(client)
    assert "Joined with 1 other report" in shown
    assert "Handed to" not in shown
    assert "Drainage office is asked to deal with it" in shown


def test_what_may_hide_danger_at_home_tells_little(client: Client) -> None:
    """Who sent or took on what is not told where somebody at home may read along."""
    number = opened()
    actions.confirm_category(number=number, category="home_violence", actor=ME, at=later(2))
    actions.send(number=number, actor=ME, at=later(3))
    shown = page(client)
    assert "This page says no more about it" in shown
    assert "Somebody was sent" not in shown


def test_what_was_called_in_as_danger_at_home_tells_little_whatever_was_found(client: Client) -> None:
    """Another category later does not open what somebody at home may read."""
    report = make.report(category="home_violence", channel="web", tracking_code=CODE)
    number = actions.open_incident(report_id=report.pk, actor=ME, at=make.AT)["incident"]
    actions.send(number=number, actor=ME, at=later(2))
    actions.confirm_category(number=number, category="noise", actor=ME, at=later(3))
    shown = page(client)
    assert "This page says no more about it" in shown
    assert "Somebody was sent" not in shown


def test_who_withdrew_reads_that_and_not_what_goes_on(client: Client) -> None:
    """Also where the desk had opened an incident meanwhile; and so does who is told that it was a mistake."""
    opened()
    withdraw_report(tracking_code=CODE, actor=ME, at=later(5))
    assert "You withdrew this report" in page(client)


def test_a_report_taken_for_a_mistake_says_so(client: Client) -> None:
    """The desk's judgement stands before the incident's."""
    number = opened()
    report = Incident.objects.get(number=number).links.get().report
    set_validity(report_id=report.pk, validity="nuisance", actor=ME, at=later(5))
    assert "closed as a mistake" in page(client)


def test_the_page_asks_the_database_a_fixed_number_of_times(client: Client, django_assert_max_num_queries: Any) -> None:
    """However long the incident's history is."""
    disputed(opened())
    with django_assert_max_num_queries(25):
        page(client)
