"""The tracking page on a telephone: it asks what fits the state, and tells by itself what has happened since."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.cache import cache

from anlan.core.people.actors import system
from anlan.core.time.clock import now
from anlan.triage import actions
from anlan.triage.models import Incident
from tests import make

ME = system("test")
SINCE = "dispatchEvent(new Event('visibilitychange'))"  # as when somebody comes back to an open page
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _town(db: Any) -> None:
    cache.clear()
    make.city()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_citizen_says_at_360_px_that_it_is_not_put_right(page_at: Any, shot: Any, language: str) -> None:
    """One press takes it up again; an open page tells that somebody was sent, and what is being typed stays."""
    at = now() - dt.timedelta(minutes=30)
    number = make.incident(make.report(at=at, channel="web", tracking_code=make.CODE), at=at)
    actions.close_incident(number=number, disposal="done", actor=ME, at=at)
    page = page_at(f"/track/{make.CODE}/", 360, language)
    assert page.locator("#add").count() == 0
    shot(page, f"track-closed-360-{language}")
    page.locator("#right #words").fill("水还没退")
    page.locator("#right button").click()
    page.locator("#add").wait_for()
    found = Incident.objects.get(number=number)
    assert (found.state, found.links.count()) == ("reopened", 2)
    assert page.locator("#right").count() == 0
    shot(page, f"track-reopened-360-{language}")
    page.locator("#words").fill("还在涨")
    before = page.locator("#standing h1").inner_text()
    actions.send(number=number, actor=ME, at=now())
    page.evaluate(SINCE)
    page.locator("#standing h1").filter(has_not_text=before).wait_for()
    assert page.locator("#words").input_value() == "还在涨"
    page.locator("#words").fill("")
    page.locator("body").click(position={"x": 2, "y": 2})
    actions.resolve(number=number, disposal="done", actor=ME, at=now())
    page.evaluate(SINCE)
    page.locator("#right").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
