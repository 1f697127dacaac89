"""The console's list: the most urgent first, then by clock, and news that waits."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

import pytest
from django.test import Client

from anlan.core.people.actors import system
from anlan.core.time.clock import frozen
from anlan.dispatch import actions
from anlan.triage import actions as triage
from tests import make
from tests.dispatch.test_console import later, listed
from tests.flat import flat

AT = make.AT
ME = system("test")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def town() -> Iterator[None]:
    make.city()
    with frozen(AT + dt.timedelta(minutes=1)):
        yield


def test_the_most_urgent_stand_first_and_each_group_says_how_many(client: Client) -> None:
    """A new fire goes before a noise that is late; within a group the clock decides, whoever was sent or came back."""
    noise, sent, fire, again = (make.incident(at=later(n)) for n in range(4))
    for number, urgency in ((noise, 3), (sent, 2), (fire, 1), (again, 2)):
        triage.set_urgency(number=number, urgency=urgency, actor=ME, at=later(5))
    actions.dispatch_unit(number=sent, unit="pump-1", actor=ME, at=later(6))  # has no clock of its own: waits longest
    triage.resolve(number=again, disposal="done", actor=ME, at=later(7))
    triage.reopen(number=again, reason="x", actor=ME, at=later(8))
    client.force_login(make.person("dispatcher"))
    with frozen(AT + dt.timedelta(days=40)):
        page = client.get("/console/")
    assert listed(page.content.decode()) == [fire, again, sent, noise]
    assert [(group["urgency"], group["n"]) for group in page.context["groups"]] == [(1, 1), (2, 2), (3, 1)]
    heads = re.findall(r'scope="rowgroup"><span class="urg ?(\w*)">([^<]+)</span><span class="num">(\d)', flat(page))
    assert heads == [("now", "at once", "1"), ("soon", "soon", "2"), ("", "routine", "1")]


def test_a_group_counts_what_stands_on_other_pages_too(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second page begins in the group where the first ended."""
    monkeypatch.setattr("anlan.dispatch.queries.open_incidents.SHOWN", 2)
    for n in range(3):
        make.incident(at=later(n))
    client.force_login(make.person("dispatcher"))
    shown = [client.get("/console/", {"page": page}).context["groups"] for page in (1, 2)]
    assert [[(group["n"], len(group["rows"])) for group in groups] for groups in shown] == [[(3, 2)], [(3, 1)]]


def test_what_has_to_be_gone_to_at_once_is_told_apart_from_other_news(client: Client) -> None:
    """The page sounds for it, where somebody switched that on."""
    make.incident()
    urgent = make.incident(at=later(1))
    triage.set_urgency(number=urgent, urgency=1, actor=ME, at=later(2))
    client.force_login(make.person("dispatcher"))
    assert client.get("/console/news").json()["urgent"] == [urgent]
    page = flat(client.get("/console/"))
    assert '<span role="status" id="said">' in page
    assert 'id="sound" data-key="l" aria-pressed="false"' in page
