"""From report to answer: a call-taker's hour at the keyboard, a citizen's week on a phone without script."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

import pytest
from django.core.cache import cache

from anlan.core.ledger.followers import catch_up
from anlan.core.models import City
from anlan.core.people.actors import system
from anlan.core.time.clock import now
from anlan.intake.models import Report
from anlan.triage import actions
from anlan.triage.models import Incident
from anlan.voice.models import Satisfaction
from tests import make

ME = system("test")
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _town(db: Any) -> None:
    cache.clear()
    make.city()


def test_a_call_is_answered_saved_and_linked_by_keyboard_and_the_next_one_begins(
    page_at: Any, signed_in: Any, shot: Any
) -> None:
    """Open incidents show while typing; the number answers "I called an hour ago"; F2 links, and typing goes on."""
    at = now() - dt.timedelta(minutes=20)
    first = make.report(at=at, place_words="清潭路下穿通道北口", lon=None, lat=None, contact="13800000417")
    number = actions.open_incident(report_id=first.pk, actor=ME, at=at)["incident"]
    page = page_at("/calls/new", 1440, cookies=signed_in("call_taker"))
    page.locator("anlan-pin[data-ready]").wait_for()
    keys = page.keyboard
    keys.press("1")
    keys.press("Enter")
    keys.type("清潭路下穿通道")
    page.locator("#near").get_by_text(number).wait_for()
    keys.press("F6")
    keys.type("138 0000 0417")
    keys.press("Enter")
    page.locator("#caller").get_by_text(first.number).wait_for()
    shot(page, "call-caller-1440-en-light")
    keys.press("Control+Enter")
    page.locator("#saved [data-press=F2]").wait_for()
    page.locator("#what:focus").wait_for()
    keys.type("bl")
    keys.press("F2")
    page.locator("#saved form").wait_for(state="detached")
    page.locator("#saved").get_by_text(number).wait_for()
    assert page.locator("#what").input_value() == "bl"
    assert page.evaluate("document.activeElement.id") == "what"
    assert page.locator("#caller h2").count() == 0
    assert Incident.objects.get().links.count() == 2
    shot(page, "call-linked-1440-en-light")


def test_a_citizen_reports_follows_and_answers_at_360_px_without_script(page_at: Any, shot: Any) -> None:
    """Sent, handed on with a day, closed; then one choice whether it helped, once."""
    here = City.objects.get()
    here.settings = json.dumps(json.loads(here.settings) | {"satisfaction_one_in": 1})
    here.save()
    page = page_at("/report/", 360, java_script_enabled=False)
    page.locator("input[value=waterlogging]").check()
    page.locator("#where").fill("清潭路下穿通道北口")
    page.locator("form button.primary").click()
    page.get_by_role("link", name="Open the tracking page").click()
    assert "Somebody reads it by" in page.locator(".lead").inner_text()
    at = now()
    number = actions.open_incident(report_id=Report.objects.get().pk, actor=ME, at=at)["incident"]
    actions.hand_over(number=number, to="drains", diverted=True, actor=ME, at=at)
    page.reload()
    assert page.locator("h1").inner_text() == "Drainage office is asked to deal with it"
    assert re.search("This is due by .+", page.locator(".lead").inner_text())
    assert page.locator("#helped").count() == 0
    shot(page, "track-handed-360-en-light")
    actions.sign_for(number=number, actor=ME, at=at)
    actions.resolve(number=number, disposal="done", actor=ME, at=at)
    actions.close_incident(number=number, actor=ME, at=at)
    catch_up()
    page.reload()
    page.locator("#helped button").first.click()
    page.get_by_text("Thank you").wait_for()
    assert page.locator("#helped button").count() == 0
    assert Satisfaction.objects.get().helped == "yes"
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    shot(page, "track-answered-360-en-light")
